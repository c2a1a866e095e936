import pLimit from 'p-limit';
import type { PullSecretRef } from '../pull-secret-ref.ts';
import { RECENT_DIGESTS } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { recently } from '../recently.ts';
import type { Accounts } from '../registry/accounts.ts';
import type { ImageReference } from '../registry/reference.ts';
import type { Platform, Registry } from '../registry/registry.ts';
import { resolveImage, type ResolvedImage } from '../registry/resolve.ts';
import { seenBy, toldOf } from './account.ts';
import {
  meaningOf,
  type Meant,
  resolveRunning,
  type ResolvedRunning,
  type RunningImage,
} from './running-image.ts';
import type { Collected, Collector } from './collector.ts';
import { easeOff, isLarge } from './large-evidence.ts';
import { type Progress, trackProgress } from './progress.ts';
import { configReader, type ImageConfig, type ReadConfig } from './image-config.ts';

/** One manifest of an image with everything that hangs on it. */
export interface GatheredManifest extends Collected {
  readonly digest: string;
  readonly platform: Platform | null;
  /** What it says of itself, where somebody wants to know; an index says nothing. */
  readonly config?: Outcome<ImageConfig> | undefined;
}

/** An image that is asked for: what a reference means, or what runs of it. */
export interface ImageRequest extends ImageReference {
  /** Names it among the requests of a run; its text where that is enough. */
  readonly key?: string | undefined;
  /** Those of the pods that run it. */
  readonly pullSecrets?: readonly PullSecretRef[] | undefined;
  readonly running?: RunningImage | undefined;
}

/** An image as it was found in its registry; `children` are the manifests of an index that may run. */
export interface GatheredImage {
  readonly resolved: ResolvedImage;
  readonly root: GatheredManifest;
  readonly children: readonly GatheredManifest[];
  /** What the reference of an image that runs, or a tag beside a digest, means now; null if that is nothing any more. */
  readonly meant?: Outcome<Meant | null> | undefined;
}

