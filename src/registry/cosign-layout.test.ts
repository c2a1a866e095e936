import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openLayout } from './layout.ts';
import type { Registry } from './registry.ts';

const directory = mkdtempSync(join(tmpdir(), 'cosign-layout-'));
afterAll(() => rmSync(directory, { recursive: true }));

const OCI = 'application/vnd.oci.image';
const config = { mediaType: `${OCI}.config.v1+json`, digest: `sha256:${'c'.repeat(64)}`, size: 2 };

function put(manifest: object, mediaType: string) {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...manifest }));
  const hex = createHash('sha256').update(bytes).digest('hex');
  mkdirSync(join(directory, 'blobs/sha256'), { recursive: true });
  writeFileSync(join(directory, 'blobs/sha256', hex), bytes);
  return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
}

const image = (layer: string) =>
  put({ config, layers: [{ ...config, mediaType: layer }] }, `${OCI}.manifest.v1+json`);
const child = image('text/child');
const index = put(
  { manifests: [{ ...child, platform: { os: 'linux', architecture: 'amd64' } }] },
  `${OCI}.index.v1+json`,
);
const atts = image('application/vnd.dsse.envelope.v1+json');

const kind = (descriptor: object, name: string) => ({
  ...descriptor,
  annotations: { kind: `dev.cosignproject.cosign/${name}` },
});

async function open(manifests: readonly object[]): Promise<Registry | string> {
  writeFileSync(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  const layout = await openLayout(directory);
  return layout.ok ? layout.value : layout.fault.message;
}

const REPOSITORY = 'ghcr.io/acme/cart';
const tag = (suffix: string, digest = index.digest) => `${digest.replace(':', '-')}.${suffix}`;

describe('a directory that `cosign save` wrote', () => {
  const saved = () => open([kind(index, 'imageIndex'), kind(atts, 'atts')]);

  it.each<[string, (registry: Registry) => Promise<unknown>, object]>([
    [
      'has the image',
      (r) => r.manifest(REPOSITORY, index.digest),
      { ok: true, value: { digest: index.digest } },
    ],
    [
      'has what the index lists',
      (r) => r.manifest(REPOSITORY, child.digest),
      { ok: true, value: { digest: child.digest } },
    ],
    [
      'has the attestations',
      (r) => r.tag(REPOSITORY, tag('att')),
      { ok: true, value: { digest: atts.digest } },
    ],
    ['knows that there were no signatures', (r) => r.tag(REPOSITORY, tag('sig')), { ok: true, value: null }],
    [
      'does not know of SBOM tags',
      (r) => r.tag(REPOSITORY, tag('sbom')),
      { ok: false, fault: { reason: 'NotInEvidence' } },
    ],
    [
      'does not know what tags point at',
      (r) => r.tag(REPOSITORY, 'v1'),
      { ok: false, fault: { reason: 'NotInEvidence' } },
    ],
    [
      'does not know of the signatures of an index’s images',
      (r) => r.tag(REPOSITORY, tag('sig', child.digest)),
      { ok: false, fault: { reason: 'NotInEvidence' } },
    ],
    [
      'does not know of bundles',
      (r) => r.referrers(REPOSITORY, index.digest),
      { ok: false, fault: { reason: 'NotInEvidence' } },
    ],
    [
      'does not know of other images',
      (r) => r.manifest(REPOSITORY, config.digest),
      { ok: false, fault: { reason: 'NotInEvidence' } },
    ],
  ])('%s', async (_name, ask, answer) => {
    const registry = await saved();
    if (typeof registry === 'string') throw new Error(registry);
    expect(await ask(registry)).toMatchObject(answer);
  });

  it.each<[string, readonly object[]]>([
    ['two images', [kind(index, 'imageIndex'), kind(child, 'image')]],
    ['two lists of signatures', [kind(index, 'imageIndex'), kind(atts, 'sigs'), kind(child, 'sigs')]],
    ['something that cosign did not mark', [kind(index, 'imageIndex'), atts]],
    ['no image', [kind(atts, 'atts')]],
  ])('is not taken for one with %s', async (_name, manifests) => {
    expect(await open(manifests)).toContain('io.containerd.image.name');
  });
});
