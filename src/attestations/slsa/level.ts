import type { Claim, Signer } from '../../verify/verifier.ts';
import {
  certifiedBuilder,
  type CertificateSigner,
  type ConfiguredBuilder,
  configuredLevel,
  defaultLevel,
  type Level,
  notHosted,
} from './builders.ts';
import { contradictions } from './contradictions.ts';
import type { Provenance } from './provenance.ts';
import { normaliseSource } from './source-uri.ts';

/** What may honestly be concluded from provenance. */
export interface ProvenanceLevel {
  readonly level: Level;
  /** A clause that says why it is this level and no other. */
  readonly why: string;
  /** The builder that the certificate names, else the one that the provenance names. */
  readonly builder: string;
  /** The source repository, without `git+`, `.git` and `@ref`; null if nobody names one. The first of `sources`. */
  readonly source: string | null;
  /** Every repository that may be the source: one, unless the build type does not tell which it is. */
  readonly sources: readonly string[];
  readonly sourceRef: string | null;
  /** Who says so: the certificate's issuer, or only whoever wrote the provenance. */
  readonly sourceFrom: 'certificate' | 'provenance' | null;
  /** What the provenance says otherwise than its certificate. Where there is any, somebody has lied: not a lower level. */
  readonly contradictions: readonly string[];
}

/**
 * The SLSA build level that verified provenance shows. `acceptedBy` are the names of the authorities that accept the
 * claim's signer. What a certificate says counts before what the provenance says.
 */
export function provenanceLevel(
  claim: Pick<Claim, 'signer'>,
  provenance: Provenance,
  builders: readonly ConfiguredBuilder[],
  acceptedBy: readonly string[],
): ProvenanceLevel {
  const { signer } = claim;
  const contradicting =
    signer.kind === 'certificate' ? contradictionsOf(signer, provenance, builders, acceptedBy) : [];
  return {
    ...judged(signer, provenance, builders, acceptedBy, contradicting),
    ...sourceOf(signer, provenance),
    contradictions: contradicting,
  };
}

/** The level of provenance that nobody has signed, as BuildKit attaches it. */
export function unsignedLevel(provenance: Provenance): ProvenanceLevel {
  return {
    level: 1,
    why: 'the provenance is not signed: unauthenticated',
    builder: provenance.builderId,
    ...statedSource(provenance),
    contradictions: [],
  };
}

function judged(
  signer: Signer,
  { builderId }: Provenance,
  builders: readonly ConfiguredBuilder[],
  acceptedBy: readonly string[],
  contradicting: readonly string[],
): Pick<ProvenanceLevel, 'level' | 'why' | 'builder'> {
  const builder = certifiedBuilder(signer, builderId) ?? builderId;
  const [contradiction] = contradicting;
  if (contradiction !== undefined) {
    return { level: 0, why: `the provenance contradicts its certificate: ${contradiction}`, builder };
  }
  if (acceptedBy.length === 0) {
    return { level: 1, why: 'no authority of the policy accepts its signer: unauthenticated', builder };
  }
  const selfHosted = notHosted(signer);
  if (selfHosted !== null) return { level: 1, why: selfHosted, builder };
  const named = [builder, ...(isForeign(signer, builderId) ? [builderId] : [])];
  const [known] = named.flatMap((id) => {
    const level = configuredLevel(builders, id, acceptedBy);
    return level === null ? [] : [{ level, why: 'the policy gives its builder this level', builder: id }];
  });
  return known ?? { ...defaultLevel(signer, builder), builder };
}

/**
 * A policy may give a signer's own builder a name that the certificate cannot know (`https://ci.acme.example/…`). A name
 * at the host of the builder that the certificate names is not one of those: there the certificate alone counts.
 */
function isForeign(signer: Signer, builderId: string): boolean {
  const certified = certifiedBuilder(signer, builderId);
  return certified !== null && URL.canParse(builderId) && hostOf(certified) !== hostOf(builderId);
}

function hostOf(id: string): string | null {
  return URL.canParse(id) ? new URL(id).host : null;
}

function contradictionsOf(
  signer: CertificateSigner,
  provenance: Provenance,
  builders: readonly ConfiguredBuilder[],
  acceptedBy: readonly string[],
): readonly string[] {
  const { builderId } = provenance;
  const configured =
    isForeign(signer, builderId) && configuredLevel(builders, builderId, acceptedBy) !== null;
  return contradictions(signer, configured ? { ...provenance, builderId: '' } : provenance);
}

type SourceFacts = Pick<ProvenanceLevel, 'source' | 'sources' | 'sourceRef' | 'sourceFrom'>;

function sourceOf(signer: Signer, provenance: Provenance): SourceFacts {
  const certified = signer.kind === 'certificate' ? signer.extensions : {};
  if (certified.sourceRepository === undefined) return statedSource(provenance);
  const source = normaliseSource(certified.sourceRepository);
  const sourceRef = certified.sourceRepositoryRef ?? provenance.sourceRef;
  return { source, sources: [source], sourceRef, sourceFrom: 'certificate' };
}

function statedSource(provenance: Provenance): SourceFacts {
  const sources = [...new Set(provenance.sources.map(({ uri }) => normaliseSource(uri)))];
  const [source = null] = sources;
  const sourceFrom = source === null ? null : 'provenance';
  return { source, sources, sourceRef: provenance.sourceRef, sourceFrom };
}
