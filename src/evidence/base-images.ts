import { BASE_CHILDREN } from '../limits.ts';
import type { Fault } from '../reasons.ts';
import { findMirrors, type Mirror } from '../registry/mirrors.ts';
import { formatPlatform, selectPlatform } from '../registry/platform.ts';
import { parseRepository } from '../registry/reference.ts';
import type { Manifest, Platform, Registry } from '../registry/registry.ts';
import { type BaseHint, chainIdOf, readLayers } from './image-layers.ts';

/** Who may be asked for base images: whoever writes an image may name any host as that of its base. */
export interface BaseRegistries {
  /** Answers for the hosts of the run's own images, and for mirrors. */
  readonly registry: Registry;
  readonly hosts: ReadonlySet<string>;
  readonly mirrors: readonly Mirror[];
  /** Answers for all other hosts: the same where the user wants it, or evidence that was saved; null where nobody is asked. */
  readonly elsewhere: Registry | null;
}

/** What is known of an image that is named as a base. */
export interface BaseLayers {
  /** Names all layers of each of its manifests that is for the platform (image-spec, config.md, "Layer ChainID"). */
  readonly chainIds: readonly string[];
  /** Why that is not all; null where it is. */
  readonly fault: Fault | null;
}

export type ReadBase = (hint: BaseHint, platform: Platform) => Promise<BaseLayers>;

/** Reads base images, each once, as the user: what pods pull with is for what they pull. */
export function baseReader(registries: BaseRegistries): ReadBase {
  const read = new Map<string, ReturnType<ReadBase>>();
  return (hint, platform) => {
    const key = JSON.stringify([hint.repository, hint.digest, formatPlatform(platform)]);
    const layers = read.get(key) ?? readBase(hint, platform, registries);
    read.set(key, layers);
    return layers;
  };
}

async function readBase(hint: BaseHint, platform: Platform, registries: BaseRegistries): Promise<BaseLayers> {
  const { digest } = hint;
  let fault: Fault | null = null;
  for (const { registry, repository } of placesOf(hint, registries)) {
    const found = await registry.manifest(repository, digest);
    if (found.ok && found.value) return layersOf(found.value, { registry, repository }, platform);
    fault ??= found.ok ? missing({ repository, digest }) : found.fault;
  }
  return { chainIds: [], fault: fault ?? notAsked(hint) };
}

interface Place {
  readonly registry: Registry;
  readonly repository: string;
}

/** A mirror has bytes that hash to what was asked for, or nothing: there the registry itself need not be asked. */
function placesOf(
  { repository }: BaseHint,
  { registry, hosts, mirrors, elsewhere }: BaseRegistries,
): Place[] {
  const host = parseRepository(repository)?.registry ?? '';
  if (hosts.has(host)) return [{ registry, repository }];
  return [
    ...findMirrors(mirrors, repository).map((mirror) => ({ registry, repository: mirror.repository })),
    ...(elsewhere ? [{ registry: elsewhere, repository }] : []),
  ];
}

async function layersOf(
  { digest, content }: Manifest,
  { registry, repository }: Place,
  platform: Platform,
): Promise<BaseLayers> {
  const manifests = content.kind === 'index' ? selectPlatform(content, platform) : [{ digest }];
  const read = await Promise.all(
    manifests.slice(0, BASE_CHILDREN).map((one) => readLayers(registry, repository, one.digest)),
  );
  const [failure] = read.flatMap((one) => (one.ok ? [] : [one.fault]));
  return {
    chainIds: read.flatMap((one) => (one.ok ? (chainIdOf(one.value.layers) ?? []) : [])),
    fault: failure ?? unsuited(manifests.length, `${repository}@${digest}`, platform),
  };
}

function unsuited(count: number, image: string, platform: Platform): Fault | null {
  const name = formatPlatform(platform);
  if (count === 0) return { reason: 'PlatformNotFound', message: `${image} has nothing for ${name}` };
  if (count <= BASE_CHILDREN) return null;
  const message = `${image} has ${count} manifests for ${name}; at most ${BASE_CHILDREN} are read (BASE_CHILDREN)`;
  return { reason: 'LimitExceeded', message };
}

function missing({ repository, digest }: BaseHint): Fault {
  return {
    reason: 'ImageNotFound',
    message: `${repository}@${digest} is not in its registry any more, or not shown with these credentials`,
  };
}

function notAsked({ repository, digest }: BaseHint): Fault {
  return {
    reason: 'ImageNotFound',
    message: `${repository}@${digest} was not asked for, as no image of this run is from that registry; --base-images asks there too`,
  };
}
