import { createHash } from 'node:crypto';
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openLayout } from '../../src/registry/layout.ts';
import { writeLayout } from '../../src/registry/layout-writer.ts';
import { recordRegistry } from '../../src/registry/recording.ts';
import { resolveImage } from '../../src/registry/resolve.ts';
import { parseReference } from '../../src/registry/reference.ts';
import { COLLECTORS } from '../../src/evidence/collectors.ts';
import { freePorts } from '../sigstore/servers.ts';
import { mustRun } from '../sigstore/run.ts';
import { buildTools, temporaryDirectory } from './bench.ts';

const IMAGES = ['cart', 'checkout', 'search', 'payment'].map(
  (name) => `registry.example.com/shop/${name}:v1`,
);
const skopeo = spawnSync('skopeo', ['--version']).status === 0;

const indexSchema = z.object({
  manifests: z.array(z.object({ digest: z.string(), annotations: z.record(z.string(), z.string()) })),
});

const { path: directory, remove } = temporaryDirectory();
const kept = join(directory, 'kept');
const env = { HOME: directory };

beforeAll(async () => {
  const layout = await openLayout('testdata/layout');
  if (!layout.ok) throw new Error(layout.fault.message);
  const recorder = recordRegistry(layout.value, () => new Date());
  const { registry } = recorder;
  for (const image of IMAGES) {
    const reference = parseReference(image);
    if (!reference.ok) throw new Error(reference.message);
    const resolved = await resolveImage(registry, reference.value, null);
    if (!resolved.ok) throw new Error(resolved.fault.message);
    const { repository } = reference.value;
    for (const collector of COLLECTORS) await collector.collect(registry, repository, resolved.value.digest);
  }
  const written = await writeLayout(kept, recorder.recorded(), null);
  if (!written.ok) throw new Error(written.fault.message);
});
afterAll(remove);

const named = () => indexSchema.parse(JSON.parse(readFileSync(join(kept, 'index.json'), 'utf8'))).manifests;
const nameOf = (annotations: Record<string, string>) =>
  annotations['org.opencontainers.image.ref.name'] ?? '';
const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe.runIf(skopeo)('skopeo', () => {
  it('reads every manifest of saved evidence by its name', async () => {
    expect(named().length).toBeGreaterThan(IMAGES.length);
    for (const { digest, annotations } of named()) {
      const { stdout } = await mustRun('skopeo', ['inspect', '--raw', `oci:${kept}:${nameOf(annotations)}`], {
        env,
      });
      expect(`sha256:${sha256(stdout)}`).toBe(digest);
    }
  });

  it('copies the document of answers whole', async () => {
    await mustRun('skopeo', ['copy', `oci:${kept}:evidence`, `oci:${join(directory, 'copied')}:evidence`], {
      env,
    });
    const layer = z.object({ layers: z.array(z.object({ digest: z.string() })) });
    const own = named().find(({ annotations }) => nameOf(annotations) === 'evidence');
    const path = (root: string, digest: string) => join(root, 'blobs', ...digest.split(':'));
    const { layers } = layer.parse(JSON.parse(readFileSync(path(kept, own?.digest ?? ''), 'utf8')));
    const [document] = layers;
    const copy = readFileSync(path(join(directory, 'copied'), document?.digest ?? ''));
    expect(copy.equals(readFileSync(path(kept, document?.digest ?? '')))).toBe(true);
  });
});

describe('crane', () => {
  it('serves and reads every blob of saved evidence', async () => {
    const crane = join(buildTools(), 'crane');
    const [port = 0] = await freePorts(1);
    const host = `127.0.0.1:${port}`;
    const server = spawn(crane, ['registry', 'serve', '--address', host, '--disk', join(kept, 'blobs')], {
      stdio: 'ignore',
    });
    try {
      await expect
        .poll(
          () =>
            fetch(`http://${host}/v2/`).then(
              ({ ok }) => ok,
              () => false,
            ),
          { timeout: 20_000 },
        )
        .toBe(true);
      for (const hex of readdirSync(join(kept, 'blobs', 'sha256'))) {
        const { stdout } = await mustRun(crane, ['blob', `${host}/evidence@sha256:${hex}`], { env });
        expect(sha256(stdout)).toBe(hex);
      }
    } finally {
      server.kill();
    }
  });
});
