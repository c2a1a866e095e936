import { describe, expect, it } from 'vitest';
import { EVIDENCE_LAYERS } from '../limits.ts';
import { digestOf } from '../registry/digest.ts';
import { COLLECTORS } from './collectors.ts';
import { inMemoryRegistry, type InMemoryRegistry } from './in-memory-registry.fixture.ts';
import { signatureRepository } from './signature-repository.ts';

const CART = 'ghcr.io/acme/cart';
const SIGNATURES = 'ghcr.io/acme/signatures';
const DIGEST = digestOf(Buffer.from('the image'));
const TAG = DIGEST.replace(':', '-');
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const SIMPLE = 'application/vnd.dev.cosign.simplesigning.v1+json';

async function collected(registry: InMemoryRegistry, collectors = COLLECTORS) {
  registry.push(CART, { layers: [] });
  const found = await Promise.all(collectors.map((one) => one.collect(registry, CART, DIGEST)));
  return { evidence: found.flatMap((one) => one.evidence), faults: found.flatMap((one) => one.faults) };
}

describe('referrers', () => {
  it.each([
    [
      "cosign's experimental signature",
      { artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json' },
      SIMPLE,
      '{}',
      'simple-signing',
    ],
    [
      "cosign's experimental signature, named by its config",
      { configType: 'application/vnd.dev.cosign.artifact.sig.v1+json' },
      SIMPLE,
      '{}',
      'simple-signing',
    ],
    [
      "cosign's experimental SBOM",
      { artifactType: 'application/vnd.dev.cosign.artifact.sbom.v1+json' },
      'text/spdx+json',
      '{}',
      'sbom',
    ],
    [
      'a bundle under another type',
      { artifactType: 'application/vnd.example' },
      BUNDLE,
      '{}',
      'sigstore-bundle',
    ],
    ['a bundle as any JSON', { artifactType: BUNDLE }, 'application/json', '{}', 'sigstore-bundle'],
    [
      'a bare envelope',
      { artifactType: 'application/vnd.in-toto+json' },
      'application/vnd.in-toto+json',
      '{"payloadType":"a","payload":"","signatures":[]}',
      'dsse-envelope',
    ],
    [
      'a bare statement',
      { artifactType: 'application/vnd.in-toto+json' },
      'application/vnd.in-toto+json',
      '{"_type":"https://in-toto.io/Statement/v1"}',
      'statement',
    ],
  ])('%s', async (_name, manifest, mediaType, text, format) => {
    const registry = inMemoryRegistry();
    const annotations = { 'dev.cosignproject.cosign/signature': 'c2ln' };
    registry.push(CART, { ...manifest, layers: [{ mediaType, text, annotations }], subject: DIGEST });
    expect(await collected(registry)).toMatchObject({
      evidence: [{ format, subject: DIGEST, annotations, digest: digestOf(Buffer.from(text)) }],
      faults: [],
    });
  });

  it('a Notation signature without a layer is named for that', async () => {
    const registry = inMemoryRegistry();
    const artifactType = 'application/vnd.cncf.notary.signature';
    registry.push(CART, { layers: [], subject: DIGEST, artifactType });
    expect(await collected(registry)).toMatchObject({
      evidence: [],
      faults: [{ reason: 'SignatureMalformed' }],
    });
  });

  it.each([
    ['a layer', [{ mediaType: 'application/vnd.example.signature+pgp', text: 'x' }], undefined],
    ['an artifact', [{ mediaType: 'application/octet-stream', text: 'x' }], 'application/pkcs7-signature'],
    ['an artifact of no layers', [], 'application/vnd.example.attestation.v1'],
  ])(
    '%s that looks like a signature, and is none that is read, is named',
    async (_name, layers, artifactType) => {
      const registry = inMemoryRegistry();
      registry.push(CART, { layers, subject: DIGEST, ...(artifactType && { artifactType }) });
      const type = artifactType ?? layers[0]?.mediaType;
      const { evidence, faults } = await collected(registry);
      expect(evidence).toEqual([]);
      expect(faults).toMatchObject([{ reason: 'EvidenceUnsupported', subject: DIGEST }]);
      expect(faults[0]?.message).toContain(JSON.stringify(type));
    },
  );

  it('what does not look like a signature is none', async () => {
    const registry = inMemoryRegistry();
    const layers = [{ mediaType: 'application/vnd.example.report+json', text: '{}' }];
    registry.push(CART, { artifactType: 'application/vnd.example.report', layers, subject: DIGEST });
    expect(await collected(registry)).toEqual({ evidence: [], faults: [] });
  });

  it('names what lies beyond the limit of layers', async () => {
    const registry = inMemoryRegistry();
    const layers = Array.from({ length: EVIDENCE_LAYERS + 1 }, (_, at) => ({
      mediaType: BUNDLE,
      text: `${at}`,
    }));
    registry.push(CART, { layers, subject: DIGEST });
    const { evidence, faults } = await collected(registry);
    expect(evidence).toHaveLength(EVIDENCE_LAYERS);
    expect(faults).toMatchObject([{ reason: 'LimitExceeded' }]);
  });
});

describe('a signature repository', () => {
  const APART = [signatureRepository(SIGNATURES)];

  it('is asked for tags and referrers, and marks what it holds', async () => {
    const registry = inMemoryRegistry();
    registry.push(SIGNATURES, { layers: [{ mediaType: SIMPLE, text: '{}' }], tag: `${TAG}.sig` });
    registry.push(SIGNATURES, { layers: [{ mediaType: BUNDLE, text: '{"a":1}' }], subject: DIGEST });
    const { evidence, faults } = await collected(registry, APART);
    expect(faults).toEqual([]);
    expect(evidence).toMatchObject([
      { format: 'sigstore-bundle', subject: DIGEST, signatureRepository: SIGNATURES },
      {
        format: 'simple-signing',
        location: `${SIGNATURES}:${TAG}.sig`,
        subject: DIGEST,
        signatureRepository: SIGNATURES,
      },
    ]);
    expect(new Set(registry.asked.map((question) => question.split(' ')[1]))).toEqual(new Set([SIGNATURES]));
  });

  it('marks what it failed at', async () => {
    const registry = inMemoryRegistry();
    registry.fail(SIGNATURES, { reason: 'AccessDenied', message: 'no' });
    const { faults } = await collected(registry, APART);
    expect(faults).toHaveLength(4);
    for (const fault of faults)
      expect(fault).toMatchObject({ reason: 'AccessDenied', signatureRepository: SIGNATURES });
  });

  it('is not asked where the image itself lies there', async () => {
    const registry = inMemoryRegistry();
    expect(await collected(registry, [signatureRepository(CART)])).toEqual({ evidence: [], faults: [] });
    expect(registry.asked).toEqual([]);
  });
});
