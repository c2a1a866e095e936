import { NOTATION_SIGNATURES } from '../limits.ts';
import type { Descriptor, Registry } from '../registry/registry.ts';
import type { Collected, Collector } from './collector.ts';
import { collectLayers } from './layers.ts';

/**
 * Whatever refers to a digest by its `subject` (distribution-spec, "Listing Referrers"): Sigstore bundles, cosign's
 * OCI 1.1 signatures, Notation signatures. Every referrer's manifest is read, as artifact types in the wild are not
 * those of the specifications.
 */
export const referrers: Collector = {
  name: 'referrers',
  async collect(registry, repository, digest) {
    const location = `${repository}@${digest}`;
    const listing = await registry.referrers(repository, digest);
    if (!listing.ok) return { evidence: [], faults: [{ ...listing.fault, subject: digest, location }] };
    const found = await Promise.all(
      listing.value.descriptors.map((descriptor) =>
        collectReferrer(registry, repository, digest, descriptor),
      ),
    );
    const evidence = found.flatMap((one) => one.evidence);
    const faults = found.flatMap((one) => one.faults);
    return withinLimit({ evidence, faults }, digest, location);
  },
};

/** Each signature of Notation may have revocation asked for, and anybody who may push can attach thousands. */
function withinLimit({ evidence, faults }: Collected, subject: string, location: string): Collected {
  const signatures = evidence.filter(({ format }) => format === 'notation');
  const beyond = new Set(signatures.slice(NOTATION_SIGNATURES));
  if (beyond.size === 0) return { evidence, faults };
  const message = `${location} has ${signatures.length} Notation signatures, more than the limit of ${NOTATION_SIGNATURES} (NOTATION_SIGNATURES); the rest was not read`;
  return {
    evidence: evidence.filter((piece) => !beyond.has(piece)),
    faults: [...faults, { reason: 'LimitExceeded', subject, location, message }],
  };
}

async function collectReferrer(
  registry: Registry,
  repository: string,
  digest: string,
  descriptor: Descriptor,
): Promise<Collected> {
  const location = `${repository}@${descriptor.digest}`;
  const manifest = await registry.manifest(repository, descriptor.digest);
  if (!manifest.ok) return { evidence: [], faults: [{ ...manifest.fault, subject: digest, location }] };
  if (manifest.value === null) {
    const message = `${location} is listed as a referrer of ${digest}, and the registry does not have it`;
    return {
      evidence: [],
      faults: [{ reason: 'RegistryResponseInvalid', subject: digest, location, message }],
    };
  }
  // A fallback index is maintained by clients: only the manifest itself says what it refers to.
  const actual = manifest.value.content.subject?.digest;
  if (actual !== digest) {
    const message = `${location} is listed as a referrer of ${digest}, but its subject is ${actual ?? 'absent'}`;
    return {
      evidence: [],
      faults: [{ reason: 'SignatureForOtherImage', subject: digest, location, message }],
    };
  }
  return collectLayers(registry, repository, manifest.value, digest, location);
}
