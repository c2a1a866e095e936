import { join } from 'node:path';

import { ok, type Outcome } from '../reasons.ts';
import { readCatalog } from './catalog.ts';
import { readEvidence } from './evidence-artifact.ts';
import { readLayoutIndex } from './layout-index.ts';
import { listedRegistry } from './listed-registry.ts';
import { recordedRegistry } from './recorded-registry.ts';
import type { Registry } from './registry.ts';

/** An OCI image layout as a registry that needs no network. */
export interface Layout extends Registry {
  /** When the last audit was saved there; `null` in a layout that another tool wrote. */
  readonly savedAt: Date | null;
  /** What was saved beside the answers, for whoever reads it to check; `null` if there is nothing. */
  readonly inventory: unknown;
}

/**
 * Opens an OCI image layout on disk (image-spec, image-layout.md). Where an audit was saved, exactly what it was answered is answered;
 * a layout of another tool answers by what it lists.
 */
export async function openLayout(directory: string): Promise<Outcome<Layout>> {
  const index = await readLayoutIndex(directory);
  if (!index.ok) return index;
  const evidence = await readEvidence(directory, index.value);
  if (!evidence.ok) return evidence;
  if (evidence.value !== null) {
    const { savedAt, inventory, answers } = evidence.value;
    return ok({ ...recordedRegistry(directory, answers), savedAt, inventory });
  }
  const catalog = readCatalog(index.value, join(directory, 'index.json'));
  if (!catalog.ok) return catalog;
  return ok({ ...listedRegistry(directory, catalog.value), savedAt: null, inventory: null });
}
