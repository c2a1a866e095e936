import { isUnreadable } from '../evidence/account.ts';
import type { GatherOptions, ImageRequest } from '../evidence/gather.ts';
import { pullSecretsKey } from '../pull-secret-ref.ts';
import { type Fault, ok, type Reason } from '../reasons.ts';
import type { TrustMaterial } from '../verify/verifier.ts';
import type { ImageFacts, ManifestFacts } from './facts.ts';
import type { Resolved, SweptImage } from './query.ts';

/** What a run has found out about an image, or that there is none. */
export type KeptImage =
  | { readonly resolved: Resolved; readonly facts: ImageFacts }
  | { readonly missing: Fault };

/** Facts that outlast a run, by `imageKey`. */
export type KeptImages = ReadonlyMap<string, KeptImage>;

/**
 * Where facts are kept between runs. Whoever keeps them answers for it that they are those of the same evidence, under the same trust
 * material, found in the same places by the same program, and by nobody else; otherwise it gives none.
 */
export interface KeptFacts {
  /** Whether they are those of images that pods pull with secrets too: in a cluster that is asked now, these may be others than they were. */
  readonly ofPods: boolean;
  read(trust: TrustMaterial, options: Pick<GatherOptions, 'collectors' | 'platform'>): Promise<KeptImages>;
  /** Keeps all of these, in place of those that were read. It never fails: what cannot be kept is found out again. */
  write(images: KeptImages): Promise<void>;
}

/**
 * What an image is asked for by: a digest decides alone (src/registry/resolve.ts), and all that a node says of what it runs. Pods with
 * other pull secrets may have been answered otherwise.
 */
export function imageKey({ pullSecrets, ...request }: ImageRequest): string {
  const pulled = pullSecretsKey(pullSecrets);
  return pulled === '' ? questionOf(request) : JSON.stringify([questionOf(request), pulled]);
}

function questionOf({ repository, tag, digest, running }: ImageRequest): string {
  if (running) return JSON.stringify([repository, tag, digest, running]);
  return digest === null ? `${repository}:${tag ?? 'latest'}` : `${repository}@${digest}`;
}

export function fromKept(image: SweptImage, kept: KeptImage): SweptImage {
  if ('facts' in kept) return { ...image, resolved: ok(kept.resolved), attached: ok(kept.facts) };
  const missing = { ok: false, fault: kept.missing } as const;
  return { ...image, resolved: missing, attached: missing };
}

/** What another attempt may answer otherwise, although nothing was changed: a registry may be asked for what was not saved. */
const PASSING: ReadonlySet<Reason> = new Set<Reason>([
  'TimedOut',
  'Interrupted',
  'EvidenceDamaged',
  'NotInEvidence',
]);

/** What of an image may be kept; null where a part of it was not there for a reason that may pass. */
export function keepable({ reference, resolved, attached }: SweptImage): KeptImage | null {
  if (resolved?.ok === false && resolved.fault.reason === 'ImageNotFound' && !reference.pullSecrets)
    return { missing: resolved.fault };
  if (!resolved?.ok || !attached?.ok) return null;
  const { root, children } = attached.value;
  const faults = [root, ...children].flatMap((manifest) => manifest.faults);
  if (faults.some(({ reason }) => PASSING.has(reason))) return null;
  // Whether a signature of Notation counts depends on the time, and on what is revoked.
  if ([root, ...children].some(hasNotation)) return null;
  // What was refused is told with the pull secrets that were, whenever it is asked.
  if (reference.pullSecrets !== undefined && faults.some(isUnreadable)) return null;
  return { resolved: resolved.value, facts: attached.value };
}

function hasNotation({ claims, refused }: ManifestFacts): boolean {
  return (
    claims.some(({ signer }) => signer.kind === 'notation') ||
    refused.some(({ format }) => format === 'notation')
  );
}
