import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { failed, ok, type Outcome } from '../reasons.ts';
import { readEvidence } from './evidence-artifact.ts';
import type { EvidenceDocument } from './evidence-document.ts';
import { errorCode, isUnfinished } from './layout-files.ts';
import { LAYOUT_ENTRIES, readIndexFile, readLayoutMarker } from './layout-index.ts';
import type { Descriptor } from './registry.ts';

/** The evidence that a directory holds already. */
export interface EarlierEvidence {
  readonly document: EvidenceDocument;
  readonly descriptors: readonly Descriptor[];
}

const ALGORITHMS: ReadonlySet<string> = new Set(['sha256', 'sha384', 'sha512']);

/**
 * Whether evidence may be saved in a directory: one that is missing or empty, one where a save was broken off (both `null`), or one
 * that holds evidence, which is then added to. Files of anyone else are left alone.
 */
export async function inspectTarget(directory: string): Promise<Outcome<EarlierEvidence | null>> {
  const names = await namesIn(directory);
  if (!names.ok) return names;
  if (names.value.includes('oci-layout')) {
    const marker = await readLayoutMarker(directory);
    if (!marker.ok) return foreign(directory);
  }
  if (names.value.includes('index.json')) return readEarlier(directory);
  const blobs = names.value.includes('blobs') ? await namesIn(join(directory, 'blobs')) : ok([]);
  if (!blobs.ok) return blobs;
  const known = names.value.every((name) => LAYOUT_ENTRIES.includes(name));
  return known && blobs.value.every((name) => ALGORITHMS.has(name)) ? ok(null) : foreign(directory);
}

async function readEarlier(directory: string): Promise<Outcome<EarlierEvidence>> {
  const descriptors = await readIndexFile(directory);
  if (!descriptors.ok) return foreign(directory);
  const document = await readEvidence(directory, descriptors.value);
  if (!document.ok) return document;
  if (document.value === null) return foreign(directory);
  return ok({ document: document.value, descriptors: descriptors.value });
}

async function namesIn(directory: string): Promise<Outcome<readonly string[]>> {
  try {
    return ok((await readdir(directory)).filter((name) => !isUnfinished(name)));
  } catch (error) {
    const code = errorCode(error);
    if (code === null) throw error;
    if (code === 'ENOENT') return ok([]);
    const why = code === 'ENOTDIR' ? 'it is no directory' : `it cannot be read (${code})`;
    return failed(
      'InputInvalid',
      `evidence cannot be saved in ${directory}: ${why}`,
      'name a new or empty directory',
    );
  }
}

function foreign(directory: string): Outcome<never> {
  return failed(
    'InputInvalid',
    `evidence cannot be saved in ${directory}: it holds other files, and no evidence`,
    'name a new or empty directory, or one where evidence was saved before',
  );
}
