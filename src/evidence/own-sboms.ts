import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SBOM_BYTES, SBOM_FILES } from '../limits.ts';
import { readBoundedFile } from '../registry/bounded-file.ts';
import type { Collected, Collector, Evidence } from './collector.ts';
import { ownSbom, unreadSbom } from './own-sbom.ts';

/** A file that is named by the digest of its image: `sha256-<hex>.json`, `sha256:<hex>.spdx`, `<hex>.cdx.xml`. */
const BY_DIGEST = /^(?:sha256[:._-])?([0-9a-f]{64})(?:\.[\w.-]+)?$/;
/** What SBOMs are called; all else in the directory is no concern of this. */
const SBOM_FILE = /\.(json|jsonld|xml|spdx|cdx|bom|syft)$/i;

export interface OwnSbomOptions {
  readonly directory: string;
  /** The image digests that a document names itself, or the clause that says why it cannot be read. */
  readonly describes: (
    bytes: Uint8Array,
  ) => { ok: true; digests: readonly string[] } | { ok: false; message: string };
  /** Told of each file that is no image's SBOM, in a sentence. */
  readonly onPassedOver: (message: string) => void;
}

/**
 * The user's own SBOMs in a directory: a file named by an image's digest, or a document that names it. Nobody has signed them.
 * The directory is read once, when the first image is asked for, and of each file only where it is kept is remembered.
 */
export function ownSboms(options: OwnSbomOptions): Collector {
  let files: Promise<ReadonlyMap<string, readonly string[]>> | null = null;
  return {
    name: 'own SBOMs',
    outside: 'ownDirectory',
    async collect(_registry, _repository, digest): Promise<Collected> {
      files ??= indexOf(options);
      const found = (await files).get(digest) ?? [];
      const read = await Promise.all(found.map((path) => evidenceIn(path, digest, options)));
      return { evidence: read, faults: [] };
    },
  };
}

async function evidenceIn(path: string, subject: string, options: OwnSbomOptions): Promise<Evidence> {
  const file = await readBoundedFile(path, SBOM_BYTES);
  const place = { subject, location: path, origin: 'own directory' };
  if (file.ok) return ownSbom(place, file.bytes);
  options.onPassedOver(file.message);
  return unreadSbom(place, file.message);
}

/** The files of each image, by its digest. */
async function indexOf(options: OwnSbomOptions): Promise<ReadonlyMap<string, readonly string[]>> {
  const { directory, onPassedOver } = options;
  const index = new Map<string, string[]>();
  const add = (digest: string, path: string) => {
    const paths = index.get(digest);
    if (paths) paths.push(path);
    else index.set(digest, [path]);
  };
  const names = await namesIn(options);
  if (names.length > SBOM_FILES) {
    onPassedOver(
      `${directory} has ${names.length} files; the first ${SBOM_FILES} are read (limit SBOM_FILES)`,
    );
  }
  for (const name of names.slice(0, SBOM_FILES)) {
    const path = join(directory, name);
    const hex = BY_DIGEST.exec(name)?.[1];
    if (hex !== undefined) add(`sha256:${hex}`, path);
    else if (SBOM_FILE.test(name)) {
      for (const digest of await namedIn(path, options)) add(digest, path);
    }
  }
  return index;
}

async function namesIn({ directory, onPassedOver }: OwnSbomOptions): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isFile() || entry.isSymbolicLink() ? entry.name : [])).sort();
  } catch (cause) {
    onPassedOver(`${directory} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
    return [];
  }
}

async function namedIn(
  path: string,
  { describes, onPassedOver }: OwnSbomOptions,
): Promise<readonly string[]> {
  const file = await readBoundedFile(path, SBOM_BYTES);
  if (!file.ok) {
    onPassedOver(file.message);
    return [];
  }
  const sbom = describes(file.bytes);
  if (!sbom.ok) onPassedOver(`${path} is no SBOM that can be read: ${sbom.message}`);
  else if (sbom.digests.length === 0) {
    onPassedOver(
      `${path} does not say which image it describes; name the file sha256-HEX, by the image's digest`,
    );
  }
  return sbom.ok ? sbom.digests : [];
}
