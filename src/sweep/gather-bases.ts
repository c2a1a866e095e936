import pLimit from 'p-limit';
import { viewOf } from '../evidence/account.ts';
import { baseReader } from '../evidence/base-images.ts';
import { readFoundation } from '../evidence/foundation.ts';
import { type GatheredImage, type GatherOptions, type ImageRequest, requestKey } from '../evidence/gather.ts';
import type { Outcome } from '../reasons.ts';
import { provenanceHints } from './base-hints.ts';
import type { BaseOptions } from './image-foundations.ts';

interface BaseGathering extends Pick<GatherOptions, 'registry' | 'accounts' | 'collectors' | 'concurrency'> {
  readonly bases: Omit<BaseOptions, 'saved'>;
}

/** Asks for all that a sweep of packages asks for of base images, so that whoever records the answers has them. */
export async function gatherBases(
  requests: readonly ImageRequest[],
  gathered: ReadonlyMap<string, Outcome<GatheredImage>>,
  options: BaseGathering,
): Promise<void> {
  const { registry, bases, concurrency } = options;
  const hosts = new Set(requests.map((request) => request.registry));
  const readBase = baseReader({ registry, hosts, ...bases });
  const limit = pLimit(concurrency);
  await Promise.all(
    requests.map((request) =>
      limit(async () => {
        const outcome = gathered.get(requestKey(request));
        if (!outcome?.ok) return;
        const { root, children, resolved } = outcome.value;
        const view = await viewOf(options, request);
        for (const one of children.length > 0 ? children : [root]) {
          const found = [...one.evidence, ...root.evidence].map((evidence) => ({ evidence }));
          await readFoundation(
            {
              registry: view.registry,
              repositories: [resolved.reference.repository],
              digest: one.digest,
              index: one === root ? null : root.digest,
              hints: provenanceHints(found, [one.digest, root.digest]),
            },
            readBase,
          );
        }
      }),
    ),
  );
}