export interface GatherOptions {
  /** The registries as they answer the user. */
  readonly registry: Registry;
  /** Those that pods pull with; without them all is asked as the user. */
  readonly accounts?: Accounts | undefined;
  readonly collectors: readonly Collector[];
  /** Judge an index for this platform only; null judges every child that may run. */
  readonly platform: Platform | null;
  /** Whether tags that stand beside digests are asked for: runtimes do not. */
  readonly resolveTags?: boolean | undefined;
  /** Whether the configurations of what may run are read: no other evidence is in them. */
  readonly readConfigs?: boolean | undefined;
  /** How many images are worked on at a time. */
  readonly concurrency: number;
  /** The time for one image's evidence, in milliseconds. */
  readonly timeout: number;
  /** Aborted when the run is to end: what is not there by then is a fault. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each image that is begun and done. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Everything that was gathered, by the request's key; see gatherEach. */
export function gather(
  requests: readonly ImageRequest[],
  options: GatherOptions,
): Promise<ReadonlyMap<string, Outcome<GatheredImage>>> {
  return gatherEach(requests, options, (_request, outcome) => outcome);
}

/**
 * Resolves distinct references and downloads what is attached to them, by each account once, however many pods lead to it. What failed
 * is an outcome. Each outcome is handed to `use` as soon as it is there, and no other image begins in its place before that is done: only
 * what `use` makes of it is kept, by the request's key, so that a thousand images need hardly more memory than a few.
 */
export async function gatherEach<Request extends ImageRequest, T>(
  requests: readonly Request[],
  options: GatherOptions,
  use: (request: Request, outcome: Outcome<GatheredImage>) => T | Promise<T>,
): Promise<ReadonlyMap<string, T>> {
  const limit = pLimit(options.concurrency);
  const ease = easeOff(limit);
  const seen = await seenBy(requests, options, whenStopped(options.signal));
  const units = [...Map.groupBy(seen, ({ unit }) => unit).values()];
  const tracked = trackProgress(units.length, options.onProgress);
  const views = new Map<string, Readers>();
  const used = new Map<string, T>();
  const work = units.map(([first, ...others]) =>
    limit(async () => {
      if (!first) return;
      const { request, view } = first;
      const seenAs = { ...options, registry: view.registry };
      const readers = views.get(view.key) ?? readersOf(seenAs);
      views.set(view.key, readers);
      const outcome = await tracked(request, () =>
        within(options, request, (late) => gatherImage(request, seenAs, readers, late)),
      );
      ease(outcome.ok && isLarge([outcome.value.root, ...outcome.value.children]));
      for (const one of [first, ...others]) {
        const told = toldOf(outcome, one.request.pullSecrets ?? [], one.view.unused, options.collectors);
        used.set(requestKey(one.request), await use(one.request, told));
      }
    }),
  );
  await Promise.all(work);
  return used;
}

/** By which a request is found in the result. */
export function requestKey({ key, text }: ImageRequest): string {
  return key ?? text;
}

/** What each collector finds on a manifest. */
type Collect = (
  repository: string,
  digest: string,
) => readonly { readonly collector: Collector; readonly collected: Promise<Collected> }[];

/** What is asked once of each manifest, by all whom registries see as the same. */
interface Readers {
  readonly collect: Collect;
  readonly readConfig: ReadConfig | null;
}

function readersOf(options: GatherOptions): Readers {
  return {
    collect: collectOnce(options),
    readConfig: options.readConfigs ? configReader(options.registry) : null,
  };
}

/** Settles when an image's time is over; `what` was not there by then. */
type Late = (what: string) => Promise<ReturnType<typeof failed>>;

interface Requested extends Pick<GatheredImage, 'resolved' | 'meant'> {
  readonly missed?: ResolvedRunning['missed'];
}

/** What a request leads to, and beside that what is known of an image that runs. */
async function resolveRequest(options: GatherOptions, request: ImageRequest): Promise<Outcome<Requested>> {
  const { registry, platform } = options;
  if (request.running) {
    const running = await resolveRunning(registry, request, request.running, platform);
    return running.ok ? ok({ ...running.value, ...(await tagBeside(options, request)) }) : running;
  }
  const resolved = await resolveImage(registry, request, platform);
  return resolved.ok ? ok({ resolved: resolved.value, ...(await tagBeside(options, request)) }) : resolved;
}

/** What a tag means that stands beside a digest, where somebody wants to know. */
async function tagBeside(
  { registry, resolveTags }: GatherOptions,
  { repository, tag, digest }: ImageRequest,
): Promise<Partial<Pick<GatheredImage, 'meant'>>> {
  if (resolveTags !== true || tag === null || digest === null) return {};
  const found = await registry.tag(repository, tag);
  return { meant: found.ok ? ok(found.value && meaningOf(found.value)) : found };
}

async function gatherImage(
  request: ImageRequest,
  options: GatherOptions,
  { collect, readConfig }: Readers,
  late: Late,
): Promise<Outcome<GatheredImage>> {
  const found = await Promise.race([
    resolveRequest(options, request),
    late('what it refers to was not there'),
  ]);
  if (!found.ok) return found;
  const { resolved, meant, missed: around } = found.value;
  const { reference, children } = resolved;
  const configOf = (digest: string) =>
    readConfig &&
    Promise.race([readConfig(reference.repository, digest), late('its configuration was not there')]);
  const manifest = async (one: { digest: string; platform: Platform | null }): Promise<GatheredManifest> => {
    const isIndex = one.digest === resolved.manifest.digest && resolved.manifest.content.kind === 'index';
    const config = isIndex ? null : configOf(one.digest);
    const found = await Promise.all(
      collect(reference.repository, one.digest).map(({ collector, collected }) =>
        // One place that is slow leaves the others what they have: it is missing to those alone who may have something there.
        Promise.race([collected, missed(reference, one.digest, collector, late)]),
      ),
    );
    const evidence = found.flatMap((each) => each.evidence);
    const faults = found.flatMap((each) => each.faults);
    return { ...one, evidence, faults, ...(config && { config: await config }) };
  };
  const [root, ...rest] = await Promise.all([
    manifest({ digest: resolved.manifest.digest, platform: null }),
    ...children.map(manifest),
  ]);
  // What an index that was not seen would say is missing to every check that is not satisfied without it.
  const unseen = around ? [{ ...around, subject: root.digest, location: reference.text }] : [];
  return ok({ resolved, meant, root: { ...root, faults: [...root.faults, ...unseen] }, children: rest });
}

async function missed(
  { repository }: ImageReference,
  subject: string,
  { name, signatureRepository }: Collector,
  late: Late,
): Promise<Collected> {
  const location = `${signatureRepository ?? repository}@${subject}`;
  const { fault } = await late(`its evidence was not there (${name})`);
  const place = { subject, location, ...(signatureRepository && { signatureRepository }) };
  return { evidence: [], faults: [{ ...fault, ...place }] };
}

function collectOnce({ registry, collectors }: GatherOptions): Collect {
  const recent = recently<ReturnType<Collect>>(RECENT_DIGESTS, async (found) =>
    isLarge(await Promise.all(found.map(({ collected }) => collected))),
  );
  return (repository, digest) => {
    return recent(`${repository}@${digest}`, () =>
      collectors.map((collector) => ({
        collector,
        collected: collector.collect(registry, repository, digest),
      })),
    );
  };
}

async function within<T>(
  { timeout, signal }: GatherOptions,
  reference: ImageReference,
  work: (late: Late) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const what = `${reference.text}: its evidence was not there`;
  if (signal?.aborted) return stoppedFault(signal, what);
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeout);
  });
  const late: Late = async (missing) => {
    await over;
    return failed(
      'TimedOut',
      `${reference.text}: ${missing} within ${timeout / 1000} s`,
      'try again, or give it more time with --timeout',
    );
  };
  // A promise of its own: one of the whole run would keep all that ever waited for it, and with them what came of that.
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = () => resolve();
  });
  signal?.addEventListener('abort', stop);
  try {
    // The end is heard of before what comes of requests that it breaks off, which would say less.
    return (await Promise.race([work(late), stopped])) ?? stoppedFault(signal, what);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

/** Settles when the run is to end. */
export function whenStopped(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Why a run ended before its time: its own deadline, or somebody who did not want to wait. */
export function stopReason(signal: AbortSignal | undefined): 'TimedOut' | 'Interrupted' | null {
  if (!signal?.aborted) return null;
  return signal.reason instanceof Error && signal.reason.name === 'TimeoutError' ? 'TimedOut' : 'Interrupted';
}

/** The fault of what was not known when the run ended. */
export function stoppedFault(signal: AbortSignal | undefined, what: string) {
  return stopReason(signal) === 'TimedOut'
    ? failed(
        'TimedOut',
        `${what} when the time of the whole run was over`,
        'give it more time with --deadline',
      )
    : failed('Interrupted', `${what} when the run was interrupted`, 'run it again');
}
