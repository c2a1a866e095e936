import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyHolder, RELEASE_IDENTITY, writePolicy } from './asked.ts';
import { attestationTests, differenceTests, signatureTests } from './agreement.ts';
import { type Loopback, startLoopback } from './bench.ts';
import type { SignatureCase } from './case.ts';
import { ATTESTATIONS } from './cases/attestations.ts';
import { DIGEST, OTHER_IMAGE, PREDICATE_TYPE } from './cases/binding.ts';
import { IDENTITY, ISSUER } from './cases/identity.ts';
import { KEY } from './cases/keys.ts';
import { FALLBACK, INDEX, LAYOUT } from './cases/layouts.ts';
import { BARE, REFERRER, SIGNATURE_REPOSITORY } from './cases/places.ts';
import { CERTIFICATE, LOG_ENTRY, PAYLOAD } from './cases/tampering.ts';
import { buildProgram, runProgram, timeless } from './program.ts';

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
  { family: 'signature-repository', cases: SIGNATURE_REPOSITORY },
  { family: 'referrer', cases: REFERRER },
  { family: 'bare', cases: BARE },
];

let loopback: Loopback;
const made: string[] = [];

beforeAll(async () => {
  buildProgram();
  loopback = await startLoopback();
});
afterAll(() => loopback?.stop());

describe('signatures, as cosign verify and this program see them', () => {
  describe.each(SIGNATURES)('$family', ({ family, cases }) => {
    signatureTests(family, cases, () => loopback, made);
  });
});

describe('attestations, as cosign verify-attestation and this program see them', () => {
  attestationTests('attestation', ATTESTATIONS, () => loopback);
});

describe('the tables', () => {
  differenceTests([...SIGNATURES.flatMap(({ cases }) => cases), ...ATTESTATIONS]);
});

describe('all these images at once', () => {
  it.each(['json', 'table'])(
    'are the same %s in every run, however many are worked on at a time',
    async (format) => {
      const policy = writePolicy(loopback.workdir, [RELEASE_IDENTITY, keyHolder('release')]);
      const verify = (concurrency: number) =>
        runProgram(
          ['verify', ...made, '--policy', policy, '-o', format, `--concurrency=${concurrency}`],
          loopback.workdir,
        );
      const [first, second] = [timeless(await verify(8)), timeless(await verify(1))];
      expect(made.length).toBeGreaterThan(0);
      expect(first.code).toBe(1);
      expect(second).toEqual(first);
    },
  );
});
