import { EVIDENCE_BYTES } from '../limits.ts';
import type { Collected, Collector } from './collector.ts';
import { packed } from './packed-payload.ts';

/**
 * What `actions/attest` and others leave with GitHub instead of the registry. `repository` is the name under which a registry is asked
 * for it: `api.github.com/repos/acme/cart` or `api.github.com/orgs/acme`.
 */
export function githubAttestations(repository: string): Collector {
  return {
    name: `attestations of ${repository}`,
    async collect(registry, _image, digest): Promise<Collected> {
      const location = `https://${repository}/attestations/${digest}`;
      const listing = await registry.referrers(repository, digest);
      if (!listing.ok) return { evidence: [], faults: [{ ...listing.fault, subject: digest, location }] };
      const found = await Promise.all(
        listing.value.descriptors.map(async (descriptor): Promise<Collected> => {
          const blob = await registry.blob(repository, descriptor, EVIDENCE_BYTES);
          if (!blob.ok) return { evidence: [], faults: [{ ...blob.fault, subject: digest, location }] };
          const format = 'sigstore-bundle';
          const piece = {
            format,
            digest: descriptor.digest,
            subject: digest,
            location,
            annotations: {},
          } as const;
          return { evidence: [{ ...piece, ...packed(format, blob.value) }], faults: [] };
        }),
      );
      return { evidence: found.flatMap((one) => one.evidence), faults: found.flatMap((one) => one.faults) };
    },
  };
}
