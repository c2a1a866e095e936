import type { Descriptor } from '../registry/registry.ts';
import type { Collected, Collector } from './collector.ts';
import { collectLayers } from './layers.ts';

/** moby/buildkit, docs/attestations/attestation-storage.md: children of an index that are about another child. */
const REFERENCE_TYPE = 'vnd.docker.reference.type';
const REFERENCE_DIGEST = 'vnd.docker.reference.digest';

const NONE: Collected = { evidence: [], faults: [] };

/** The SBOM and provenance statements that BuildKit puts into the index itself, one manifest per platform. They are not signed. */
export const buildkit: Collector = {
  name: 'BuildKit',
  async collect(registry, repository, digest) {
    const manifest = await registry.manifest(repository, digest);
    // That the image itself cannot be had was found when it was resolved.
    if (!manifest.ok || manifest.value?.content.kind !== 'index') return NONE;
    const attached = manifest.value.content.manifests.flatMap((child) => attestationOf(child) ?? []);
    const found = await Promise.all(
      attached.map(async ({ child, subject }): Promise<Collected> => {
        const location = `${repository}@${child.digest}`;
        const fetched = await registry.manifest(repository, child.digest);
        if (!fetched.ok) return { evidence: [], faults: [{ ...fetched.fault, subject, location }] };
        if (fetched.value)
          return unsignedOf(await collectLayers(registry, repository, fetched.value, subject, location));
        const message = `${location} is listed in the index, and the registry does not have it`;
        return { evidence: [], faults: [{ reason: 'RegistryResponseInvalid', subject, location, message }] };
      }),
    );
    return { evidence: found.flatMap((one) => one.evidence), faults: found.flatMap((one) => one.faults) };
  },
};

/**
 * Only what needs no signature counts here: which digest it is about stands in an annotation that anybody can write, and a
 * signature that lies here was made for something that lies elsewhere.
 */
function unsignedOf({ evidence, faults }: Collected): Collected {
  return { evidence: evidence.filter(({ format }) => format === 'sbom' || format === 'statement'), faults };
}

function attestationOf(child: Descriptor): { child: Descriptor; subject: string } | null {
  const subject = child.annotations?.[REFERENCE_DIGEST];
  return child.annotations?.[REFERENCE_TYPE] === 'attestation-manifest' && subject !== undefined
    ? { child, subject }
    : null;
}
