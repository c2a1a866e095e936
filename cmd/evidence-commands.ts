import { resolve } from 'node:path';
import { z } from 'zod';
import { gather, type GatheredImage, requestKey } from '../src/evidence/gather.ts';
import { recordedSboms } from '../src/evidence/recorded-sboms.ts';
import type { RevocationClient } from '../src/evidence/revocation-client.ts';
import type { Policy } from '../src/policy/policy.ts';
import type { Outcome } from '../src/reasons.ts';
import { findRefused, lackingIn } from '../src/refused-secrets.ts';
import { readAt, saveAt } from '../src/registry/evidence-archive.ts';
import { mergeEvidence } from '../src/registry/evidence-merge.ts';
import { parseReference } from '../src/registry/reference.ts';
import { SBOM_SOURCES } from '../src/registry/saved-sboms.ts';
import { evidenceTree } from '../src/report/evidence-tree.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import { keptOf } from '../src/trust-roots/carried-roots.ts';
import { askOfAll, nobodyAsked } from '../src/revocation-answers.ts';
import { gatherBases } from '../src/sweep/gather-bases.ts';
import { parseReferences, repositoriesOf, verifyImages } from '../src/verified-images.ts';
import { createImageSource } from '../src/workloads/images.ts';
import { createManifestSource } from '../src/workloads/manifests.ts';
import { clusterFlagsIn, MANY_CLUSTERS_FLAGS } from './cluster-flags.ts';
import { findCollectors } from './collectors.ts';
import { type Io, UsageError, usageError } from './command.ts';
import { copyStoreOf } from './copies.ts';
import {
  BASE_IMAGES_FLAG,
  basesFlagSchema,
  type JudgingFlags,
  judgingFlagsSchema,
  SOURCE_FLAGS,
  sourceFlagsSchema,
  VERIFY_FLAGS,
} from './flags.ts';
import {
  accountsOf,
  openRegistry,
  tellNotice,
  readCount,
  readDuration,
  readPlatform,
  readVerbosity,
} from './judge.ts';
import { openRevocation } from './revocation.ts';
import { checkSaving, saver } from './save-evidence.ts';
import { openEverywhere } from './sweep-source.ts';
import { openTrusted } from './trusted.ts';
import { VERSION } from './version.ts';

const typedSchema = z.record(z.string(), z.unknown());

const {
  output: _output,
  'save-evidence': _save,
  'fail-on': _failOn,
  'no-headers': _headers,
  at: _at,
  deadline: _deadline,
  ...gathering
} = VERIFY_FLAGS;

export const EVIDENCE_FLAGS = {
  ...SOURCE_FLAGS,
  namespace: {
    ...SOURCE_FLAGS.namespace,
    describe: 'namespace of the cluster (default: all), or of manifests that name none (default: default)',
  },
  ...MANY_CLUSTERS_FLAGS,
  'base-images': BASE_IMAGES_FLAG,
  ...gathering,
};

/** Downloads what is attached to images and saves it, judging nothing. Exit code 3 where something could not be had. */
export async function saveEvidence(
  [directory, ...images]: readonly string[],
  typed: unknown,
  io: Io,
): Promise<number> {
  if (directory === undefined) throw new UsageError('name the directory to save into: evidence save DIR');
  const flags = judgingFlagsSchema.parse(typed);
  if (flags.evidence !== undefined) return addEvidence(directory, flags.evidence, images, typed, io);
  const { source, readPullSecret, sboms = [], close } = await openSource(images, typed, io);
  // Nothing is judged here, so that a policy is read only where it is named: for the signature repositories that it names, and for whom
  // revocation is asked of.
  const named = flags.policy.length > 0 || flags['notation-config'] !== undefined;
  const trusted = named ? openTrusted(flags, io) : null;
  const policy = trusted?.policy ?? null;
  const options = gatherOptions(flags, policy, io);
  await checkSaving(directory, 'evidence save', io);
  const registry = await registryFor(flags, policy, io);
  let revocation: RevocationClient | null = null;
  try {
    const trustRoots = () => keptOf(trusted?.kept ?? [], copyStoreOf(io));
    const accounts = accountsOf(registry, readPullSecret);
    const asking = {
      saved: undefined,
      saving: true,
      concurrency: options.concurrency,
      verbosity: readVerbosity(flags.v ?? '0'),
    };
    revocation = trusted && (await openRevocation(flags, trusted, asking, io));
    const saved = saver(source, registry, directory, 'evidence save', io, trustRoots, accounts, revocation);
    const { workloads, gaps } = await saved.source.discover();
    const { valid, invalid } = parseReferences(workloads);
    // What a cluster keeps is asked for as a sweep asks for it.
    const collectors = [...options.collectors, ...sboms].map(saved.collector);
    const asked = { ...options, collectors, registry: saved.registry, accounts: saved.accounts };
    const gathered = await gather(valid, {
      ...asked,
      // A policy that asks how old images are may come later.
      readConfigs: true,
    });
    const elsewhere = basesFlagSchema.parse(typed)['base-images'] ? saved.registry : null;
    const mirrors = policy?.registryMirrors ?? [];
    await gatherBases(valid, gathered, { ...asked, bases: { mirrors, elsewhere } });
    const refused = await findRefused(valid, lackingIn(gathered), asked);
    if (trusted && saved.revocation) {
      const images = valid.flatMap((request) => {
        const outcome = gathered.get(requestKey(request));
        return outcome ? [[outcome, repositoriesOf(request)] as const] : [];
      });
      await askOfAll(images, trusted.trust, io.clock(), saved.revocation);
    }
    const { answers } = await saved.save();
    const missed = [...gathered.values()].filter((one) => !isComplete(one));
    for (const notice of refused.notices) tellNotice(notice, flags, io);
    for (const { message } of [...gaps, ...refused.gaps]) io.stderr(`not seen: ${terminalText(message)}\n`);
    io.stdout(
      `saved ${answers} answers about ${valid.length} images in ${directory}; ${missed.length} of them are not complete\n`,
    );
    if (gaps.some(({ wrongInput }) => wrongInput) || invalid.size > 0) return 2;
    return missed.length > 0 || gaps.length > 0 ? 3 : 0;
  } finally {
    await Promise.all([registry.close(), revocation?.close()]);
    await close();
  }
}

