import { lacksCredentials, viewOf } from './evidence/account.ts';
import { type GatheredImage, type GatherOptions, type ImageRequest, requestKey } from './evidence/gather.ts';
import { pullSecretsKey } from './pull-secret-ref.ts';
import type { Outcome } from './reasons.ts';
import type { UnusedSecret } from './registry/accounts.ts';
import type { Gap } from './workloads/source.ts';

/** What it means for a run that its user may not read pull secrets. */
export interface RefusedSecrets {
  /** One for each cluster in which something was not read that a refused secret may have led to. */
  readonly gaps: readonly Gap[];
  /** One for each other cluster, in a sentence: what was read without the secrets is as good as with them. */
  readonly notices: readonly string[];
}

/** Secrets that are named in a message. */
const SHOWN = 5;

interface OfCluster {
  readonly secrets: Map<string, UnusedSecret>;
  readonly needed: Set<string>;
  images: number;
}

/** The requests, by their keys, of which something was not read that other credentials may have led to. */
export function lackingIn(gathered: ReadonlyMap<string, Outcome<GatheredImage>>): ReadonlySet<string> {
  return new Set([...gathered].flatMap(([key, outcome]) => (lacksCredentials(outcome) ? [key] : [])));
}

/** Which pull secrets were refused, and whether anything was not read that may have been read with them. */
export async function findRefused(
  requests: readonly ImageRequest[],
  lacking: ReadonlySet<string>,
  options: Pick<GatherOptions, 'registry' | 'accounts' | 'collectors' | 'signal'>,
): Promise<RefusedSecrets> {
  const clusters = new Map<string | null, OfCluster>();
  for (const request of options.signal?.aborted ? [] : requests) {
    if (request.pullSecrets === undefined) continue;
    const { unused } = await viewOf(options, request);
    const lacks = lacking.has(requestKey(request));
    const counted = new Set<OfCluster>();
    for (const one of unused) {
      if (one.why !== 'refused') continue;
      const { cluster } = one.ref;
      const of = clusters.get(cluster) ?? { secrets: new Map(), needed: new Set(), images: 0 };
      clusters.set(cluster, of);
      const key = pullSecretsKey([one.ref]);
      of.secrets.set(key, one);
      if (!lacks) continue;
      of.needed.add(key);
      if (!counted.has(of)) of.images += 1;
      counted.add(of);
    }
  }
  const all = [...clusters];
  return {
    gaps: all.flatMap(([cluster, of]) => (of.needed.size > 0 ? [gapOf(cluster, of)] : [])),
    notices: all.flatMap(([cluster, of]) =>
      of.needed.size > 0
        ? []
        : [`${toldOf(cluster, of, of.secrets.size)}; all images were read without them`],
    ),
  };
}

function gapOf(cluster: string | null, of: OfCluster): Gap {
  const images = of.images === 1 ? 'one image was' : `${of.images} images were`;
  return {
    scope: 'kind',
    name: 'secrets',
    cluster,
    wrongInput: false,
    reason: 'Forbidden',
    message: `${toldOf(cluster, of, of.needed.size)}, and ${images} not read whole without them`,
    remediation:
      'ask for a Role in each namespace that may get the secrets of these names, as docs/credentials.md has it, or log in to the registries yourself',
  };
}

function toldOf(cluster: string | null, { secrets, needed }: OfCluster, count: number): string {
  const told = [...secrets].filter(([key]) => needed.size === 0 || needed.has(key)).map(([, one]) => one);
  const names = told.map(({ ref }) =>
    ref.kind === 'Secret'
      ? `${ref.namespace}/${ref.name}`
      : `those of the service account ${ref.namespace}/${ref.name}`,
  );
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  const shown = names.toSorted().slice(0, SHOWN).join(', ');
  const what = count === 1 ? 'one pull secret was' : `${count} pull secrets were`;
  return `${what} not read${cluster === null ? '' : ` in ${cluster}`} (${shown}${more})`;
}
