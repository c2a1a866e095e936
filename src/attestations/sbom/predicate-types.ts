/** The formats of SBOMs that are known. */
export type SbomFormat = 'spdx' | 'cyclonedx' | 'syft';

/** in-toto/attestation, spec/predicates/{spdx,cyclonedx}.md; cosign writes `/schema` and `/v…` as well. */
const PREDICATES: readonly (readonly [RegExp, SbomFormat])[] = [
  [/^https:\/\/spdx\.dev\/Document(\/v\d+(\.\d+)*)?$/, 'spdx'],
  [/^https:\/\/cyclonedx\.org\/(bom|schema)(\/v\d+(\.\d+)*)?$/, 'cyclonedx'],
  [/^https:\/\/syft\.dev\/bom$/, 'syft'],
];

/** Media types of layers, which are the artifactTypes of bare referrers too. */
const MEDIA_TYPES: Readonly<Record<string, SbomFormat>> = {
  'application/spdx+json': 'spdx',
  'text/spdx': 'spdx',
  'text/spdx+json': 'spdx',
  'text/spdx+xml': 'spdx',
  'application/vnd.cyclonedx': 'cyclonedx',
  'application/vnd.cyclonedx+json': 'cyclonedx',
  'application/vnd.cyclonedx+xml': 'cyclonedx',
  'application/vnd.syft+json': 'syft',
};

/** cosign's "experimental OCI 1.1" referrer: an SBOM whose format only its layer says. */
const COSIGN_SBOM_ARTIFACT = 'application/vnd.dev.cosign.artifact.sbom.v1+json';

/** The format of SBOM that a predicate type stands for; null if it is no SBOM's. */
export function sbomFormatOfPredicate(predicateType: string): SbomFormat | null {
  return PREDICATES.find(([pattern]) => pattern.test(predicateType))?.[1] ?? null;
}

/** The format of SBOM that a media type stands for, its parameters aside; null if it is no SBOM's. */
export function sbomFormatOfMediaType(mediaType: string): SbomFormat | null {
  const essence = essenceOf(mediaType);
  return Object.hasOwn(MEDIA_TYPES, essence) ? (MEDIA_TYPES[essence] ?? null) : null;
}

/** Whether a referrer's artifactType says that it is an SBOM; its layers' media types say of which format. */
export function isSbomArtifactType(artifactType: string): boolean {
  return essenceOf(artifactType) === COSIGN_SBOM_ARTIFACT || sbomFormatOfMediaType(artifactType) !== null;
}

function essenceOf(mediaType: string): string {
  return (mediaType.split(';')[0] ?? '').trim().toLowerCase();
}
