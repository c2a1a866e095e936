import type { Fault } from '../../reasons.ts';
import { formatPlatform } from '../../registry/platform.ts';
import type { Claim } from '../../verify/verifier.ts';
import type { Check } from '../check.ts';
import { evidenceEntries } from '../evidence-entry.ts';
import type { Judgement } from '../finding.ts';
import type { Authority } from '../policy.ts';
import type { SignatureFile } from '../schema.ts';
import type { JudgedImage, JudgedManifest, Resolution } from '../subject.ts';
import { claimsOn, decisive, explain, lacking, type Shortfall } from '../vouching.ts';

/** Whether an authority that the rule accepts has signed the image: the index, or every child that is judged. */
export const signatureCheck: Check = {
  name: 'signature',
  vouches: true,
  compile({ signature }, authorities) {
    if (!signature) return null;
    const demand = demandOf(signature, authorities);
    return (image) => judge(image, demand);
  },
};

interface Demand {
  readonly accepted: readonly Authority[];
  /** Each part must hold: one for anyOf, one per authority for allOf. */
  readonly parts: readonly ((manifest: JudgedManifest) => boolean)[];
  readonly words: string;
}

function demandOf(signature: SignatureFile, authorities: ReadonlyMap<string, Authority>): Demand {
  const named = (names: readonly string[]) => names.flatMap((name) => authorities.get(name) ?? []);
  const signedBy = (authority: Authority) => (manifest: JudgedManifest) =>
    claimsOn(manifest, isSignature).some(authority.accepts);
  const words = (accepted: readonly Authority[], joint: string) =>
    accepted.map((authority) => `${authority.name} (${authority.description})`).join(joint);
  if (signature.allOf) {
    const accepted = named(signature.allOf);
    return {
      accepted,
      parts: accepted.map((authority) => signedBy(authority)),
      words: words(accepted, ' and '),
    };
  }
  const accepted = named(signature.anyOf ?? []);
  const any = (manifest: JudgedManifest) => accepted.some((authority) => signedBy(authority)(manifest));
  return { accepted, parts: [any], words: words(accepted, ' or ') };
}

function isSignature(claim: Claim): boolean {
  return claim.content.kind === 'signature';
}

function judge({ resolution }: JudgedImage, demand: Demand): Judgement {
  if (!resolution.ok) return { ...EMPTY, status: 'unknown', ...fault(resolution.fault) };
  const { root, children } = resolution.value;
  const evidence = [root, ...children].flatMap((manifest) => evidenceEntries(manifest));
  const without = lacking(resolution.value, demand.parts);
  const decided = decisive(
    without.map((manifest) => ({ manifest, shortfall: shortfallOf(manifest, root, demand) })),
  );
  if (!decided) return { ...EMPTY, ...satisfied(resolution.value, demand), evidence };
  const { manifest, shortfall } = decided;
  return {
    ...EMPTY,
    status: shortfall.undetermined ? 'unknown' : 'fail',
    ...fault(shortfall),
    subject: subjectOf(manifest),
    details: shortfall.location === null ? {} : { location: shortfall.location },
    evidence,
  };
}

function shortfallOf(manifest: JudgedManifest, root: JudgedManifest, demand: Demand): Shortfall {
  const manifests = manifest === root ? [root] : [root, manifest];
  const claims = manifests.flatMap((one) => claimsOn(one, isSignature));
  const strangers = claims.filter((claim) => !demand.accepted.some(({ accepts }) => accepts(claim)));
  return explain(manifests, strangers, demand.words, missing(manifests, claims, demand));
}

function subjectOf({ digest, platform }: JudgedManifest): Judgement['subject'] {
  return { digest, platform: platform && formatPlatform(platform) };
}

const EMPTY = { authority: null, subject: null, details: {}, evidence: [] } as const;

function fault({
  reason,
  message,
  remediation,
}: Fault): Pick<Judgement, 'reason' | 'message' | 'remediation'> {
  return { reason, message, remediation: remediation ?? REMEDIES[reason] ?? null };
}