/** Draws what is known of images: signed by, built from, contains. Exit code 3 where something could not be had. */
export async function showEvidence(images: readonly string[], typed: unknown, io: Io): Promise<number> {
  if (images.length === 0) throw new UsageError('name an image: evidence show IMAGE');
  const flags = judgingFlagsSchema.parse(typed);
  const references = images.map((text) => {
    const parsed = parseReference(text);
    if (!parsed.ok) throw new UsageError(parsed.message);
    return parsed.value;
  });
  const trusted = openTrusted(flags, io);
  const { policy } = trusted;
  const options = gatherOptions(flags, policy, io);
  const registry = await registryFor(flags, policy, io);
  try {
    const refreshed = trusted.refresh(undefined, registry.trustRoots);
    const saved = registry.sboms ? [recordedSboms(registry.sboms, SBOM_SOURCES)] : [];
    const collectors = [...options.collectors, ...saved];
    const gathered = await gather(references, { ...options, collectors, registry });
    const { trust } = await refreshed;
    const judged = verifyImages({ valid: references, invalid: new Map() }, gathered, trust, {
      judgedAt: io.clock(),
      ask: nobodyAsked('evidence show asks nobody but the registries'),
    });
    for (const image of judged.values()) if (!('invalid' in image)) io.stdout(evidenceTree(image));
    const complete = [...gathered.values()].every(isComplete);
    return complete ? 0 : 3;
  } finally {
    await registry.close();
  }
}

/** Adds what was saved elsewhere. It is taken as a whole: what is asked of it now would get another time than it was answered at. */
async function addEvidence(
  directory: string,
  from: string,
  images: readonly string[],
  typed: unknown,
  io: Io,
): Promise<number> {
  const { filename, kustomize } = sourceFlagsSchema.parse(typed);
  const ofCluster = clusterFlagsIn(typedSchema.parse(typed)).length > 0;
  if (images.length > 0 || filename.length > 0 || kustomize !== undefined || ofCluster)
    throw new UsageError(
      'evidence save with --evidence adds all that was saved there; name no images, -f, -k or cluster',
    );
  const [source, target] = [resolve(io.cwd, from), resolve(io.cwd, directory)];
  await checkSaving(directory, 'evidence save', io);
  const merged = await readAt(source, (read) =>
    saveAt(target, (into) => mergeEvidence(read, into, `kubectl-supplychain ${VERSION}`)),
  );
  if (!merged.ok) throw usageError('evidence save', merged.fault);
  io.stdout(`${directory} holds ${merged.value.answers} answers with those of ${from}\n`);
  return 0;
}

function isComplete(outcome: Outcome<GatheredImage>): boolean {
  if (!outcome.ok) return false;
  return [outcome.value.root, ...outcome.value.children].every(
    ({ evidence, faults, config }) =>
      faults.length === 0 &&
      evidence.every(({ unread }) => unread === undefined) &&
      (!config || config.ok || config.fault.reason === 'AgeUnknown'),
  );
}

/** Manifests, images, or all that runs in the clusters that are named. */
async function openSource(images: readonly string[], typed: unknown, io: Io) {
  const { filename, kustomize = null, recursive, namespace = null } = sourceFlagsSchema.parse(typed);
  const manifests = filename.length > 0 || kustomize !== null;
  const [ofCluster] = clusterFlagsIn(typedSchema.parse(typed));
  if (ofCluster !== undefined && (manifests || images.length > 0))
    throw new UsageError(
      `--${ofCluster} is of a cluster; it goes with no images, and with neither -f nor -k`,
    );
  if (filename.length > 0 && kustomize !== null) throw new UsageError('-k excludes -f; name one of them');
  if (manifests === images.length > 0) {
    const named = ofCluster !== undefined || namespace !== null;
    if (!manifests && named) return openEverywhere(typed, io);
    throw new UsageError(
      'evidence save DIR wants images, manifests with -f or -k, or a cluster with -A, -n or --context',
    );
  }
  const source = manifests
    ? createManifestSource({ paths: filename, kustomize, recursive, namespace, stdin: io.stdin })
    : createImageSource(images);
  return { source, readPullSecret: undefined, sboms: undefined, close: () => Promise.resolve() };
}

function registryFor(flags: JudgingFlags, policy: Policy | null, io: Io): ReturnType<typeof openRegistry> {
  return openRegistry(
    flags,
    readCount('concurrency', flags.concurrency ?? '8'),
    readVerbosity(flags.v ?? '0'),
    io,
    undefined,
    policy?.registryMirrors,
  );
}

function gatherOptions(flags: JudgingFlags, policy: Policy | null, io: Io) {
  return {
    collectors: findCollectors(flags, policy, io),
    platform: readPlatform(flags.platform),
    concurrency: readCount('concurrency', flags.concurrency ?? '8'),
    timeout: readDuration('timeout', flags.timeout ?? '30s'),
  };
}
