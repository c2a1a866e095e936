import { afterAll, beforeAll, describe } from 'vitest';
import { type Asking, attestationTests, differenceTests, signatureTests } from './agreement.ts';
import { type Loopback, startLoopback } from './bench.ts';
import type { SignatureCase } from './case.ts';
import { ATTESTATIONS } from './cases/attestations.ts';
import { DIGEST, OTHER_IMAGE, PREDICATE_TYPE } from './cases/binding.ts';
import { IDENTITY, ISSUER } from './cases/identity.ts';
import { KEY } from './cases/keys.ts';
import { FALLBACK, INDEX, LAYOUT } from './cases/layouts.ts';
import { CERTIFICATE, LOG_ENTRY, PAYLOAD } from './cases/tampering.ts';
import { buildProgram } from './program.ts';

const SIGNATURES: readonly { readonly family: string; readonly cases: readonly SignatureCase[] }[] = [
  { family: 'identity', cases: IDENTITY },
  { family: 'issuer', cases: ISSUER },
  { family: 'key', cases: KEY },
  { family: 'digest', cases: DIGEST },
  { family: 'other-image', cases: OTHER_IMAGE },
  { family: 'predicate-type', cases: PREDICATE_TYPE },
  { family: 'payload', cases: PAYLOAD },
  { family: 'certificate', cases: CERTIFICATE },
  { family: 'log-entry', cases: LOG_ENTRY },
  { family: 'index', cases: INDEX },
  { family: 'layout', cases: LAYOUT },
  { family: 'fallback', cases: FALLBACK },
];

let loopback: Loopback;
const askings: Asking[] = [];

beforeAll(async () => {
  buildProgram();
  loopback = await startLoopback();
});
afterAll(() => loopback?.stop());

describe('signatures, as cosign verify and this program see them', () => {
  describe.each(SIGNATURES)('$family', ({ family, cases }) => {
    signatureTests(
      family,
      cases,
      () => loopback,
      (asking) => askings.push(asking),
    );
  });
});

describe('attestations, as cosign verify-attestation and this program see them', () => {
  attestationTests('attestation', ATTESTATIONS, () => loopback);
});

describe('the tables', () => {
  differenceTests([...SIGNATURES.flatMap(({ cases }) => cases), ...ATTESTATIONS]);
});
