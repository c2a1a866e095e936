import pLimit from 'p-limit';
import { failed, ok, type Outcome } from '../reasons.ts';
import type { ImageReference } from '../registry/reference.ts';
import type { Platform, Registry } from '../registry/registry.ts';
import { resolveImage, type ResolvedImage } from '../registry/resolve.ts';
import type { Collected, Collector } from './collector.ts';

/** One manifest of an image with everything that hangs on it. */
export interface GatheredManifest extends Collected {
  readonly digest: string;
  readonly platform: Platform | null;
}

/** An image as it was found in its registry; `children` are the manifests of an index that may run. */
export interface GatheredImage {
  readonly resolved: ResolvedImage;
  readonly root: GatheredManifest;
  readonly children: readonly GatheredManifest[];
}

export interface GatherOptions {
  readonly registry: Registry;
  readonly collectors: readonly Collector[];
  /** Judge an index for this platform only; null judges every child that may run. */
  readonly platform: Platform | null;
  /** How many images are worked on at a time. */
  readonly concurrency: number;
  /** The time for one image's evidence, in milliseconds. */
  readonly timeout: number;
}

/**
 * Resolves distinct references and downloads what is attached to them. Each distinct digest of a repository is asked for
 * once, however many references lead to it. What failed is in the result, by the reference's text.
 */
export async function gather(
  references: readonly ImageReference[],
  options: GatherOptions,
): Promise<ReadonlyMap<string, Outcome<GatheredImage>>> {
  const limit = pLimit(options.concurrency);
  const collect = collectOnce(options);
  const gathered = references.map((reference) =>
    limit(
      async () =>
        [
          reference.text,
          await within(options.timeout, reference, gatherImage(reference, options, collect)),
        ] as const,
    ),
  );
  return new Map(await Promise.all(gathered));
}

type Collect = (repository: string, digest: string) => Promise<Collected>;

async function gatherImage(
  reference: ImageReference,
  { registry, platform }: GatherOptions,
  collect: Collect,
): Promise<Outcome<GatheredImage>> {
  const resolved = await resolveImage(registry, reference, platform);
  if (!resolved.ok) return resolved;
  const { digest, children } = resolved.value;
  const manifest = async (one: { digest: string; platform: Platform | null }): Promise<GatheredManifest> => {
    return { ...one, ...(await collect(reference.repository, one.digest)) };
  };
  const [root, ...rest] = await Promise.all([
    manifest({ digest, platform: null }),
    ...children.map(manifest),
  ]);
  return ok({ resolved: resolved.value, root, children: rest });
}

function collectOnce({ registry, collectors }: GatherOptions): Collect {
  const known = new Map<string, Promise<Collected>>();
  return (repository, digest) => {
    const key = `${repository}@${digest}`;
    const collected = known.get(key) ?? collectAll(registry, collectors, repository, digest);
    known.set(key, collected);
    return collected;
  };
}

async function collectAll(
  registry: Registry,
  collectors: readonly Collector[],
  repository: string,
  digest: string,
): Promise<Collected> {
  const collected = await Promise.all(
    collectors.map((collector) => collector.collect(registry, repository, digest)),
  );
  return {
    evidence: collected.flatMap((one) => one.evidence),
    faults: collected.flatMap((one) => one.faults),
  };
}

async function within<T>(
  timeout: number,
  reference: ImageReference,
  work: Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome<T>>((resolve) => {
    const message = `${reference.text}: its evidence was not there within ${timeout / 1000} s`;
    const timedOut = failed('TimedOut', message, 'try again, or give it more time with --timeout');
    timer = setTimeout(() => resolve(timedOut), timeout);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
