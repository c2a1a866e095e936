import type { EvidenceEntry } from '../policy/finding.ts';
import { remedyFor } from '../policy/remedies.ts';
import type { Fault, Reason } from '../reasons.ts';

/** Why it is not known whether something is affected: a closed list, to which codes are only added. */
export const SWEEP_REASONS = {
  Unreachable: 'What the answer rests on could not be fetched.',
  NotIndexed: 'What the answer rests on is not in the saved evidence.',
  ReferenceInvalid: 'The image reference is not one that a container runtime can pull.',
  TagNotNamed: 'The query names a tag, and the reference a digest alone.',
  NoProvenance: 'Nothing verified says by what or from what the image was built.',
  ProvenanceUnreadable: 'Verified provenance is in no form that can be read.',
  ProvenanceContradictory: 'Verified provenance says otherwise than the certificate that it was signed with.',
  EvidenceUnverified:
    'Evidence that may say what the query asks for does not verify under the roots and keys known here.',
  NoSbom: 'There is no SBOM of this image.',
  SbomUnsigned: 'There is an SBOM of this image, and nobody whose word counts has signed it.',
  SbomForOtherImage: "There is an SBOM, and it is another image's, or does not say of which platform it is.",
  EcosystemNotCatalogued:
    'There is an SBOM, and nothing says that its tool looked for packages of the kind that was asked for.',
  SbomTruncated: 'There is an SBOM, and it says itself that it is not complete.',
  SbomUnreadable: 'There is an SBOM, and it is in no form that can be read.',
  VersionUnknown: 'A package of this name is there, and its version is not known or cannot be compared.',
  AdvisoriesIncomplete:
    'The records of the vulnerability do not say all that they might of packages like those of this image.',
  PackageUnclear: 'A package is there that may be the one that was asked for, or another of its name.',
} as const satisfies Record<string, string>;

export type SweepReason = keyof typeof SWEEP_REASONS;

/** Why one thing is not known, and what to do about it. */
export interface Doubt {
  readonly reason: SweepReason;
  /** The reason code of what failed; null where nothing has. */
  readonly cause: Reason | null;
  readonly message: string;
  readonly remediation: string | null;
  /** What was seen, and proves nothing. */
  readonly evidence: readonly EvidenceEntry[];
}

/** The doubt that a fault leaves: what was not fetched may say anything. */
export function doubtOf({ reason, message, remediation }: Fault): Doubt {
  return {
    reason: reason === 'NotInEvidence' ? 'NotIndexed' : 'Unreachable',
    cause: reason,
    message,
    remediation: remediation ?? remedyFor(reason),
    evidence: [],
  };
}
