import type { Reason } from '../reasons.ts';
import type { NotationFacts, VerifiedTime } from '../verify/verifier.ts';
import type { JudgedImage } from './subject.ts';

export type Status = 'pass' | 'fail' | 'warn' | 'unknown' | 'skip';
export type Enforcement = 'enforce' | 'warn';

/** From best to worst: a container is as bad as its worst finding. */
const SEVERITY: readonly Status[] = ['skip', 'pass', 'warn', 'unknown', 'fail'];

/** The worst of some statuses; `skip` for none. */
export function worst(statuses: Iterable<Status>): Status {
  let index = 0;
  for (const status of statuses) index = Math.max(index, SEVERITY.indexOf(status));
  return SEVERITY[index] ?? 'skip';
}

export const CHECK_NAMES = [
  'signature',
  'registry',
  'tag',
  'age',
  'sbom',
  'slsa',
  'vulnerabilities',
  'base',
  'attestation',
  'policy',
] as const;

export type CheckName = (typeof CHECK_NAMES)[number];

/** What one check concludes of one image, before a rule's enforcement is applied. */
export interface Judgement {
  readonly status: Status;
  readonly reason: Reason;
  readonly message: string;
  readonly remediation: string | null;
  /** The authority that satisfied the check. */
  readonly authority: string | null;
  /** The manifest that the judgement is about; null for the reference as a whole. */
  readonly subject: { readonly digest: string; readonly platform: string | null } | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly evidence: readonly EvidenceEntry[];
  /** What is to be said beside it, as findings of their own. */
  readonly beside?: readonly Judgement[] | undefined;
}

/** A judgement of the reference alone, for which no evidence was looked at. */
export function judgeReference(
  status: 'pass' | 'fail' | 'skip' | 'warn',
  reason: Reason,
  message: string,
  remediation: string | null = null,
): Judgement {
  return { status, reason, message, remediation, authority: null, subject: null, details: {}, evidence: [] };
}

/** One piece of evidence as a report shows it. */
export interface EvidenceEntry {
  readonly kind: 'signature' | 'attestation' | 'unread';
  readonly predicateType: string | null;
  readonly digest: string | null;
  readonly location: string;
  readonly subject: string;
  readonly signer: {
    readonly subject: string;
    readonly issuer: string | null;
    readonly extensions: Readonly<Record<string, string>>;
  } | null;
  readonly time: { readonly value: string; readonly source: VerifiedTime['source'] } | null;
  readonly logIndex: string | null;
  readonly trustRoot: string | null;
  readonly result: 'verified' | 'refused';
  readonly reason: Reason | null;
  readonly message: string | null;
  /** Of a Notary Project signature. */
  readonly notation?:
    | (Omit<NotationFacts, 'signingTime' | 'expiry'> & {
        /** sha256 of the signing certificate, hex. */
        readonly thumbprint: string;
        readonly signingTime: string;
        readonly expiry: string | null;
      })
    | undefined;
}

/** A judgement under a rule. */
export interface Finding extends Omit<Judgement, 'beside'> {
  readonly check: CheckName;
  readonly rule: string | null;
  readonly enforcement: Enforcement;
  /** The exception that turned a failure into a warning. */
  readonly exception: string | null;
}

/** Judges one image as of a time. Pure, and asked once per image and rule. */
export type Evaluate = (image: JudgedImage, judgedAt: Date) => Judgement;
