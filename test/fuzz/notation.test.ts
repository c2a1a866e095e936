import * as fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/evidence/collector.ts';
import { verifyEvidence } from '../../src/verify/verify-evidence.ts';
import type { Claim, TrustMaterial } from '../../src/verify/verifier.ts';
import { JUDGED, notationSignature, notationTrust, pki } from '../forge/notation.ts';
import { timestampAuthority } from '../forge/timestamp-authority.ts';
import { childrenOf, readDer, TAG } from '../../src/verify/x509/der.ts';

/** Always the same cases. */
const SEED = 20_261_127;
const CASES = 1_500;

const TSA = timestampAuthority();

/** The token of a timestamp response (RFC 3161, 2.4.2). */
function timestamp(signature: Buffer): Buffer {
  const response = TSA.timestamp(signature, { embed: 'chain' });
  return childrenOf(readDer(response), TAG.sequence)[1]?.raw ?? Buffer.alloc(0);
}

const HONEST: readonly Evidence[] = (['jws', 'cose'] as const).flatMap((format) => [
  notationSignature({ format, target: { annotations: { piece: `${format} 1` } } }),
  notationSignature({ format, timestamp, target: { annotations: { piece: `${format} 2` } } }),
  notationSignature({ format, scheme: 'notary.x509.signingAuthority' }),
]);

const root = pki().slice(-1);
const TRUST: TrustMaterial = {
  roots: [],
  keys: [],
  notation: [
    notationTrust({ stores: { 'ca:a': root, 'signingAuthority:a': root } }),
    notationTrust({ stores: { 'ca:a': root, 'tsa:a': TSA.chain.slice(-1) } }),
  ],
};

function claimsOf(evidence: Evidence): readonly Claim[] {
  const verdict = verifyEvidence(evidence, TRUST, JUDGED);
  return verdict.result === 'verified' ? verdict.claims : [];
}

const claimed = HONEST.flatMap((evidence) => claimsOf(evidence));

/** One change of bytes: some are flipped, taken out, put in, or lent by another signature. */
const change = fc.record({
  kind: fc.constantFrom('flip', 'cut', 'put', 'lend', 'end'),
  at: fc.nat({ max: 1_000_000 }),
  length: fc.integer({ min: 1, max: 40 }),
  byte: fc.nat({ max: 255 }),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(bytes: Uint8Array, donor: Uint8Array, { kind, at, length, byte }: Change): Buffer {
  const buffer = Buffer.from(bytes);
  const start = at % Math.max(1, buffer.length);
  const [before, after] = [buffer.subarray(0, start), buffer.subarray(start)];
  switch (kind) {
    case 'flip':
      buffer[start] = (buffer[start] ?? 0) ^ (1 << (byte & 7));
      return buffer;
    case 'cut':
      return Buffer.concat([before, after.subarray(length)]);
    case 'put':
      return Buffer.concat([before, Buffer.alloc(length, byte), after]);
    case 'lend':
      return Buffer.concat([before, donor.subarray(start, start + length), after.subarray(length)]);
    case 'end':
      return before;
  }
}

describe('a signature of Notation whose bytes were changed', () => {
  it('never says what nobody has signed, and never throws', () => {
    const cases = fc.tuple(
      fc.nat({ max: HONEST.length - 1 }),
      fc.nat({ max: HONEST.length - 1 }),
      fc.array(change, { minLength: 1, maxLength: 3 }),
    );
    const property = fc.property(cases, ([piece, lender, changes]) => {
      const [original, donor] = [HONEST[piece], HONEST[lender]];
      if (!original || !donor) throw new Error('there is nothing to change');
      const bytes = changes.reduce<Uint8Array>(
        (sofar, one) => changed(sofar, donor.bytes, one),
        original.bytes,
      );
      for (const claim of claimsOf({ ...original, bytes }))
        if (!claimed.some((honest) => isDeepStrictEqual(honest, claim)))
          throw new Error(`nobody has signed ${JSON.stringify(claim)}`);
    });
    const result = fc.check(property, { seed: SEED, numRuns: CASES });
    expect(fc.defaultReportMessage(result)).toBeUndefined();
  }, 60_000);

  it('is verified as it was', () => expect(claimed).toHaveLength(8));
});
