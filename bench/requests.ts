import { join } from 'node:path';
import { startCountingProxy } from './counting-proxy.ts';
import type { Images } from './images.ts';
import { cosign } from './peers/cosign.ts';
import { ours } from './peers/ours.ts';
import { threeChecks, twoChecks } from './policies.ts';
import type { Bench } from './setup.ts';

export interface Requests {
  /** Ours for an image of one platform. */
  readonly image: number;
  /** Ours for each of many images of one repository. */
  readonly shared: number;
  /** The same in a second audit, which has manifests and blobs on disk. */
  readonly again: number;
  /** Ours for an index of two platforms. */
  readonly index: number;
  /** cosign's three commands for the same image of one platform. */
  readonly peer: number;
}

/** Counts what reaches the registry for the three checks. */
export async function countRequests(bench: Bench, { keyless, shared, index }: Images): Promise<Requests> {
  const proxy = await startCountingProxy(bench.registry);
  try {
    const counted = async (name: string, work: () => Promise<unknown>): Promise<number> => {
      proxy.take();
      await work();
      const taken = proxy.take();
      console.error(`  ${name}: ${summary(taken)}`);
      return taken.length;
    };
    const through = (image: string): string => image.replace(/^[^/]+/, proxy.host);
    const [image = ''] = keyless.map(through);
    const verify = (policy: string, ...images: readonly string[]) =>
      ours(bench, ['verify', ...images, '--policy', policy]);
    const together = (cache?: string) =>
      ours(bench, ['verify', ...shared.map(through), '--policy', threeChecks(bench)], cache);
    const again = async () => {
      const cache = join(bench.workdir, 'cache');
      await together(cache);
      return counted('ours, of one repository, again', () => together(cache));
    };
    return {
      image: await counted('ours', () => verify(threeChecks(bench), image)),
      shared: (await counted('ours, of one repository', () => together())) / shared.length,
      again: (await again()) / shared.length,
      index: await counted('ours, index', () => verify(twoChecks(bench), through(index))),
      peer: await counted('cosign', () => cosign(bench, [image], 1)),
    };
  } finally {
    await proxy.stop();
  }
}

function summary(requests: readonly string[]): string {
  const kinds = Map.groupBy(requests, (one) => one);
  return [...kinds].map(([kind, all]) => `${all.length} ${kind}`).join(', ');
}
