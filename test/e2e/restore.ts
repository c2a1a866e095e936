import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Home } from '../../testdata/make/build.ts';
import { REPOSITORY_ROOT } from './program.ts';

const LAYOUT = join(REPOSITORY_ROOT, 'testdata', 'layout');

const Descriptor = z.object({ mediaType: z.string(), digest: z.string() });
const Index = z.object({
  manifests: z.array(
    Descriptor.extend({ annotations: z.object({ 'io.containerd.image.name': z.string() }) }),
  ),
});
const Manifest = z.object({ config: Descriptor, layers: z.array(Descriptor) });

/** Pushes a repository of testdata, signatures and all, and returns the digest of its `v1`. */
export async function restore(repository: string, { client, repository: target }: Home): Promise<string> {
  const { manifests } = Index.parse(JSON.parse(readFileSync(join(LAYOUT, 'index.json'), 'utf8')));
  let signed = '';
  for (const { mediaType, digest, annotations } of manifests) {
    const [name = '', tag] = annotations['io.containerd.image.name'].split('@')[0]?.split(':') ?? [];
    if (name !== repository) continue;
    const bytes = blob(digest);
    const { config, layers } = Manifest.parse(JSON.parse(bytes.toString()));
    for (const part of [config, ...layers]) await client.pushBlob(target, blob(part.digest));
    await client.pushManifest(target, { mediaType, bytes }, tag);
    if (tag === 'v1') signed = digest;
  }
  if (signed === '') throw new Error(`testdata has no ${repository}`);
  return signed;
}

function blob(digest: string): Buffer {
  return readFileSync(join(LAYOUT, 'blobs', 'sha256', digest.replace('sha256:', '')));
}
