import { certifiedBuilder } from '../attestations/slsa/builders.ts';
import { contradictions } from '../attestations/slsa/contradictions.ts';
import { type Provenance, readProvenance, slsaPredicate } from '../attestations/slsa/provenance.ts';
import { normaliseSource } from '../attestations/slsa/source-uri.ts';
import type { Reading } from '../attestations/reading.ts';
import type { Identity } from '../verify/sigstore/identity.ts';
import type { Claim, Content, Signer } from '../verify/verifier.ts';

/** What a signed statement, or its signer's certificate, says of a build. */
export interface BuildFacts {
  /** What may be taken from it: the certificate's word, and of the predicate's what does not contradict it. */
  readonly builders: readonly string[];
  readonly sources: readonly string[];
  /** What the predicate says against the certificate; empty if nothing. */
  readonly contradicting: readonly string[];
  /** All builders and sources that are named, contradicting ones too. */
  readonly named: { readonly builders: readonly string[]; readonly sources: readonly string[] };
  /** `stated` where it is SLSA provenance that can be read, `unreadable` where it is and cannot. */
  readonly provenance: 'none' | 'stated' | 'unreadable';
}

/** What a verified claim says of the build of its image. */
export function buildFacts({ signer, content }: Pick<Claim, 'signer' | 'content'>): BuildFacts {
  const read = provenanceOf(content);
  const stated = read?.ok ? read.value : null;
  const certified = certifiedOf(signer, stated);
  const contradicting = signer.kind === 'certificate' && stated ? contradictions(signer, stated) : [];
  const [builder, sources] = [stated ? [stated.builderId] : [], sourcesOf(stated)];
  const holds = contradicting.length === 0;
  return {
    builders: unique([...certified.builders, ...(holds ? builder : [])]),
    // Where the certificate names the source, the others of the predicate are not it.
    sources: unique(certified.sources.length > 0 ? certified.sources : holds ? sources : []),
    contradicting,
    named: {
      builders: unique([...certified.builders, ...builder]),
      sources: unique([...certified.sources, ...sources]),
    },
    provenance: read === null ? 'none' : read.ok ? 'stated' : 'unreadable',
  };
}

/** What is said of a build where nobody vouches for it: by a certificate, by a predicate, or by both. */
export function statedFacts(identity: Identity | null, content: Content | null): BuildFacts['named'] {
  const read = content && provenanceOf(content);
  const stated = read?.ok ? read.value : null;
  const certified = identity
    ? certifiedOf({ kind: 'certificate', trustRoot: '', ...identity }, stated)
    : { builders: [], sources: [] };
  return {
    builders: unique([...certified.builders, ...(stated ? [stated.builderId] : [])]),
    sources: unique([...certified.sources, ...sourcesOf(stated)]),
  };
}

/** Provenance in an attestation; null where it is none. A verification summary names no builder and no source. */
export function provenanceOf(content: Content): Reading<Provenance> | null {
  if (content.kind !== 'attestation') return null;
  const kind = slsaPredicate(content.predicateType);
  if (kind === null || kind === 'verification summary') return null;
  return readProvenance(content.predicateType, content.statement.predicate);
}

function certifiedOf(signer: Signer, stated: Provenance | null): BuildFacts['named'] {
  if (signer.kind !== 'certificate') return { builders: [], sources: [] };
  const { buildSigner, sourceRepository } = signer.extensions;
  const builder = certifiedBuilder(signer, stated?.builderId ?? '') ?? '';
  return {
    builders: [builder, buildSigner ?? ''].filter((one) => one !== ''),
    sources: sourceRepository === undefined ? [] : [normaliseSource(sourceRepository)],
  };
}

function sourcesOf(stated: Provenance | null): readonly string[] {
  return (stated?.sources ?? []).map(({ uri }) => normaliseSource(uri));
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
