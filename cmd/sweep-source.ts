import { z } from 'zod';
import type { Collector } from '../src/evidence/collector.ts';
import type { ReadSecret } from '../src/keychains/accounts.ts';
import type { Layout } from '../src/registry/layout.ts';
import { createManifestSource } from '../src/workloads/manifests.ts';
import type { WorkloadSource } from '../src/workloads/source.ts';
import { clusterFlagsIn } from './cluster-flags.ts';
import { type Io, UsageError } from './command.ts';
import { inventoryIn, openSaved } from './saved-inventory.ts';
import type { SweepFlags } from './sweep-flags.ts';

/** What is swept, and how old it is. */
export interface Swept {
  readonly source: WorkloadSource;
  /** Reads the pull secrets of its pods; nothing where it is no cluster. */
  readonly readPullSecret?: ReadSecret | undefined;
  /** Where its clusters themselves keep SBOMs; nothing where it is no cluster. */
  readonly sboms?: readonly Collector[] | undefined;
  /** When the workloads were listed; null for now. */
  readonly takenAt: Date | null;
  /** The evidence that was saved, of which the answers were not read yet; null where registries alone are asked. */
  readonly saved: Layout | null;
  /** Ends the connections to a cluster. */
  readonly close: () => Promise<void>;
}

/**
 * Whether registries are asked. With `--evidence` nobody is, but of a cluster that is named beside it: what runs there now may not have
 * been saved, and a responder wants to know. `--offline` leaves even that.
 */
export function asksRegistries({ evidence, offline }: SweepFlags, typed: unknown): boolean {
  const namesCluster = clusterFlagsIn(typedSchema.parse(typed)).length > 0;
  return evidence === undefined || (namesCluster && !offline);
}

const typedSchema = z.record(z.string(), z.unknown());

/** Manifests, the inventory beside saved evidence, or else what runs in clusters. Throws `UsageError`. */
export async function openSwept(
  flags: SweepFlags,
  typed: unknown,
  io: Io,
  signal: AbortSignal,
): Promise<Swept> {
  const { filename, kustomize = null, recursive, namespace = null, evidence } = flags;
  const manifests = filename.length > 0 || kustomize !== null;
  if (filename.length > 0 && kustomize !== null) throw new UsageError('-k excludes -f; name one of them');
  if (kustomize !== null && recursive) throw new UsageError('-R goes with -f DIR, not with -k');
  const [ofCluster] = clusterFlagsIn(typedSchema.parse(typed));
  if (ofCluster !== undefined && manifests)
    throw new UsageError(`--${ofCluster} is of a cluster; it goes with neither -f nor -k`);
  if (!manifests && (evidence === undefined || ofCluster !== undefined)) {
    const clusters = await openEverywhere(typed, io, signal);
    const saved = evidence === undefined ? null : await openSaved(evidence, io);
    return { ...clusters, takenAt: null, saved };
  }
  const saved = evidence === undefined ? null : await openSaved(evidence, io);
  const close = () => Promise.resolve();
  if (saved === null || evidence === undefined || manifests) {
    const options = { paths: filename, kustomize, recursive, namespace, stdin: io.stdin };
    return { source: createManifestSource(options), takenAt: null, saved, close };
  }
  const source = await inventoryIn(saved, evidence, namespace);
  return { source, takenAt: saved.savedAt, saved, close };
}

/** The clusters that are named, in all namespaces unless one is: who sweeps wants to know where something runs. */
export async function openEverywhere(typed: unknown, io: Io, signal?: AbortSignal) {
  // The cluster's client is not small, and the others need none of it.
  const { openClusters } = await import('./cluster.ts');
  const flags = typedSchema.parse(typed);
  const everywhere = Object.hasOwn(flags, 'namespace') ? {} : { 'all-namespaces': ['true'] };
  return openClusters({ ...flags, ...everywhere }, io, signal);
}
