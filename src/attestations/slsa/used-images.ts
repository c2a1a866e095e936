import { z } from 'zod';
import { parseDigest } from '../../registry/digest.ts';
import { parseReference } from '../../registry/reference.ts';
import { list } from '../reading.ts';
import { type PackageUrl, parsePackageUrl } from '../sbom/package-url.ts';
import { type Artifact, artifact } from './fields.ts';
import { slsaPredicate } from './provenance.ts';

/** An image by its digest. */
interface UsedImage {
  readonly repository: string;
  readonly digest: string;
}

/** Where the versions list what a build used: "materials" until v0.2, "resolvedDependencies" in v1. */
const schema = z.object({
  materials: list(artifact),
  buildDefinition: z.object({ resolvedDependencies: list(artifact) }).nullish(),
});

/** The images that provenance says its build used: bases of all its stages, and tools. Empty for what is no provenance. */
export function usedImages(predicateType: string, predicate: unknown): readonly UsedImage[] {
  const kind = slsaPredicate(predicateType);
  if (kind === null || kind === 'verification summary') return [];
  const parsed = schema.safeParse(predicate);
  if (!parsed.success) return [];
  const { materials, buildDefinition } = parsed.data;
  return [...materials, ...(buildDefinition?.resolvedDependencies ?? [])].flatMap(imageOf);
}

function imageOf({ uri, digest: digests }: Artifact): readonly UsedImage[] {
  const purl = uri ? parsePackageUrl(uri) : null;
  const name = purl && repositoryIn(purl);
  const parsed = name === null ? null : parseReference(name);
  if (!purl || !parsed?.ok) return [];
  const named = [`sha256:${digests?.['sha256'] ?? ''}`, purl.version ?? '', purl.qualifiers['digest'] ?? ''];
  const digest = named.find((one) => parseDigest(one) !== null);
  return digest === undefined ? [] : [{ repository: parsed.value.repository, digest }];
}

/** purl-spec, types `docker` and `oci`: the name of a docker image is below `repository_url`, that of an OCI one is in it. */
function repositoryIn({ type, namespace, name, qualifiers }: PackageUrl): string | null {
  const url = qualifiers['repository_url'];
  if (type === 'oci') return url ?? null;
  if (type !== 'docker') return null;
  return [url, namespace, name].filter((part) => part).join('/');
}
