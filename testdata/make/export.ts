import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Home } from './build.ts';
import { describe, digestOf, INDEX, type Stored } from './client.ts';

const Descriptor = z.looseObject({ digest: z.string(), mediaType: z.string() });
const Manifest = z.looseObject({
  artifactType: z.string().optional(),
  config: Descriptor.optional(),
  layers: z.array(Descriptor).optional(),
  manifests: z.array(Descriptor).optional(),
});

interface Listed {
  readonly name: string;
  readonly descriptor: object;
}

/** An OCI image layout (image-spec, image-layout.md) that holds whole repositories under their names. */
export interface Layout {
  /** Copies everything that can be reached in a repository: tags, children of indexes, referrers. */
  add(home: Home): Promise<void>;
  /** Cuts a blob short. */
  damage(digest: string): void;
  /** Writes `index.json`. */
  finish(): void;
}

export function createLayout(directory: string): Layout {
  const blobs = join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const path = (digest: string): string => join(blobs, digest.replace('sha256:', ''));
  const listed: Listed[] = [];
  const save = (bytes: Buffer): void => writeFileSync(path(digestOf(bytes)), bytes);

  return {
    async add(home) {
      const { client, host, repository } = home;
      const seen = new Set<string>();
      const list = async (stored: Stored, suffix: string): Promise<void> => {
        const described = describe(stored);
        const manifest = Manifest.parse(JSON.parse(stored.bytes.toString()));
        const type = manifest.artifactType === undefined ? {} : { artifactType: manifest.artifactType };
        const name = `${host}/${repository}${suffix}`;
        const annotations = { 'io.containerd.image.name': name };
        listed.push({ name, descriptor: { ...described, ...type, annotations } });
        if (seen.has(described.digest)) return;
        seen.add(described.digest);
        save(stored.bytes);
        for (const blob of [manifest.config, ...(manifest.layers ?? [])]) {
          if (blob !== undefined) save(await client.blob(repository, blob.digest));
        }
        const below = (manifest.manifests ?? []).map((child) => child.digest);
        const beside = await client.referrers(repository, described.digest);
        for (const digest of [...below, ...beside]) {
          if (!seen.has(digest)) await list(await client.manifest(repository, digest), `@${digest}`);
        }
      };
      for (const tag of await client.tags(repository))
        await list(await client.manifest(repository, tag), `:${tag}`);
    },
    damage(digest) {
      truncateSync(path(digest), 100);
    },
    finish() {
      const manifests = listed
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ descriptor }) => descriptor);
      write(join(directory, 'index.json'), { schemaVersion: 2, mediaType: INDEX, manifests });
      write(join(directory, 'oci-layout'), { imageLayoutVersion: '1.0.0' });
    },
  };
}

function write(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
