import { resolve } from 'node:path';
import { type Layout, openUnread } from '../src/registry/layout.ts';
import { createInventorySource } from '../src/workloads/inventory.ts';
import type { WorkloadSource } from '../src/workloads/source.ts';
import { type Io, UsageError, usageError } from './command.ts';

/** Opens the evidence that `--evidence` names, without reading its answers. Throws `UsageError`. */
export async function openSaved(directory: string, io: Io): Promise<Layout> {
  const layout = await openUnread(resolve(io.cwd, directory));
  if (layout.ok) return layout.value;
  throw usageError('--evidence', layout.fault);
}

/** The workloads that were saved with evidence, or those of a namespace. Closes it and throws `UsageError` where there are none. */
export async function inventoryIn(
  saved: Layout,
  directory: string,
  namespace: string | null,
): Promise<WorkloadSource> {
  const source =
    saved.inventory === null
      ? { invalid: 'it holds no workloads; name manifests with -f' }
      : createInventorySource(saved.inventory, namespace);
  if (!('invalid' in source)) return source;
  await saved.close();
  const what = saved.inventory === null ? '' : 'its workloads cannot be read: ';
  throw new UsageError(`--evidence ${directory}: ${what}${source.invalid}`);
}
