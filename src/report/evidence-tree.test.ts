import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { COLLECTORS } from '../evidence/collectors.ts';
import { gather } from '../evidence/gather.ts';
import { failed } from '../reasons.ts';
import { openLayout } from '../registry/layout.ts';
import { parseReference } from '../registry/reference.ts';
import { parseTrustedRoot } from '../verify/trust-root.ts';
import { verifyImages } from '../verified-images.ts';
import { evidenceTree } from './evidence-tree.ts';
import { ANYWHERE } from '../verify/circumstances.fixture.ts';

const THRESHOLDS = { signedCertificateTimestamps: 1, transparencyLogEntries: 1, timestamps: 0 };
let draw: (image: string) => Promise<string>;

beforeAll(async () => {
  const layout = await openLayout('testdata/layout');
  const root = parseTrustedRoot('acme', readFileSync('testdata/trusted-root.json'), THRESHOLDS, 'test');
  if (!layout.ok || !root.ok) throw new Error('testdata cannot be read');
  const trust = { roots: [root.value], keys: [] };
  draw = async (image) => {
    const reference = parseReference(image);
    if (!reference.ok) throw new Error(reference.message);
    const options = {
      registry: layout.value,
      collectors: COLLECTORS,
      platform: null,
      concurrency: 1,
      timeout: 30_000,
    };
    const gathered = await gather([reference.value], options);
    const judged = verifyImages(
      { valid: [reference.value], invalid: new Map() },
      gathered,
      trust,
      ANYWHERE,
    ).get(image);
    if (!judged || 'invalid' in judged) throw new Error('the image was not judged');
    return evidenceTree(judged);
  };
});

describe('an image drawn as a tree', () => {
  it('says who signed it, from what it was built and what it contains', async () => {
    const tree = await draw('registry.example.com/shop/cart:v1');
    expect(tree).toMatch(/^registry\.example\.com\/shop\/cart:v1\n└── sha256:[0-9a-f]{64}\n/);
    expect(tree).toMatch(
      /── signed by {2}https:\/\/github\.com\/acme\/shop\/\S+ \(issuer https:\/\/token\.actions\.example\.com\)\n/,
    );
    expect(tree).toMatch(/── contains {2}\d+ components \(spdx /);
    expect(tree).toMatch(/── contains {2}\d+ components \(cyclonedx /);
    expect(tree).toContain('made by acme-sbom 1.0 at 2026-01-15T09:00:00.000Z');
    expect(tree).toContain('minimum elements, NTIA 2021: ');
    expect(tree).toContain('licences: ');
    expect(tree).toMatch(/── built {2}attested by https:/);
    expect(tree).toContain('from https://github.com/acme/shop at refs/tags/v1.0.0');
    expect(tree).toMatch(/at 20\d\d-\S+Z by the timestamp authority of acme/);
  });

  it.each([
    ['an index', 'registry.example.com/shop/search:v1', /linux\/arm64 {2}sha256:[0-9a-f]{64}\n/],
    ['refused evidence', 'registry.example.com/shop/orders:v1', /refused {2}SignatureInvalid: /],
    ['damaged evidence', 'registry.example.com/shop/backup:v1', /not seen {2}DigestMismatch: /],
    ['nothing', 'registry.example.com/shop/frontend:v1', /└── nothing is attached\n$/],
    ['an image that is not there', 'registry.example.com/shop/fraud:v1', /unknown {2}NotInEvidence: /],
  ])('shows %s', async (_what, image, expected) => {
    expect(await draw(image)).toMatch(expected);
  });

  it('lets no text of others move the cursor', () => {
    const reference = parseReference('a');
    if (!reference.ok) throw new Error(reference.message);
    const resolution = failed('RegistryError', 'no\r\nnews');
    const tree = evidenceTree({ text: 'a\u001B[2Jb', reference: reference.value, resolution });
    expect(tree.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(tree.split('\n')).toHaveLength(3);
  });
});
