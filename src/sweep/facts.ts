import type { Reading } from '../attestations/reading.ts';
import type { Provenance } from '../attestations/slsa/provenance.ts';
import type { EvidenceFault, EvidenceFormat } from '../evidence/collector.ts';
import type { Foundation } from '../evidence/foundation.ts';
import type { BaseHint } from '../evidence/image-layers.ts';
import type { JudgedManifest, Resolution } from '../policy/subject.ts';
import { mayAttest } from '../policy/vouching.ts';
import type { Platform } from '../registry/registry.ts';
import type { Claim, Refusal, Signer, Verdict } from '../verify/verifier.ts';
import { provenanceHints } from './base-hints.ts';
import { type BuildFacts, buildFacts, provenanceOf, statedFacts } from './build-facts.ts';
import { entriesOf, type Shown } from './facts-evidence.ts';
import { type SbomFacts, sbomFacts } from './sbom-facts.ts';
import { type VexFacts, vexFacts } from './vex-facts.ts';
import { type Stated, statedBy } from './stated.ts';

/**
 * What is known of an image from what is attached to it: all that a query may ask, and no bytes. It follows from the evidence and the
 * trust material alone and not from the time, so that it may be kept (kept-facts.ts), but for signatures of Notation.
 */
export type ImageFacts = Resolution<ManifestFacts>;

/** What is known of one manifest of an image. */
export interface ManifestFacts {
  readonly digest: string;
  readonly platform: Platform | null;
  /** What was verified of this digest. What lies in an index and is about another digest speaks for no other. */
  readonly claims: readonly ClaimFacts[];
  readonly refused: readonly RefusedFacts[];
  readonly faults: readonly EvidenceFault[];
  /** What SBOMs say of its contents; null where nobody asked. */
  readonly sboms: readonly SbomFacts[] | null;
  /** What is signed of vulnerabilities in it; null where nobody asked. */
  readonly vex: readonly VexFacts[] | null;
  /** What provenance names as its base, as far as somebody asked. */
  readonly bases: readonly BaseHint[];
  /** Its layers and what they may be built on; null where nobody has read them yet. Of thousands of images a few are asked for it. */
  readonly foundation: (() => Foundation) | null;
  /** Names all of its layers (image-spec, config.md, "Layer ChainID"); null where they are not known. */
  readonly chainId: string | null;
}

/** Who vouches, as far as a query asks; the evidence has the rest. */
export type NamedSigner =
  | { readonly kind: 'certificate'; readonly subject: { readonly value: string }; readonly issuer: string }
  | Exclude<Signer, { kind: 'certificate' }>;

/** What somebody vouches for. */
export interface ClaimFacts {
  readonly signer: NamedSigner;
  readonly build: BuildFacts;
  /** Why provenance cannot be read, where it is provenance and cannot. */
  readonly unreadable: string | null;
  readonly evidence: Shown;
}

/** What does not verify, and what it says of itself: nobody vouches for a word of it. */
export interface RefusedFacts {
  readonly format: EvidenceFormat;
  readonly refusal: Refusal;
  readonly signer:
    | { readonly kind: 'certificate'; readonly subject: string; readonly issuer: string }
    | { readonly kind: Exclude<Stated['signer']['kind'], 'certificate'> };
  readonly named: BuildFacts['named'];
  /** Whether it may be provenance that cannot be read. */
  readonly mayBeProvenance: boolean;
  readonly evidence: Shown;
}

/** Says of an image what its evidence says, verified or not, and by `contents` what its SBOMs do. Pure. */
export function factsOf({ digest, root, children, runnable }: Resolution, contents = false): ImageFacts {
  const facts = (one: JudgedManifest, index: JudgedManifest | null): ManifestFacts => ({
    ...manifestFacts(one),
    sboms: contents ? sbomFacts(one, index) : null,
    vex: contents ? vexFacts(one) : null,
    bases: contents ? basesOf(one, index) : [],
    foundation: null,
    chainId: null,
  });
  return { digest, root: facts(root, null), children: children.map((one) => facts(one, root)), runnable };
}

/** Provenance of an index is that of its children. */
function basesOf(one: JudgedManifest, index: JudgedManifest | null): readonly BaseHint[] {
  if (index === null) return provenanceHints(one.verdicts, [one.digest]);
  return provenanceHints([...one.verdicts, ...index.verdicts], [one.digest, index.digest]);
}

function manifestFacts({
  digest,
  platform,
  verdicts,
  faults,
}: JudgedManifest): Omit<ManifestFacts, 'sboms' | 'vex' | 'bases' | 'foundation' | 'chainId'> {
  return {
    digest,
    platform,
    claims: verdicts.flatMap((verdict) =>
      verdict.result === 'verified' && verdict.evidence.subject === digest
        ? verdict.claims.map((claim) => claimFacts(claim, entriesOf({ ...verdict, claims: [claim] })))
        : [],
    ),
    refused: verdicts.flatMap((verdict) => (verdict.result === 'refused' ? [refusedFacts(verdict)] : [])),
    faults,
  };
}

function claimFacts(claim: Claim, evidence: Shown): ClaimFacts {
  const read: Reading<Provenance> | null = provenanceOf(claim.content);
  const unreadable = read?.ok === false ? read.message : null;
  return { signer: named(claim.signer), build: buildFacts(claim), unreadable, evidence };
}

function named(signer: Signer): NamedSigner {
  if (signer.kind !== 'certificate') return signer;
  return { kind: 'certificate', subject: { value: signer.subject.value }, issuer: signer.issuer };
}

function refusedFacts(verdict: Extract<Verdict, { result: 'refused' }>): RefusedFacts {
  const { evidence, refusal } = verdict;
  const { signer, content } = statedBy(evidence);
  const identity = signer.kind === 'certificate' ? signer.identity : null;
  const unread = content && provenanceOf(content);
  return {
    format: evidence.format,
    refusal,
    signer:
      signer.kind === 'certificate'
        ? { kind: 'certificate', subject: signer.identity.subject.value, issuer: signer.identity.issuer }
        : { kind: signer.kind },
    named: statedFacts(identity, content),
    mayBeProvenance: (content === null && mayAttest(evidence.format)) || unread?.ok === false,
    evidence: entriesOf(verdict),
  };
}
