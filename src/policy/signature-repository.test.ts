import { describe, expect, it } from 'vitest';
import type { EvidenceFault } from '../evidence/collector.ts';
import type { Claim, Verdict } from '../verify/verifier.ts';
import { keptIn, keylessAuthority } from './authority.ts';
import { signatureCheck } from './checks/signature.ts';
import { sbomCheck } from './checks/sbom.ts';
import {
  child,
  definitions,
  image,
  ISSUER,
  manifest,
  NIGHTLY,
  NOW,
  refused,
  RELEASE,
  signature,
  verified,
  workflow,
} from './judged-image.fixture.ts';
import type { RuleFile, SignatureFile } from './schema.ts';
import type { JudgedImage, JudgedManifest } from './subject.ts';

const APART = 'ghcr.io/acme/signatures';
const ELSEWHERE = 'ghcr.io/other/signatures';

const authority = (name: string, subject: string, repository?: string) =>
  keptIn(keylessAuthority(name, { trustRoot: 'acme', issuer: ISSUER, subject }), repository);
const A = authority('a', RELEASE, APART);
const B = authority('b', NIGHTLY);
const C = authority('c', NIGHTLY, ELSEWHERE);
const DEFINED = definitions(A, B, C);

const RULE: RuleFile = { name: 'signed', match: { images: ['**'] }, enforcement: 'enforce' };

const BY_A: Claim = signature(workflow(RELEASE));
const BY_B: Claim = signature(workflow(NIGHTLY));

const found = (claim: Claim, signatureRepository?: string): Verdict =>
  placed(verified(claim), signatureRepository);

function placed(verdict: Verdict, signatureRepository?: string): Verdict {
  return { ...verdict, evidence: { ...verdict.evidence, signatureRepository } };
}

/** An image beside whose evidence these repositories could not be read; null is the image's own. */
function unread(of: JudgedManifest, ...repositories: readonly (string | null)[]): JudgedManifest {
  const faults = repositories.map((repository): EvidenceFault => ({
    reason: 'AccessDenied',
    message: `${repository ?? 'the image'} refused`,
    subject: of.digest,
    location: 'x',
    ...(repository !== null && { signatureRepository: repository }),
  }));
  return { ...of, faults };
}

function judge(asked: Partial<SignatureFile>, of: JudgedImage): string {
  const rule: RuleFile = { ...RULE, signature: asked };
  const evaluate = signatureCheck.compile(rule, DEFINED);
  if (!evaluate) throw new Error('no check');
  const { status, reason } = evaluate(of, NOW);
  return `${status} ${reason}`;
}

const at = (...verdicts: readonly Verdict[]) => image(manifest('a', ...verdicts));
const without = (verdicts: readonly Verdict[], ...repositories: readonly (string | null)[]) =>
  image(unread(manifest('a', ...verdicts), ...repositories));

describe('a signature in a signature repository', () => {
  it.each<[string, Partial<SignatureFile>, JudgedImage, string]>([
    ['counts for who names it', { anyOf: ['a'] }, at(found(BY_A, APART)), 'pass SignatureVerified'],
    ['beside the image counts for him as well', { anyOf: ['a'] }, at(found(BY_A)), 'pass SignatureVerified'],
    ['counts for nobody else', { anyOf: ['b'] }, at(found(BY_B, APART)), 'fail SignatureMissing'],
    [
      'counts for nobody else who is accepted beside him',
      { anyOf: ['a', 'b'] },
      at(found(BY_B, APART)),
      'fail SignerNotTrusted',
    ],
    [
      'of another authority counts for nobody',
      { anyOf: ['a'] },
      at(found(BY_A, ELSEWHERE)),
      'fail SignatureMissing',
    ],
    [
      'does not stand in for another part',
      { allOf: ['a', 'b'] },
      at(found(BY_A, APART)),
      'fail SignatureMissing',
    ],
    [
      'goes together with one beside the image',
      { allOf: ['a', 'b'] },
      at(found(BY_A, APART), found(BY_B)),
      'pass SignatureVerified',
    ],
    [
      'of two authorities counts for each in its own',
      { allOf: ['a', 'c'] },
      at(found(BY_A, APART), found(BY_B, ELSEWHERE)),
      'pass SignatureVerified',
    ],
    [
      'that is refused decides only for who names it',
      { anyOf: ['b'] },
      at(placed(refused('SignatureInvalid'), APART)),
      'fail SignatureMissing',
    ],
    [
      'that is refused decides where nothing better is there',
      { anyOf: ['a'] },
      at(placed(refused('SignatureInvalid'), APART)),
      'fail SignatureInvalid',
    ],
    [
      'may be on the children of an index',
      { anyOf: ['a'] },
      image(manifest('e'), [child('amd64', found(BY_A, APART)), child('riscv', found(BY_A))]),
      'pass SignatureVerified',
    ],
  ])('%s', (_name, asked, of, expected) => {
    expect(judge(asked, of)).toBe(expected);
  });
});

describe('a signature repository that cannot be read', () => {
  it.each<[string, Partial<SignatureFile>, JudgedImage, string]>([
    ['makes unknown what needs its authority', { anyOf: ['a'] }, without([], APART), 'unknown AccessDenied'],
    ['is nothing to other authorities', { anyOf: ['b'] }, without([], APART), 'fail SignatureMissing'],
    [
      'is nothing where others have signed',
      { anyOf: ['a', 'b'] },
      without([found(BY_B)], APART),
      'pass SignatureVerified',
    ],
    [
      'makes unknown what its authority could meet',
      { anyOf: ['a', 'b'] },
      without([], APART),
      'unknown AccessDenied',
    ],
    [
      'is nothing where another part surely fails',
      { allOf: ['a', 'b'] },
      without([], APART),
      'fail SignatureMissing',
    ],
    [
      'is nothing to its authority where that has signed',
      { allOf: ['a', 'b'] },
      without([found(BY_A)], APART),
      'fail SignatureMissing',
    ],
    [
      'makes unknown all parts that are open, together with another',
      { allOf: ['a', 'c'] },
      without([], APART, ELSEWHERE),
      'unknown AccessDenied',
    ],
    [
      'is not what the image itself is: that concerns everybody',
      { allOf: ['a', 'b'] },
      without([], null),
      'unknown AccessDenied',
    ],
  ])('%s', (_name, asked, of, expected) => {
    expect(judge(asked, of)).toBe(expected);
  });
});

it('an SBOM by anybody is looked for beside the image alone', () => {
  const rule: RuleFile = { ...RULE, sbom: { allowUnsigned: true } };
  const evaluate = sbomCheck.compile(rule, DEFINED);
  expect(evaluate?.(without([], APART), NOW)).toMatchObject({ status: 'fail', reason: 'SbomMissing' });
});
