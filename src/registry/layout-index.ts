import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { LAYOUT_INDEX_BYTES, MANIFEST_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { readBoundedFile, type FileRead } from './bounded-file.ts';
import { descriptorSchema, indexSchema, layoutSchema, readJson } from './document.ts';
import type { Descriptor } from './registry.ts';

/** What an OCI image layout consists of (image-spec, image-layout.md, "Content"). */
export const LAYOUT_ENTRIES: readonly string[] = ['oci-layout', 'blobs', 'index.json'];

/**
 * The descriptors of the `index.json` of an OCI image layout; where there are any of the artifact type `first`, they alone: of ten
 * thousand others nothing is asked then.
 */
export async function readLayoutIndex(
  directory: string,
  first?: RegExp,
): Promise<Outcome<readonly Descriptor[]>> {
  const marker = await readLayoutMarker(directory);
  return marker.ok ? readIndexFile(directory, first) : marker;
}

/** Whether the `oci-layout` file says that this is a layout (image-spec, image-layout.md, "oci-layout file"). */
export async function readLayoutMarker(directory: string): Promise<Outcome<null>> {
  const file = join(directory, 'oci-layout');
  const read = await readBoundedFile(file, MANIFEST_BYTES);
  if (!read.ok) return noLayout(directory, read);
  const layout = readJson(read.bytes, layoutSchema);
  return layout.ok ? ok(null) : notALayout(directory, `${file} ${layout.message}`);
}

export async function readIndexFile(
  directory: string,
  first?: RegExp,
): Promise<Outcome<readonly Descriptor[]>> {
  const file = join(directory, 'index.json');
  const read = await readBoundedFile(file, LAYOUT_INDEX_BYTES);
  if (!read.ok) return noLayout(directory, read);
  const index = readJson(read.bytes, first ? preferring(first) : indexSchema);
  return index.ok ? ok(index.value.manifests) : failed('InputInvalid', `${file} ${index.message}`);
}

function preferring(type: RegExp) {
  const isOfType = (one: unknown): boolean =>
    typeof one === 'object' &&
    one !== null &&
    'artifactType' in one &&
    typeof one.artifactType === 'string' &&
    type.test(one.artifactType);
  const manifests = z
    .array(z.unknown())
    .nullable()
    .transform((all) => (all?.some(isOfType) ? all.filter(isOfType) : (all ?? [])))
    .pipe(z.array(descriptorSchema));
  return indexSchema.extend({ manifests });
}

/** `index.json` is written last, so that a save which was broken off leaves a layout without it. */
async function noLayout(directory: string, read: Exclude<FileRead, { ok: true }>): Promise<Outcome<never>> {
  if (read.problem !== 'missing' || !(await holdsPart(directory))) return notALayout(directory, read.message);
  return failed(
    'InputInvalid',
    `${directory} is half written: ${read.message}`,
    'save the evidence again, or copy the whole directory',
  );
}

async function holdsPart(directory: string): Promise<boolean> {
  try {
    return (await readdir(directory)).some((name) => LAYOUT_ENTRIES.includes(name));
  } catch {
    return false;
  }
}

function notALayout(directory: string, why: string): Outcome<never> {
  return failed(
    'InputInvalid',
    `${directory} is no OCI image layout: ${why}`,
    'name the directory that `evidence save` wrote',
  );
}
