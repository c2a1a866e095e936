import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_FILES } from '../limits.ts';
import { fileGap, unreadable } from './manifest-text.ts';
import type { Gap } from './source.ts';

const EXTENSION = /\.(?:ya?ml|json)$/;

/** The manifest files behind what the user named, and what of it could not be listed. */
export interface ManifestFiles {
  readonly files: readonly string[];
  readonly gaps: readonly Gap[];
}

interface Listing {
  readonly files: string[];
  readonly gaps: Gap[];
}

/**
 * Lists a file, or the manifest files of a directory in sorted order. As in kubectl, a file that is named itself may
 * have any extension, and links to directories are not followed.
 */
export async function manifestFiles(path: string, recursive: boolean): Promise<ManifestFiles> {
  try {
    if (!(await stat(path)).isDirectory()) return { files: [path], gaps: [] };
  } catch (error) {
    return { files: [], gaps: [unreadable(path, error)] };
  }
  const listing: Listing = { files: [], gaps: [] };
  const passedOver = await list(path, recursive, listing);
  if (listing.files.length === 0 && listing.gaps.length === 0) {
    const mend =
      passedOver > 0 ? 'add -R to read its subdirectories' : 'name a directory that holds manifests';
    listing.gaps.push(fileGap(path, 'InputInvalid', `${path} holds no .yaml, .yml or .json file`, mend));
  }
  if (listing.files.length > MANIFEST_FILES) {
    const message = `${path} holds more than ${MANIFEST_FILES} manifest files; the rest of them is not read`;
    listing.gaps.push(fileGap(path, 'LimitExceeded', message, 'audit its subdirectories one by one'));
  }
  return { files: listing.files.slice(0, MANIFEST_FILES), gaps: listing.gaps };
}

/** Adds the files of one directory, and tells how many subdirectories it passed over. */
async function list(directory: string, recursive: boolean, into: Listing): Promise<number> {
  let entries: Dirent[];
  try {
    entries = await readdir(directory, { withFileTypes: true });
  } catch (error) {
    into.gaps.push(unreadable(directory, error));
    return 0;
  }
  let passedOver = 0;
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (into.files.length > MANIFEST_FILES) break;
    const path = join(directory, entry.name);
    if (!entry.isDirectory()) {
      if ((entry.isFile() || entry.isSymbolicLink()) && EXTENSION.test(entry.name)) into.files.push(path);
      // A mounted ConfigMap keeps its files in "..<date>", and the links to them are read already.
    } else if (recursive && !entry.name.startsWith('..')) await list(path, recursive, into);
    else passedOver++;
  }
  return passedOver;
}
