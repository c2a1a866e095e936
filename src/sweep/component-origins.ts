import pLimit from 'p-limit';
import { viewOf } from '../evidence/account.ts';
import { type BaseRegistries, baseReader, type ReadBase } from '../evidence/base-images.ts';
import { type Built, type Foundation, readFoundation } from '../evidence/foundation.ts';
import { type GatherOptions, requestKey, stopReason, whenStopped } from '../evidence/gather.ts';
import type { BaseHint } from '../evidence/image-layers.ts';
import { failed, type Fault } from '../reasons.ts';
import { chainIds } from '../registry/chain-id.ts';
import { parseReference } from '../registry/reference.ts';
import type { Match } from './answer.ts';
import type { ImageFacts } from './facts.ts';
import { longestBase, placeComponent, type Stack } from './layer-origin.ts';
import type { SweptImage } from './query.ts';
import type { Answered } from './sweep-report.ts';

/** Whom base images may be asked of beside the registries of the run. */
export type BaseOptions = Pick<BaseRegistries, 'mirrors' | 'elsewhere'>;

interface OriginOptions extends Pick<
  GatherOptions,
  'registry' | 'accounts' | 'concurrency' | 'timeout' | 'signal'
> {
  readonly bases: BaseOptions;
}

/**
 * Finds out of each component that was found in a layer whether that is the base image's. Nobody else's answer hangs on it: what cannot be
 * had leaves the origin unknown, and nothing else.
 */
export async function placeComponents(
  answered: readonly Answered[],
  options: OriginOptions,
): Promise<readonly Answered[]> {
  const found = foundIn(answered);
  if (found.size === 0) return answered;
  const images = answered.flatMap(({ image }) => image ?? []);
  const hosts = new Set(images.map(({ reference }) => reference.registry));
  const readBase = baseReader({ registry: options.registry, hosts, ...options.bases });
  const limit = pLimit(options.concurrency);
  const stopped = whenStopped(options.signal);
  const foundations = new Map(
    await Promise.all(
      [...found].map(([key, one]) =>
        limit(
          async () => [key, { ...one, foundation: await inTime(one, options, readBase, stopped) }] as const,
        ),
      ),
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
  readonly facts: ImageFacts;
  readonly digest: string;
}

/** Each manifest once in which a component was found whose layer is known. */
function foundIn(answered: readonly Answered[]): ReadonlyMap<string, FoundIn> {
  const found = new Map<string, FoundIn>();
  for (const { image, answer } of answered) {
    if (!image?.attached?.ok || answer.is !== 'hit') continue;
    for (const match of answer.matches)
      if (match.manifest !== undefined && match.component?.layer)
        found.set(foundKey(image, match), { image, facts: image.attached.value, digest: match.manifest });
  }
  return found;
}

function foundKey({ reference }: SweptImage, { manifest = '' }: Match): string {
  return `${requestKey(reference)} ${manifest}`;
}

async function inTime(
  found: FoundIn,
  options: OriginOptions,
  readBase: ReadBase,
  stopped: Promise<void>,
): Promise<Foundation> {
  const { timeout, signal } = options;
  const none = (reason: 'TimedOut' | 'Interrupted'): Foundation => ({
    ours: failed(reason, 'they were not there in time'),
    named: [],
    more: 0,
  });
  if (signal?.aborted) return none(stopReason(signal) ?? 'Interrupted');
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<'TimedOut'>((resolve) => {
    timer = setTimeout(() => resolve('TimedOut'), timeout);
  });
  try {
    const read = builtOf(found, options).then((built) => readFoundation(built, readBase));
    const settled = await Promise.race([read, over, stopped]);
    return typeof settled === 'object' ? settled : none(settled ?? 'Interrupted');
  } finally {
    clearTimeout(timer);
  }
}

async function builtOf({ image, facts, digest }: FoundIn, options: OriginOptions): Promise<Built> {
  const { reference, running } = image;
  const { registry } = await viewOf({ ...options, collectors: [] }, { ...reference, running });
  const from = running?.repository ? parseReference(running.repository) : null;
  const { root, children } = facts;
  return {
    registry,
    repositories: [...new Set([reference.repository, ...(from?.ok ? [from.value.repository] : [])])],
    digest,
    index: digest === root.digest ? null : root.digest,
    hints: [root, ...children].find((one) => one.digest === digest)?.bases ?? [],
  };
}

/** The images of the run that may be the base of another, by their layers. */
function baseImages(
  images: readonly SweptImage[],
  read: readonly (FoundIn & { readonly foundation: Foundation })[],
): ReadonlyMap<string, string> {
  const bases = new Map<string, string>();
  const add = (chainId: string | null | undefined, { reference }: SweptImage, digest: string): void => {
    const image = `${reference.repository}@${digest}`;
    if (chainId && image < (bases.get(chainId) ?? '\u{10ffff}')) bases.set(chainId, image);
  };
  for (const image of images)
    if (image.attached?.ok)
      for (const { chainId, digest } of [image.attached.value.root, ...image.attached.value.children])
        add(chainId, image, digest);
  for (const { image, digest, foundation } of read)
    if (foundation.ours.ok) add(topOf(foundation.ours.value), image, digest);
  return bases;
}

function topOf({ layers }: { readonly layers: readonly { readonly diffId: string }[] }): string | undefined {
  return chainIds(layers.map(({ diffId }) => diffId)).at(-1);
}

function stackOf({ ours, named, more }: Foundation, running: ReadonlyMap<string, string>): Stack {
  const open = openOf({ named, more });
  const stack = { ours, unproven: open ?? disproved(named), open };
  if (!ours.ok) return { ...stack, base: null };
  const bases = new Map<string, string>();
  for (const { hint, layers } of named)
    for (const one of layers) {
      const top = topOf(one);
      if (top !== undefined) bases.set(top, nameOf(hint));
    }
  return { ...stack, base: longestBase(ours.value, (chainId) => bases.get(chainId) ?? running.get(chainId)) };
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
