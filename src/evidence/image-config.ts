import { z } from 'zod';
import { parseStrictJson } from '../json.ts';
import { IMAGE_CONFIG_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { memoise } from '../registry/memo.ts';
import type { ImageManifest, Registry } from '../registry/registry.ts';

/** What an image says of itself (image-spec, config.md). Its builder wrote it, and nobody vouches for it. */
export interface ImageConfig {
  /** As it is written; null where it is not. */
  readonly created: string | null;
}

/** image-spec, media-types.md; Docker's image manifest v2, schema 2. Anything else under `config` belongs to an artifact. */
const CONFIG_TYPES: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

const configSchema = z.looseObject({ created: z.string().nullish() });

export type ReadConfig = (repository: string, digest: string) => Promise<Outcome<ImageConfig>>;

/** Reads the configuration that the manifest with a digest names, each once. */
export function configReader(registry: Registry): ReadConfig {
  return memoise((repository: string, digest: string) => readConfig(registry, repository, digest));
}

async function readConfig(
  registry: Registry,
  repository: string,
  digest: string,
): Promise<Outcome<ImageConfig>> {
  const fetched = await fetchConfig(registry, repository, digest);
  if (!fetched.ok) return fetched;
  const parsed = configSchema.safeParse(fetched.value.config);
  if (!parsed.success)
    return failed('AgeUnknown', `the configuration of ${repository}@${digest} is not what it must be`);
  return ok({ created: parsed.data.created ?? null });
}

/** The manifest of an image, and the document under its `config`; undefined where that is no JSON. */
export interface FetchedConfig {
  readonly manifest: ImageManifest;
  readonly config: unknown;
}

/** Fetches the configuration that the manifest with a digest names. An index has none, and neither has an artifact. */
export async function fetchConfig(
  registry: Registry,
  repository: string,
  digest: string,
): Promise<Outcome<FetchedConfig>> {
  const where = `${repository}@${digest}`;
  const found = await registry.manifest(repository, digest);
  if (!found.ok) return found;
  if (found.value === null)
    return failed('ImageNotFound', `${where} is not in the registry, or not shown with these credentials`);
  const { content } = found.value;
  if (content.kind === 'index')
    return failed('AgeUnknown', `${where} is an index, which has no configuration of its own`);
  const { config } = content;
  if (!CONFIG_TYPES.has(config.mediaType))
    return failed('AgeUnknown', `the configuration of ${where} is none of an image (${config.mediaType})`);
  const blob = await registry.blob(repository, config, IMAGE_CONFIG_BYTES);
  return blob.ok ? ok({ manifest: content, config: parsedJson(blob.value) }) : blob;
}

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return parseStrictJson(bytes);
  } catch {
    return undefined;
  }
}
