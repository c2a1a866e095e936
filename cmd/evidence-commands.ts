import { gather, type GatheredImage } from '../src/evidence/gather.ts';
import type { Policy } from '../src/policy/policy.ts';
import type { Outcome } from '../src/reasons.ts';
import { parseReference } from '../src/registry/reference.ts';
import type { Registry } from '../src/registry/registry.ts';
import { evidenceTree } from '../src/report/evidence-tree.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import { parseReferences, verifyImages } from '../src/verified-images.ts';
import { createImageSource } from '../src/workloads/images.ts';
import { createManifestSource } from '../src/workloads/manifests.ts';
import type { WorkloadSource } from '../src/workloads/source.ts';
import { findCollectors } from './collectors.ts';
import { type Io, UsageError } from './command.ts';
import {
  JUDGING_FLAGS,
  type JudgingFlags,
  judgingFlagsSchema,
  SOURCE_FLAGS,
  sourceFlagsSchema,
} from './flags.ts';
import { openRegistry, readCount, readDuration, readPlatform, readVerbosity } from './judge.ts';
import { checkSaving, saver } from './save-evidence.ts';
import { openTrusted } from './trusted.ts';

const {
  output: _output,
  'save-evidence': _save,
  'fail-on': _failOn,
  'no-headers': _headers,
  at: _at,
  deadline: _deadline,
  ...gathering
} = JUDGING_FLAGS;

export const EVIDENCE_FLAGS = { ...SOURCE_FLAGS, ...gathering };

/** Downloads what is attached to images and saves it, judging nothing. Exit code 3 where something could not be had. */
export async function saveEvidence(
  [directory, ...images]: readonly string[],
  typed: unknown,
  io: Io,
): Promise<number> {
  if (directory === undefined) throw new UsageError('name the directory to save into: evidence save DIR');
  const flags = judgingFlagsSchema.parse(typed);
  if (flags.evidence !== undefined)
    throw new UsageError('evidence save asks registries; it does not go with --evidence');
  const source = sourceOf(images, typed, io);
  // Nothing is judged here, so that a policy is read only where it is named: for the signature repositories that it names.
  const policy = flags.policy.length === 0 ? null : openTrusted(flags, io).policy;
  const options = gatherOptions(flags, policy, io);
  await checkSaving(directory, 'evidence save', io);
  const registry = await registryFor(flags, io);
  try {
    const saved = saver(source, registry, directory, 'evidence save', io);
    const { workloads, gaps } = await saved.source.discover();
    const { valid, invalid } = parseReferences(workloads);
    const gathered = await gather(valid, { ...options, registry: saved.registry });
    const { answers } = await saved.save();
    const missed = [...gathered.values()].filter((one) => !isComplete(one));
    for (const { message } of gaps) io.stderr(`not seen: ${terminalText(message)}\n`);
    io.stdout(
      `saved ${answers} answers about ${valid.length} images in ${directory}; ${missed.length} of them are not complete\n`,
    );
    if (gaps.some(({ wrongInput }) => wrongInput) || invalid.size > 0) return 2;
    return missed.length > 0 || gaps.length > 0 ? 3 : 0;
  } finally {
    await registry.close();
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
  const registry = await registryFor(flags, io);
  try {
    const refreshed = trusted.refresh();
    const gathered = await gather(references, { ...options, registry });
    const { trust } = await refreshed;
    const judged = verifyImages({ valid: references, invalid: new Map() }, gathered, trust);
    for (const image of judged.values()) if (!('invalid' in image)) io.stdout(evidenceTree(image));
    const complete = [...gathered.values()].every(isComplete);
    return complete ? 0 : 3;
  } finally {
    await registry.close();
  }
}

function isComplete(outcome: Outcome<GatheredImage>): boolean {
  if (!outcome.ok) return false;
  return [outcome.value.root, ...outcome.value.children].every(({ faults }) => faults.length === 0);
}

function sourceOf(images: readonly string[], typed: unknown, io: Io): WorkloadSource {
  const { filename, kustomize = null, recursive, namespace = null } = sourceFlagsSchema.parse(typed);
  const manifests = filename.length > 0 || kustomize !== null;
  if (manifests === images.length > 0)
    throw new UsageError('evidence save DIR wants images, or manifests with -f or -k');
  if (filename.length > 0 && kustomize !== null) throw new UsageError('-k excludes -f; name one of them');
  return manifests
    ? createManifestSource({ paths: filename, kustomize, recursive, namespace, stdin: io.stdin })
    : createImageSource(images);
}

function registryFor(flags: JudgingFlags, io: Io): Promise<Registry> {
  return openRegistry(
    flags,
    readCount('concurrency', flags.concurrency ?? '8'),
    readVerbosity(flags.v ?? '0'),
    io,
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
