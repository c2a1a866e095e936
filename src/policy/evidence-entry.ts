import type { EvidenceFormat } from '../evidence/collector.ts';
import type { Claim, NotationFacts, NotationSigner, Signer, Verdict } from '../verify/verifier.ts';
import type { EvidenceEntry } from './finding.ts';
import type { JudgedManifest } from './subject.ts';

/** Everything that was found on a manifest, as a report shows it: verified, refused, and what could not be read. */
export function evidenceEntries(manifest: JudgedManifest): EvidenceEntry[] {
  const judged = manifest.verdicts.flatMap((verdict) => entriesOf(verdict));
  const unread = manifest.faults.map(({ location, subject, reason, message }): EvidenceEntry => ({
    ...EMPTY,
    kind: 'unread',
    location,
    subject,
    result: 'refused',
    reason,
    message,
  }));
  return [...judged, ...unread].toSorted(byPlace);
}

const EMPTY = {
  predicateType: null,
  digest: null,
  signer: null,
  time: null,
  logIndex: null,
  trustRoot: null,
} as const;

/** Formats that hold nothing but attestations. */
const ATTESTING: ReadonlySet<EvidenceFormat> = new Set(['dsse-envelope', 'sbom', 'statement']);

function entriesOf(verdict: Verdict): EvidenceEntry[] {
  const { location, digest, subject, format } = verdict.evidence;
  if (verdict.result === 'refused') {
    const kind = ATTESTING.has(format) ? 'attestation' : 'signature';
    return [{ ...EMPTY, kind, location, digest, subject, result: 'refused', ...verdict.refusal }];
  }
  return verdict.claims.map((claim) => ({ location, digest, subject, ...claimed(claim) }));
}

function claimed(claim: Claim): Omit<EvidenceEntry, 'location' | 'digest' | 'subject'> {
  const [time] = claim.times;
  return {
    kind: claim.content.kind,
    predicateType: claim.content.kind === 'attestation' ? claim.content.predicateType : null,
    signer: signerEntry(claim.signer),
    time: time ? { value: time.value.toISOString(), source: time.source } : null,
    logIndex: claim.logIndex,
    trustRoot: claim.trustRoot,
    result: 'verified',
    reason: null,
    message: claim.passedOver.length === 0 ? null : `passed over: ${claim.passedOver.join('; ')}`,
    ...(claim.notation && claim.signer.kind === 'notation'
      ? { notation: notationEntry(claim.notation, claim.signer) }
      : {}),
  };
}

function notationEntry(
  { scheme, signingTime, expiry, statement, level, logged }: NotationFacts,
  { thumbprint }: NotationSigner,
): EvidenceEntry['notation'] {
  return {
    thumbprint,
    scheme,
    signingTime: signingTime.toISOString(),
    expiry: expiry?.toISOString() ?? null,
    statement,
    level,
    logged,
  };
}

function signerEntry(signer: Signer): EvidenceEntry['signer'] {
  switch (signer.kind) {
    case 'key':
      return { subject: `key sha256:${signer.fingerprint}`, issuer: null, extensions: {} };
    case 'certificate':
      return { subject: signer.subject.value, issuer: signer.issuer, extensions: signer.extensions };
    case 'notation':
      return { subject: signer.subject, issuer: null, extensions: {} };
  }
}

function byPlace(a: EvidenceEntry, b: EvidenceEntry): number {
  const [left, right] = [key(a), key(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function key({
  subject,
  location,
  digest,
  kind,
  predicateType,
  signer,
  trustRoot,
  reason,
}: EvidenceEntry): string {
  return JSON.stringify([subject, location, digest, kind, predicateType, signer, trustRoot, reason]);
}

/** Hex digits of a thumbprint that are enough for a person to tell certificates apart. */
const SHOWN = 16;

/** A signer in words: `https://github.com/acme/… (issuer https://…)`. */
export function describeSigner(
  signer:
    | { readonly kind: 'key'; readonly authority: string }
    | { readonly kind: 'certificate'; readonly subject: { readonly value: string }; readonly issuer: string }
    | NotationSigner,
): string {
  switch (signer.kind) {
    case 'key':
      return `the key of ${signer.authority}`;
    case 'certificate':
      return `${signer.subject.value} (issuer ${signer.issuer || 'none'})`;
    case 'notation':
      return `${signer.subject} (certificate sha256:${signer.thumbprint.slice(0, SHOWN)}…)`;
  }
}
