import type { Collected, Collector } from './collector.ts';
import { collectLayers } from './layers.ts';

/** The tags under which cosign keeps what it attaches where there are no referrers: `sha256-<hex>.sig`, `.att` and `.sbom`. */
const SUFFIXES = ['sig', 'att', 'sbom'] as const;

/** Signatures, attestations and SBOMs in cosign's legacy tag layout (cosign's SIGNATURE_SPEC.md, "Tag-based discovery"). */
export const cosignTags: Collector = {
  name: 'cosign tags',
  async collect(registry, repository, digest) {
    const found = await Promise.all(
      SUFFIXES.map(async (suffix): Promise<Collected> => {
        const tag = `${digest.replace(':', '-')}.${suffix}`;
        const location = `${repository}:${tag}`;
        const manifest = await registry.tag(repository, tag);
        if (!manifest.ok) return { evidence: [], faults: [{ ...manifest.fault, subject: digest, location }] };
        if (manifest.value === null) return { evidence: [], faults: [] };
        return collectLayers(registry, repository, manifest.value, digest, location);
      }),
    );
    return { evidence: found.flatMap((one) => one.evidence), faults: found.flatMap((one) => one.faults) };
  },
};
