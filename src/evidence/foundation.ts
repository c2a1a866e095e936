import { BASE_HINTS } from '../limits.ts';
import { ok, type Fault, type Outcome } from '../reasons.ts';
import type { Registry } from '../registry/registry.ts';
import type { BaseLayers, ReadBase } from './base-images.ts';
import { baseHint, type BaseHint, type Layer, readLayers } from './image-layers.ts';

/** An image manifest, and where to find it. */
export interface Built {
  readonly registry: Registry;
  /** The repositories that may have it; the first that does counts. */
  readonly repositories: readonly string[];
  readonly digest: string;
  /** The index around it; null where there is none. */
  readonly index: string | null;
  /** What others than the image itself say of its base. */
  readonly hints: readonly BaseHint[];
}

/** The layers of an image, and what is known of all images that are named as its base. */
export interface Foundation {
  readonly layers: Outcome<readonly Layer[]>;
  readonly named: readonly (BaseLayers & { readonly hint: BaseHint })[];
  /** How many more are named, and were not asked for. */
  readonly more: number;
}

/** Reads the layers of an image and of what is named as its base: by the manifest, the index, its configuration and others, in this order. */
export async function readFoundation(
  { registry, repositories, digest, index, hints }: Built,
  readBase: ReadBase,
): Promise<Foundation> {
  let fault: Fault | null = null;
  for (const repository of repositories) {
    const ours = await readLayers(registry, repository, digest);
    if (!ours.ok) {
      fault ??= ours.fault;
      continue;
    }
    const { platform, bases } = ours.value;
    const around = index === null ? [] : await indexHints(registry, repository, { index, digest });
    const all = distinctHints([...bases, ...around, ...hints]);
    const named = await Promise.all(
      all.slice(0, BASE_HINTS).map(async (hint) => ({ hint, ...(await readBase(hint, platform)) })),
    );
    return { layers: ok(ours.value.layers), named, more: all.length - named.length };
  }
  if (fault === null) throw new Error('an image without a repository');
  return { layers: { ok: false, fault }, named: [], more: 0 };
}

/** What an index says of itself, and of its child. Whether it can be had was found out when the image was resolved. */
async function indexHints(
  registry: Registry,
  repository: string,
  { index, digest }: { readonly index: string; readonly digest: string },
): Promise<readonly BaseHint[]> {
  const found = await registry.manifest(repository, index);
  if (!found.ok || found.value?.content.kind !== 'index') return [];
  const { annotations, manifests } = found.value.content;
  const child = manifests.find((one) => one.digest === digest);
  return [...baseHint(child?.annotations), ...baseHint(annotations)];
}

/** Each image once. */
export function distinctHints(hints: readonly BaseHint[]): readonly BaseHint[] {
  return [...new Map(hints.map((hint) => [`${hint.repository}@${hint.digest}`, hint])).values()];
}
