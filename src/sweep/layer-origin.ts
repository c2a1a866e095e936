import { isPackageDatabase } from '../attestations/sbom/package-database.ts';
import type { Layer } from '../evidence/image-layers.ts';
import type { Outcome } from '../reasons.ts';
import { chainIds } from '../registry/chain-id.ts';
import type { ComponentLayer, MatchedComponent } from './component-hit.ts';

/** An image that others are built on. */
interface BaseImage {
  /** `docker.io/library/debian@sha256:…` */
  readonly image: string;
  /** How many layers it has. */
  readonly count: number;
}

/** What is known of the image in which a component was found, and of what may be its base. */
export interface Stack {
  readonly ours: Outcome<readonly Layer[]>;
  /** The longest that is a base by its layers; null where none is. */
  readonly base: BaseImage | null;
  /** Why none is known, where none is. */
  readonly unproven: string;
  /** Why a longer one may be that is not known; null where all that is named is known. */
  readonly open: string | null;
}

/**
 * The longest of some images on which one is built: all of its layers are the lower ones of that one, which has more. What anybody says of
 * it decides nothing. An image without layers is the base of none. `imageOf` has the images by their ChainIDs (image-spec, config.md).
 */
export function longestBase(
  layers: readonly Layer[],
  imageOf: (chainId: string) => string | undefined,
): BaseImage | null {
  const chain = chainIds(layers.map(({ diffId }) => diffId)).slice(0, -1);
  for (const [at, chainId] of [...chain.entries()].toReversed()) {
    const image = imageOf(chainId);
    if (image !== undefined) return { image, count: at + 1 };
  }
  return null;
}

type Placed = Pick<MatchedComponent, 'layer' | 'layers' | 'origin' | 'originReason' | 'base'>;

/** Whose layer a component came with, and which one that is. */
export function placeComponent(
  { layer, locations }: MatchedComponent,
  { ours, base, unproven, open }: Stack,
): Placed {
  const unknown = (reason: string, layers: readonly ComponentLayer[] = []): Placed => ({
    layer: layers[0]?.digest ?? layer,
    layers,
    origin: 'unknown',
    originReason: reason,
    base: null,
  });
  if (layer === null) return unknown(NO_LAYER);
  const bare = [{ digest: layer, index: null, createdBy: null, origin: 'unknown' as const }];
  if (!ours.ok) return unknown(`the image's layers are not known: ${ours.fault.message}`, bare);
  const layers = ours.value;
  const index = layers.findIndex(({ diffId, digest }) => diffId === layer || digest === layer);
  const found = layers[index];
  if (!found) return unknown(`its SBOM names ${layer}, which is no layer of the image`, bare);
  const inBase = base !== null && index < base.count;
  // A database of packages was in lower layers as well: the package may have come with any of them, and another SBOM may know.
  const atLatest = index > 0 && locations.length > 0 && locations.every(isPackageDatabase);
  const is = (origin: ComponentLayer['origin']): readonly ComponentLayer[] =>
    atLatest && origin === 'unknown'
      ? []
      : [{ digest: found.diffId, index, createdBy: atLatest ? null : found.createdBy, origin }];
  if (base === null) return unknown(unproven, is('unknown'));
  if (open !== null && !inBase) return unknown(open, is('unknown'));
  if (atLatest && !inBase) return unknown(REWRITTEN);
  const origin = inBase ? 'base' : 'application';
  return { layer: found.diffId, layers: is(origin), origin, originReason: null, base: base.image };
}

/** One component that several SBOMs, or several platforms, have: known where all who name a layer say the same. */
export function placedTogether(same: readonly MatchedComponent[]): Placed {
  const layers = [
    ...new Map(same.flatMap((one) => one.layers).map((one) => [JSON.stringify(one), one])).values(),
  ];
  const placed = same.filter((one) => one.layers.length > 0);
  const [first = same.find(({ originReason }) => originReason !== NO_LAYER)] = placed;
  const layer = first?.layer ?? same.find((one) => one.layer !== null)?.layer ?? null;
  const originReason = first ? first.originReason : NO_LAYER;
  const base = placed.find((one) => one.base !== null)?.base ?? null;
  const [origin = 'unknown', ...others] = new Set(layers.map((one) => one.origin));
  if (others.length === 0) return { layer, layers, origin, originReason, base };
  const reason = placed.find((one) => one.origin === 'unknown')?.originReason ?? IN_BOTH;
  return { layer, layers, origin: 'unknown', originReason: reason, base };
}

export const NO_LAYER = 'its SBOM names no layer of it';
const REWRITTEN =
  'it is in the database of a package manager, which a layer of the application has written last: it may have been there before';
const IN_BOTH = 'it is in a layer of the base image and in one of the application';
