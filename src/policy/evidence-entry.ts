import type { EvidenceFormat } from '../evidence/collector.ts';
import type { Claim, Signer, Verdict } from '../verify/verifier.ts';
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
  };
}

function signerEntry(signer: Signer): EvidenceEntry['signer'] {
  return signer.kind === 'key'
    ? { subject: `key sha256:${signer.fingerprint}`, issuer: null, extensions: {} }
    : { subject: signer.subject.value, issuer: signer.issuer, extensions: signer.extensions };
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

/** A signer in words: `https://github.com/acme/… (issuer https://…)`. */
export function describeSigner(
  signer:
    | { readonly kind: 'key'; readonly authority: string }
    | { readonly kind: 'certificate'; readonly subject: { readonly value: string }; readonly issuer: string },
): string {
  return signer.kind === 'key'
    ? `the key of ${signer.authority}`
    : `${signer.subject.value} (issuer ${signer.issuer || 'none'})`;
}
