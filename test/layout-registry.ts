import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';

const descriptor = z.object({
  mediaType: z.string(),
  digest: z.string(),
  annotations: z.record(z.string(), z.string()).default({}),
});
const indexSchema = z.object({ manifests: z.array(descriptor) });
/** What of a manifest says how it is served. Docker's and OCI's both name their media type. */
const manifestSchema = z.object({ schemaVersion: z.literal(2), mediaType: z.string() });

/** A registry on loopback that serves an image layout to readers. */
export interface LayoutRegistry {
  readonly host: string;
  close(): void;
}

/**
 * Serves a layout as `cosign save` writes it as the repository `app`: one image as `v1`, and its attestations under the tag that cosign keeps
 * them under. Blobs that the layout lacks are absent. Nothing can be written.
 */
export async function serveLayout(folder: string): Promise<LayoutRegistry> {
  const tags = tagsOf(folder);
  const server = createServer((request, response) => {
    const [, kind, name = ''] = /^\/v2\/app\/(manifests|blobs)\/([\w:.-]+)$/.exec(request.url ?? '') ?? [];
    const bytes = readBlob(folder, tags.get(name) ?? name);
    const type = kind === 'manifests' ? manifestType(bytes) : 'application/octet-stream';
    if (request.method !== 'GET' || bytes === null || type === null) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': type }).end(bytes);
  });
  const host = await listen(server);
  return {
    host,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function tagsOf(folder: string): ReadonlyMap<string, string> {
  const { manifests } = indexSchema.parse(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')));
  const [image, attestations] = ['dev.cosignproject.cosign/image', 'dev.cosignproject.cosign/atts'].map(
    (kind) => manifests.find(({ annotations }) => annotations['kind']?.startsWith(kind))?.digest,
  );
  if (image === undefined || attestations === undefined) throw new Error(`${folder} holds no attested image`);
  return new Map([
    ['v1', image],
    [`${image.replace(':', '-')}.att`, attestations],
  ]);
}

function readBlob(folder: string, digest: string): Buffer | null {
  const path = join(folder, 'blobs', ...digest.split(':'));
  if (!/^sha256:[0-9a-f]{64}$/.test(digest) || !existsSync(path)) return null;
  const bytes = readFileSync(path);
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` === digest ? bytes : null;
}

function manifestType(bytes: Buffer | null): string | null {
  if (bytes === null || bytes[0] !== '{'.charCodeAt(0)) return null;
  const { data } = manifestSchema.safeParse(JSON.parse(bytes.toString('utf8')));
  return data?.mediaType ?? null;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `127.0.0.1:${address.port}`;
}

/** The layouts below a folder, by their path in it. */
export function layoutsBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === 'oci-layout')
    .map((entry) => entry.parentPath.slice(folder.length + 1))
    .sort();
}
