import { GENERATOR, REPOSITORY } from '../../attestations/slsa/provenance.fixture.ts';
import type { EvidenceFormat } from '../../evidence/collector.ts';
import type { Reason } from '../../reasons.ts';
import type { Claim, Signer } from '../../verify/verifier.ts';
import { keyAuthority, keylessAuthority, unsupportedAuthority } from '../authority.ts';
import type { Check, Definitions } from '../check.ts';
import type { Judgement } from '../finding.ts';
import { attestation, definitions, manifest, NOW, refused, verified } from '../judged-image.fixture.ts';
import type { RuleFile } from '../schema.ts';
import type { JudgedImage, JudgedManifest } from '../subject.ts';

/** Attestations as verification hands them over, and the checks that judge them. */

const GITHUB = { trustRoot: 'sigstore', issuer: 'https://token.actions.githubusercontent.com' };

/** Whom the tests' rules accept: a workflow, a generator's workflow, a key, and one that cannot be verified. */
export const DEFINITIONS: Definitions = definitions(
  keylessAuthority('ci', { ...GITHUB, subject: `${REPOSITORY}/.github/workflows/*@refs/tags/v*` }),
  keylessAuthority('generator', { ...GITHUB, subject: GENERATOR }),
  keyAuthority('release-key', ['00']),
  unsupportedAuthority('pki', 'a Notation authority'),
);

/** A verified attestation; signed 366 days before the tests judge, unless `signed` says so. */
export function attested(
  signer: Signer,
  predicateType: string,
  predicate: unknown,
  signed: readonly string[] = ['2026-01-02T03:04:05Z'],
): Claim {
  const claim = attestation(signer, predicateType);
  if (claim.content.kind !== 'attestation') throw new Error('no attestation');
  const statement = { ...claim.content.statement, predicate };
  return {
    ...claim,
    content: { kind: 'attestation', predicateType, statement },
    times: signed.map((time) => ({ value: new Date(time), source: 'tsa' })),
  };
}

/** A child of an index whose digest is this hexadecimal digit over and over. */
export function platform(digit: string, ...claims: readonly Claim[]): JudgedManifest {
  return { ...attached(digit, ...claims), platform: { os: 'linux', architecture: `arch-${digit}` } };
}

export function attached(digit: string, ...claims: readonly Claim[]): JudgedManifest {
  return manifest(digit, ...claims.map((claim) => verified(claim)));
}

/** A refused piece of some format: cosign's for signatures has no place for an attestation. */
export function refusedPiece(format: EvidenceFormat, reason: Reason): ReturnType<typeof refused> {
  const verdict = refused(reason);
  return { ...verdict, evidence: { ...verdict.evidence, format } };
}

/** Holds one rule with one check against an image. */
export function judgeBy(
  check: Check,
  asked: Partial<RuleFile>,
  image: JudgedImage,
  defined: Definitions = DEFINITIONS,
): Judgement {
  const rule = { name: 'a', match: { images: ['**'] }, enforcement: 'enforce' as const, ...asked };
  const evaluate = check.compile(rule, defined);
  if (!evaluate) throw new Error('the rule does not ask for this check');
  return evaluate(image, NOW);
}

export const said = ({ status, reason }: Judgement): string => `${status} ${reason}`;
