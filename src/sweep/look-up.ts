import type { Collector } from '../evidence/collector.ts';
import {
  gather,
  type GatheredImage,
  type GatherOptions,
  type ImageRequest,
  requestKey,
} from '../evidence/gather.ts';
import type { RevocationClient } from '../evidence/revocation-client.ts';
import { pullSecretsKey } from '../pull-secret-ref.ts';
import { ok, type Outcome } from '../reasons.ts';
import { askOfAll } from '../revocation-answers.ts';
import { repositoriesOf, verifyImages } from '../verified-images.ts';
import type { TrustMaterial } from '../verify/verifier.ts';
import { factsOf } from './facts.ts';
import { type FoundationOptions, withFoundations } from './image-foundations.ts';
import { fromKept, imageKey, keepable, type KeptFacts } from './kept-facts.ts';
import type { Resolved, SweptImage } from './query.ts';

/** What a look-up has learnt of images, and what registries said. */
export interface LookedUp {
  readonly images: readonly SweptImage[];
  readonly requests: readonly ImageRequest[];
  readonly gathered: ReadonlyMap<string, Outcome<GatheredImage>>;
}

/** The time that is judged at, and whom revocation is asked of; null: nobody. */
interface Asking {
  readonly judgedAt: Date;
  readonly revocation: RevocationClient | null;
}

/** Finds out what references stand for, and nothing else. */
export async function lookUpDigests(
  images: readonly SweptImage[],
  options: GatherOptions,
): Promise<LookedUp> {
  const { requests, gathered } = await gatherFor(images, options, []);
  const learnt = images.map((image) => {
    const resolved = resolvedOf(gathered.get(requestKey(image.reference)));
    // What is not there has no evidence that could be asked for.
    return { ...image, resolved, attached: resolved?.ok === false ? resolved : null };
  });
  return { images: learnt, requests, gathered };
}

/** Downloads and verifies what is attached to images, as far as it is not kept from an earlier run; by `contents` SBOMs are read as well. */
export async function lookUpEvidence(
  images: readonly SweptImage[],
  options: GatherOptions & Pick<FoundationOptions, 'bases'>,
  trusted: Promise<{ readonly trust: TrustMaterial }>,
  asking: Asking,
  kept: KeptFacts | null,
  contents: boolean,
): Promise<LookedUp> {
  if (kept === null) return verifyAttached(images, options, trusted, asking, contents);
  const { trust } = await trusted;
  const known = await kept.read(trust, options);
  const keys = new Map(images.map((image) => [requestKey(image.reference), imageKey(pinned(image))]));
  const keptOf = ({ reference }: SweptImage) =>
    kept.ofPods || pullSecretsKey(reference.pullSecrets) === ''
      ? known.get(keys.get(requestKey(reference)) ?? '')
      : undefined;
  const fresh = await verifyAttached(
    images.filter((image) => !keptOf(image)),
    options,
    trusted,
    asking,
    contents,
  );
  // What is kept is found out whole; else only what a component was found in is asked for its layers.
  const whole = contents && options.bases.saved ? await withFoundations(fresh.images, options) : fresh.images;
  const learnt = whole.flatMap((image) => {
    const [key, keep] = [keys.get(requestKey(image.reference)), keepable(image)];
    return key !== undefined && keep ? [[key, keep] as const] : [];
  });
  if (learnt.length > 0) await kept.write(new Map([...known, ...learnt]));
  const there = images.flatMap((image) => {
    const was = keptOf(image);
    return was ? [fromKept(image, was)] : [];
  });
  return { ...fresh, images: [...there, ...whole] };
}

async function verifyAttached(
  images: readonly SweptImage[],
  options: GatherOptions,
  trusted: Promise<{ readonly trust: TrustMaterial }>,
  { judgedAt, revocation }: Asking,
  contents: boolean,
): Promise<LookedUp> {
  const { requests, gathered } = await gatherFor(images, options, options.collectors);
  const { trust } = await trusted;
  const found = requests.flatMap((request) => {
    const outcome = gathered.get(requestKey(request));
    return outcome ? [[outcome, repositoriesOf(request)] as const] : [];
  });
  const ask = await askOfAll(found, trust, judgedAt, revocation);
  const references = { valid: requests, invalid: new Map() };
  const verified = verifyImages(references, gathered, trust, { judgedAt, ask });
  const learnt = images.map((image) => {
    const key = requestKey(image.reference);
    const judged = verified.get(key);
    const resolution = judged && !('invalid' in judged) ? judged.resolution : null;
    const attached = resolution?.ok ? ok(factsOf(resolution.value, contents)) : resolution;
    return { ...image, resolved: resolvedOf(gathered.get(key)), attached };
  });
  return { images: learnt, requests, gathered };
}

async function gatherFor(
  images: readonly SweptImage[],
  options: GatherOptions,
  collectors: readonly Collector[],
): Promise<Omit<LookedUp, 'images'>> {
  const requests = images.map(pinned);
  return { requests, gathered: await gather(requests, { ...options, collectors }) };
}

/** A tag is resolved once: whoever knows its digest asks for that from then on. */
function pinned({ reference, resolved, running }: SweptImage): ImageRequest {
  const isLoaded = running !== undefined && running.digest === null;
  return resolved?.ok && (isLoaded || !running)
    ? { ...reference, digest: resolved.value.digest }
    : { ...reference, running };
}

function resolvedOf(gathered: Outcome<GatheredImage> | undefined): Outcome<Resolved> | null {
  if (!gathered?.ok) return gathered ?? null;
  const { digest, manifest, runnable } = gathered.value.resolved;
  // A child that was found within its index is what runs, and its siblings do not.
  const isIndex = manifest.digest === digest && manifest.content.kind === 'index';
  return ok({ digest, isIndex, runnable: isIndex ? runnable : [] });
}
