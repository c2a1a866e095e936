import { usedImages } from '../attestations/slsa/used-images.ts';
import type { Evidence } from '../evidence/collector.ts';
import { distinctHints } from '../evidence/foundation.ts';
import type { BaseHint } from '../evidence/image-layers.ts';
import { PROVENANCE_BYTES } from '../limits.ts';
import type { Content, Verdict } from '../verify/verifier.ts';
import { statedBy } from './stated.ts';

/**
 * The images that provenance about one of these digests names, be it signed by anybody or by nobody: whether one is the base, layers prove.
 * Evidence may be judged, which saves reading it twice.
 */
export function provenanceHints(
  found: readonly (Verdict | { readonly evidence: Evidence })[],
  digests: readonly string[],
): readonly BaseHint[] {
  const about = found.filter(({ evidence }) => digests.includes(evidence.subject));
  return distinctHints(
    about.flatMap((one) => {
      const content = contentOf(one);
      if (content?.kind !== 'attestation') return [];
      return usedImages(content.predicateType, content.statement.predicate).filter(
        ({ repository }) => !TOOLS.has(repository),
      );
    }),
  );
}

/** What BuildKit runs in a build and lists among what it used: nothing is built on it. */
const TOOLS = new Set(['docker.io/docker/dockerfile', 'docker.io/docker/buildkit-syft-scanner']);

function contentOf(one: Verdict | { readonly evidence: Evidence }): Content | null {
  if ('result' in one && one.result === 'verified') return one.claims[0].content;
  return mayBeProvenance(one.evidence) ? statedBy(one.evidence).content : null;
}

/** Large SBOMs are not read once more for that, be their payload packed or not. */
function mayBeProvenance({ format, bytes, packed }: Evidence): boolean {
  const size = bytes.length + (packed?.payload.length ?? 0);
  if (size > PROVENANCE_BYTES || format === 'sbom' || format === 'notation') return false;
  return format !== 'statement' || Buffer.from(bytes).includes('slsa.dev/provenance');
}
