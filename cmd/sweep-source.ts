import { resolve } from 'node:path';
import { openLayout, type Layout } from '../src/registry/layout.ts';
import { createInventorySource } from '../src/workloads/inventory.ts';
import { createManifestSource } from '../src/workloads/manifests.ts';
import type { WorkloadSource } from '../src/workloads/source.ts';
import { type Io, UsageError, usageError } from './command.ts';
import type { SweepFlags } from './sweep-flags.ts';

/** What is swept, and how old it is. */
export interface Swept {
  readonly source: WorkloadSource;
  /** When the workloads were listed; null for now. */
  readonly takenAt: Date | null;
  /** The evidence that was saved; null where registries are asked. */
  readonly saved: Layout | null;
}

/** Manifests, or the inventory beside saved evidence. Throws `UsageError`. */
export async function openSwept(flags: SweepFlags, io: Io): Promise<Swept> {
  const { filename, kustomize = null, recursive, namespace = null, evidence } = flags;
  if (filename.length > 0 && kustomize !== null) throw new UsageError('-k excludes -f; name one of them');
  if (kustomize !== null && recursive) throw new UsageError('-R goes with -f DIR, not with -k');
  const manifests = filename.length > 0 || kustomize !== null;
  if (!manifests && evidence === undefined)
    throw new UsageError(
      'sweeping a cluster is not in this version; name manifests with -f or -k, or saved evidence with --evidence DIR',
    );
  const saved = evidence === undefined ? null : await openSaved(evidence, io);
  if (manifests) {
    const options = { paths: filename, kustomize, recursive, namespace, stdin: io.stdin };
    return { source: createManifestSource(options), takenAt: null, saved };
  }
  if (saved === null || saved.inventory === null)
    throw new UsageError(`--evidence ${evidence}: it holds no workloads; name manifests with -f`);
  const source = createInventorySource(saved.inventory);
  if ('invalid' in source)
    throw new UsageError(`--evidence ${evidence}: its workloads cannot be read: ${source.invalid}`);
  return { source, takenAt: saved.savedAt, saved };
}

async function openSaved(directory: string, io: Io): Promise<Layout> {
  const layout = await openLayout(resolve(io.cwd, directory));
  if (layout.ok) return layout.value;
  throw usageError('--evidence', layout.fault);
}
