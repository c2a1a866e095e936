import type { Foundation } from '../evidence/foundation.ts';
import { requestKey } from '../evidence/gather.ts';
import { type BaseHint, chainIdOf } from '../evidence/image-layers.ts';
import type { Fault } from '../reasons.ts';
import type { Match } from './answer.ts';
import type { ManifestFacts } from './facts.ts';
import { type FoundationOptions, foundationReader } from './image-foundations.ts';
import { longestBase, placeComponent, type Stack } from './layer-origin.ts';
import type { SweptImage } from './query.ts';
import type { Answered } from './sweep-report.ts';

/**
 * Finds out of each component that was found in a layer whether that is the base image's. Nobody else's answer hangs on it: what cannot be
 * had leaves the origin unknown, and nothing else.
 */
export async function placeComponents(
  answered: readonly Answered[],
  options: FoundationOptions,
): Promise<readonly Answered[]> {
  const found = foundIn(answered);
  if (found.size === 0) return answered;
  const images = answered.flatMap(({ image }) => image ?? []);
  const read = foundationReader(images, options);
  const foundations = new Map(
    await Promise.all(
      [...found].map(async ([key, one]) => {
        const known = options.bases.saved ? one.facts.foundation : null;
        return [key, { ...one, foundation: known?.() ?? (await read(one.image, one.facts.digest)) }] as const;
      }),
    ),
  );
  const running = baseImages(images, [...foundations.values()]);
  const stacks = new Map(
    [...foundations].map(([key, { foundation }]) => [key, stackOf(foundation, running)]),
  );
  return answered.map((one) => {
    const { image, answer } = one;
    if (image === null || answer.is !== 'hit') return one;
    const matches = answer.matches.map((match): Match => {
      const stack = match.component && stacks.get(foundKey(image, match));
      if (!match.component || !stack) return match;
      return { ...match, component: { ...match.component, ...placeComponent(match.component, stack) } };
    });
    return { ...one, answer: { ...answer, matches } };
  });
}

/** A manifest of an image in which a component was found. */
interface FoundIn {
  readonly image: SweptImage;
  readonly facts: ManifestFacts;
}

/** Each manifest once in which a component was found whose layer is known. */
function foundIn(answered: readonly Answered[]): ReadonlyMap<string, FoundIn> {
  const found = new Map<string, FoundIn>();
  for (const { image, answer } of answered) {
    if (!image?.attached?.ok || answer.is !== 'hit') continue;
    const { root, children } = image.attached.value;
    const manifests = new Map([root, ...children].map((one) => [one.digest, one]));
    for (const match of answer.matches) {
      const facts = match.component?.layer ? manifests.get(match.manifest ?? '') : undefined;
      if (facts) found.set(foundKey(image, match), { image, facts });
    }
  }
  return found;
}

function foundKey({ reference }: SweptImage, { manifest = '' }: Match): string {
  return `${requestKey(reference)} ${manifest}`;
}

/** The images of the run that may be the base of another, by their layers. */
function baseImages(
  images: readonly SweptImage[],
  read: readonly (FoundIn & { readonly foundation: Foundation })[],
): ReadonlyMap<string, string> {
  const bases = new Map<string, string>();
  const add = (chainId: string | null, { reference }: SweptImage, digest: string): void => {
    const image = `${reference.repository}@${digest}`;
    if (chainId && image < (bases.get(chainId) ?? '\u{10ffff}')) bases.set(chainId, image);
  };
  for (const image of images)
    if (image.attached?.ok)
      for (const { chainId, digest } of [image.attached.value.root, ...image.attached.value.children])
        add(chainId, image, digest);
  for (const { image, facts, foundation } of read)
    if (foundation.layers.ok) add(chainIdOf(foundation.layers.value), image, facts.digest);
  return bases;
}

function stackOf({ layers, named, more }: Foundation, running: ReadonlyMap<string, string>): Stack {
  const open = openOf({ named, more });
  const stack = { ours: layers, unproven: open ?? disproved(named), open };
  if (!layers.ok) return { ...stack, base: null };
  const bases = new Map(named.flatMap(({ hint, chainIds }) => chainIds.map((id) => [id, nameOf(hint)])));
  return {
    ...stack,
    base: longestBase(layers.value, (chainId) => bases.get(chainId) ?? running.get(chainId)),
  };
}

/** What is named as the base and is not known, be it the real one or that of another stage of the build; null where all is known. */
function openOf({ named, more }: Pick<Foundation, 'named' | 'more'>): string | null {
  for (const { fault } of named)
    // What is not for the image's platform was found, and is not its base.
    if (fault && fault.reason !== 'PlatformNotFound')
      return `an image that may be its base is not known: ${fault.message}${hintOf(fault)}`;
  return more === 0
    ? null
    : `it names more than ${named.length} images as its base, of which ${more} were not asked for`;
}

/** What was not saved can be. */
function hintOf({ reason }: Fault): string {
  return reason === 'NotInEvidence'
    ? '; evidence save keeps base images, with --base-images of any registry'
    : '';
}

function disproved(named: Foundation['named']): string {
  const [first] = named;
  if (!first) return 'nothing says which image is its base, and no other of this run is';
  const others = named.length === 1 ? '' : ` (and ${named.length - 1} more)`;
  return first.fault
    ? `it is said to be built on another image${others}: ${first.fault.message}`
    : `${nameOf(first.hint)}${others} is named as its base, and its layers are not those below the image's own`;
}

function nameOf({ repository, digest }: BaseHint): string {
  return `${repository}@${digest}`;
}
