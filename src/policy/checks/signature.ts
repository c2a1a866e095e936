import { formatPlatform } from '../../registry/platform.ts';
import { parseReference } from '../../registry/reference.ts';
import type { Fault } from '../../reasons.ts';
import type { Claim, Signer } from '../../verify/verifier.ts';
import { tooOld } from '../age.ts';
import type { Check } from '../check.ts';
import { describeSigner } from '../evidence-entry.ts';
import { demandOf } from '../demand.ts';
import type { SignatureFile } from '../schema.ts';
import type { JudgedImage, JudgedManifest } from '../subject.ts';
import { isSigned, judgeVouching, type Vouched } from '../vouching.ts';

/** Whether an authority that the rule accepts has signed the image: the index, or every child that is judged. */
export const signatureCheck: Check = {
  name: 'signature',
  vouches: true,
  compile({ signature }, { authorities }) {
    if (!signature) return null;
    const demand = demandOf(signature, authorities);
    return (image, judgedAt) =>
      judgeVouching(image, {
        demand,
        counts: isSignature,
        mayCount: isSigned,
        lacks: ({ claim }) => lacks(claim, signature, image, judgedAt),
        missing,
        holds,
      });
  },
};

function isSignature(claim: Claim): boolean {
  return claim.content.kind === 'signature';
}

function lacks(
  { content, ...claim }: Claim,
  asked: SignatureFile,
  { reference }: JudgedImage,
  judgedAt: Date,
): Fault | null {
  if (content.kind !== 'signature') return null;
  const old = asked.maxAge === undefined ? null : tooOld({ content, ...claim }, [], asked.maxAge, judgedAt);
  if (old) return old;
  for (const [name, value] of Object.entries(asked.annotations ?? {})) {
    const signed = content.annotations[name];
    if (signed === value) continue;
    const found = signed === undefined ? 'does not have it' : `has ${JSON.stringify(signed)}`;
    return {
      reason: 'AnnotationMismatch',
      message: `the rule asks for the signed annotation ${name}=${value}, and the signature ${found}`,
    };
  }
  if (!asked.sameRepository) return null;
  // Simple signing binds only the digest: the reference that was signed says which repository was meant. Bundles do not say.
  if (content.dockerReference === null) {
    return {
      reason: 'RepositoryNotSigned',
      message:
        'the rule asks for the repository that was signed, and a signature of this form does not name one',
    };
  }
  if (repositoryOf(content.dockerReference) === reference.repository) return null;
  return {
    reason: 'SignatureForOtherImage',
    message: `it was signed for ${content.dockerReference}, not for ${reference.repository}`,
  };
}

/** A signed docker-reference as a repository: cosign writes it with or without tag and digest. */
function repositoryOf(dockerReference: string): string {
  const parsed = parseReference(dockerReference);
  return parsed.ok ? parsed.value.repository : dockerReference;
}

function holds(vouched: readonly Vouched[]): {
  reason: 'SignatureVerified';
  message: string;
  details: Record<string, unknown>;
} {
  const [first] = vouched;
  const names = [...new Set(vouched.map(({ authority }) => authority.name))];
  const signer = first?.claim.signer;
  const who = signer === undefined || signer.kind === 'key' ? 'its key' : describeSubject(signer);
  const when = first?.claim.times[0]?.value.toISOString() ?? 'no trusted time';
  return {
    reason: 'SignatureVerified',
    message: `signed by ${names.join(', ')} with ${who}, ${when}`,
    details: {},
  };
}

function describeSubject(signer: Exclude<Signer, { kind: 'key' }>): string {
  return signer.kind === 'certificate' ? signer.subject.value : describeSigner(signer);
}

/** Attestations by which nobody meant to sign the image, or nothing at all: told apart. */
function missing(others: readonly Claim[], manifests: readonly JudgedManifest[]): Fault {
  const types = new Set(
    others.flatMap(({ content }) => (content.kind === 'attestation' ? [content.predicateType] : [])),
  );
  if (types.size > 0) {
    const message = `there are attestations (${[...types].join(', ')}), but none of them is a signature`;
    return {
      reason: 'PredicateTypeMismatch',
      message,
      remediation: 'sign it by digest in the pipeline that builds it: cosign sign NAME@DIGEST',
    };
  }
  const [, child] = manifests;
  const what = child
    ? `${child.platform ? formatPlatform(child.platform) : 'a child'} (${child.digest}) or the index around it`
    : 'it';
  return { reason: 'SignatureMissing', message: `nothing signs ${what}` };
}
