import { describe, expect, it } from 'vitest';
import { NOTATION_SIGNATURES } from '../limits.ts';
import { digestOf } from '../registry/digest.ts';
import { inMemoryRegistry } from './in-memory-registry.fixture.ts';
import { NOTATION_ARTIFACT } from './media-types.ts';
import { referrers } from './referrers.ts';

const CART = 'ghcr.io/acme/cart';
const JOSE = 'application/jose+json';
const NEWER = { artifactType: NOTATION_ARTIFACT };
const OLDER = { configType: NOTATION_ARTIFACT };

async function collected(count: number, form: typeof NEWER | typeof OLDER, mediaType = JOSE) {
  const registry = inMemoryRegistry();
  const subject = registry.push(CART, { layers: [] });
  for (let at = 0; at < count; at += 1)
    registry.push(CART, { ...form, layers: [{ mediaType, text: `envelope ${at}` }], subject });
  return { subject, ...(await referrers.collect(registry, CART, subject)) };
}

describe('signatures of the Notary Project', () => {
  it.each([
    ['with an artifactType', NEWER, JOSE],
    ["with their type in the configuration's place", OLDER, 'application/cose'],
    ['whose layer is of another type, which verification refuses', NEWER, 'text/plain'],
  ])(
    '%s are collected with their manifest and the image as the registry has it',
    async (_name, form, type) => {
      const { evidence, faults, subject } = await collected(1, form, type);
      expect(faults).toEqual([]);
      expect(evidence).toMatchObject([
        {
          format: 'notation',
          subject,
          carrier: {
            manifest: { layers: [{ mediaType: type, digest: digestOf(Buffer.from('envelope 0')) }] },
            subject: { mediaType: 'application/vnd.oci.image.manifest.v1+json' },
          },
        },
      ]);
    },
  );

  it('are read up to a limit, and what lies behind it is named', async () => {
    const { evidence, faults } = await collected(NOTATION_SIGNATURES + 1, NEWER);
    expect(evidence).toHaveLength(NOTATION_SIGNATURES);
    expect(faults.map(({ reason }) => reason)).toEqual(['LimitExceeded']);
  });

  it('are none in a manifest of another type, which is named', async () => {
    const { evidence, faults } = await collected(1, { artifactType: 'application/vnd.example' });
    expect(evidence).toEqual([]);
    expect(faults.map(({ reason }) => reason)).toEqual(['EvidenceUnsupported']);
  });
});
