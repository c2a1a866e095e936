import { resolve } from 'node:path';
import { openLayout } from '../src/registry/layout.ts';
import { createInventorySource } from '../src/workloads/inventory.ts';
import type { WorkloadSource } from '../src/workloads/source.ts';
import { type Io, UsageError, usageError } from './command.ts';

/** The workloads that were saved with the evidence in `directory`, or those of a namespace. Throws `UsageError` where none were saved. */
export async function savedInventory(
  directory: string,
  namespace: string | null,
  io: Io,
): Promise<WorkloadSource> {
  const layout = await openLayout(resolve(io.cwd, directory));
  if (!layout.ok) throw usageError('--evidence', layout.fault);
  const { inventory } = layout.value;
  await layout.value.close();
  if (inventory === null) {
    throw new UsageError(
      `--evidence ${directory}: it holds no workloads; name manifests with -f, or images with verify`,
    );
  }
  const source = createInventorySource(inventory, namespace);
  if ('invalid' in source)
    throw new UsageError(`--evidence ${directory}: its workloads cannot be read: ${source.invalid}`);
  return source;
}