const BEFORE_YOU_RUN =
  'do not run this image before you know who attached this; then build it anew and sign it by digest';
const SIGN_AGAIN = 'sign the image again, with the log and timestamps that the trust root asks for';

const REMEDIES: Partial<Record<Fault['reason'], string>> = {
  SignerNotTrusted:
    'if this signer should be trusted, add an authority for it to the policy; if not, find out who pushed this image',
  SignatureInvalid: BEFORE_YOU_RUN,
  SignatureMalformed: BEFORE_YOU_RUN,
  SignatureForOtherImage: BEFORE_YOU_RUN,
  CertificateInvalid: BEFORE_YOU_RUN,
  LogEntryInvalid: BEFORE_YOU_RUN,
  TimestampInvalid: BEFORE_YOU_RUN,
  LogEntryMissing: SIGN_AGAIN,
  TimestampMissing: SIGN_AGAIN,
  SctMissing: SIGN_AGAIN,
  KeyOutsideValidity: 'sign the image again with a key that the policy accepts today',
  TrustRootOutdated: "give a newer trust root with --trusted-root or the policy's trustRoots",
  EvidenceUnsupported:
    'verify this piece with the tool that made it, or sign the image again with a current cosign',
  LimitExceeded: 'remove what is not needed from the image in its registry; the limit protects the auditor',
};

function satisfied(resolution: Resolution, demand: Demand): Omit<Judgement, 'details' | 'evidence'> {
  const { root, children } = resolution;
  const claims = [root, ...children].flatMap((manifest) =>
    claimsOn(manifest, isSignature).map((claim) => ({ claim, manifest })),
  );
  const found = demand.accepted.flatMap((authority) =>
    claims.filter(({ claim }) => authority.accepts(claim)).map((one) => ({ ...one, authority })),
  );
  const [first] = found;
  const names = [...new Set(found.map(({ authority }) => authority.name))];
  const signer = first?.claim.signer;
  const who = signer?.kind === 'certificate' ? signer.subject.value : 'its key';
  const when = first?.claim.times[0]?.value.toISOString() ?? 'no trusted time';
  return {
    status: 'pass',
    reason: 'SignatureVerified',
    message: `signed by ${names.join(', ')} with ${who}, ${when}`,
    remediation: null,
    authority: first?.authority.name ?? null,
    subject: first ? subjectOf(first.manifest) : null,
  };
}

/** Not all who have to sign, attestations by which nobody meant to sign the image, or nothing at all: told apart. */
function missing(
  manifests: readonly JudgedManifest[],
  signatures: readonly Claim[],
  { accepted }: Demand,
): Fault {
  const remediation = 'sign it by digest in the pipeline that builds it: cosign sign NAME@DIGEST';
  const [signed, unsigned] = [true, false].map((has) =>
    accepted
      .filter(({ accepts }) => signatures.some((claim) => accepts(claim)) === has)
      .map(({ name }) => name)
      .join(', '),
  );
  if (signed) {
    return {
      reason: 'SignatureMissing',
      message: `signed by ${signed}, but not by ${unsigned}`,
      remediation,
    };
  }
  const types = new Set(
    manifests
      .flatMap((manifest) => claimsOn(manifest, (claim) => !isSignature(claim)))
      .flatMap(({ content }) => (content.kind === 'attestation' ? [content.predicateType] : [])),
  );
  if (types.size > 0) {
    const message = `there are attestations (${[...types].join(', ')}), but none of them is a signature`;
    return { reason: 'PredicateTypeMismatch', message, remediation };
  }
  const [, child] = manifests;
  const what = child
    ? `${child.platform ? formatPlatform(child.platform) : 'a child'} (${child.digest}) or the index around it`
    : 'it';
  return { reason: 'SignatureMissing', message: `nothing signs ${what}`, remediation };
}
