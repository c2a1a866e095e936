import pLimit from 'p-limit';
import { viewOf } from '../evidence/account.ts';
import { type BaseRegistries, baseReader, type ReadBase } from '../evidence/base-images.ts';
import { type Built, type Foundation, readFoundation } from '../evidence/foundation.ts';
import { type GatherOptions, stopReason, whenStopped } from '../evidence/gather.ts';
import { chainIdOf } from '../evidence/image-layers.ts';
import { failed, ok, type Reason } from '../reasons.ts';
import { parseReference } from '../registry/reference.ts';
import type { ManifestFacts } from './facts.ts';
import type { SweptImage } from './query.ts';

/** Whom base images may be asked of beside the registries of the run. */
export interface BaseOptions extends Pick<BaseRegistries, 'mirrors' | 'elsewhere'> {
  /** Whether saved evidence alone is asked: what was found out of it once holds. */
  readonly saved: boolean;
}

export interface FoundationOptions extends Pick<
  GatherOptions,
  'registry' | 'accounts' | 'concurrency' | 'timeout' | 'signal'
> {
  readonly bases: BaseOptions;
}

/** What an image is built on, by the digest of one of its manifests. */
export type ReadFoundation = (image: SweptImage, digest: string) => Promise<Foundation>;

/** Reads what images are built on, as many at a time as the run works on and each in its time; `images` are those of the run. */
export function foundationReader(images: readonly SweptImage[], options: FoundationOptions): ReadFoundation {
  const hosts = new Set(images.map(({ reference }) => reference.registry));
  const readBase = baseReader({ registry: options.registry, hosts, ...options.bases });
  const limit = pLimit(options.concurrency);
  const stopped = whenStopped(options.signal);
  return (image, digest) => limit(() => inTime(image, digest, options, readBase, stopped));
}

/** What another attempt may answer otherwise. */
const PASSING: ReadonlySet<Reason> = new Set<Reason>(['TimedOut', 'Interrupted', 'EvidenceDamaged']);

/** The same images with what they are built on, as far as that is not to be asked once more. */
export async function withFoundations(
  images: readonly SweptImage[],
  options: FoundationOptions,
): Promise<readonly SweptImage[]> {
  const read = foundationReader(images, options);
  return Promise.all(
    images.map(async (image): Promise<SweptImage> => {
      if (!image.attached?.ok) return image;
      const { root, children } = image.attached.value;
      const founded = async (one: ManifestFacts): Promise<ManifestFacts> => {
        const { layers, named, more } = await read(image, one.digest);
        const faults = [layers, ...named].flatMap((part) => ('fault' in part ? (part.fault ?? []) : []));
        if (faults.some(({ reason }) => PASSING.has(reason))) return one;
        const chainId = layers.ok ? chainIdOf(layers.value) : null;
        return { ...one, chainId, foundation: () => ({ layers, named, more }) };
      };
      const facts =
        children.length === 0
          ? { ...image.attached.value, root: await founded(root) }
          : { ...image.attached.value, children: await Promise.all(children.map(founded)) };
      return { ...image, attached: ok(facts) };
    }),
  );
}

async function inTime(
  image: SweptImage,
  digest: string,
  options: FoundationOptions,
  readBase: ReadBase,
  stopped: Promise<void>,
): Promise<Foundation> {
  const { timeout, signal } = options;
  const none = (reason: 'TimedOut' | 'Interrupted'): Foundation => ({
    layers: failed(reason, 'they were not there in time'),
    named: [],
    more: 0,
  });
  if (signal?.aborted) return none(stopReason(signal) ?? 'Interrupted');
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<'TimedOut'>((resolve) => {
    timer = setTimeout(() => resolve('TimedOut'), timeout);
  });
  try {
    const read = builtOf(image, digest, options).then((built) => readFoundation(built, readBase));
    const settled = await Promise.race([read, over, stopped]);
    return typeof settled === 'object' ? settled : none(settled ?? 'Interrupted');
  } finally {
    clearTimeout(timer);
  }
}

async function builtOf(
  { reference, running, attached }: SweptImage,
  digest: string,
  options: FoundationOptions,
): Promise<Built> {
  const { registry } = await viewOf({ ...options, collectors: [] }, { ...reference, running });
  const from = running?.repository ? parseReference(running.repository) : null;
  const { root = null, children = [] } = attached?.ok ? attached.value : {};
  return {
    registry,
    repositories: [...new Set([reference.repository, ...(from?.ok ? [from.value.repository] : [])])],
    digest,
    index: root === null || digest === root.digest ? null : root.digest,
    hints: [root, ...children].find((one) => one?.digest === digest)?.bases ?? [],
  };
}
