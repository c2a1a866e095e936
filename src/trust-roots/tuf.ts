import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Updater } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import { z } from 'zod';
import { TRUSTED_ROOT_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import type { KeptRoot } from './kept-root.ts';
import { MirrorError, type Mirrors } from './mirror.ts';

/** The target of a Sigstore TUF repository that says whom to trust. */
const TARGET = 'trusted_root.json';

/** Metadata by file name, as text. */
type Metadata = Readonly<Record<string, string>>;

export interface Asked {
  /** All that was verified on the way, also where the update was refused in the end: later versions must not fall behind it. */
  readonly metadata: Metadata;
  readonly version: number;
  readonly trustedRoot: Outcome<Uint8Array>;
}

/**
 * Asks a TUF repository for its trusted root, beginning with what was verified before. tuf-js does the client workflow of the
 * TUF specification (5.3 to 5.7): signatures, thresholds, rollbacks, expiry, lengths and hashes. It works in a directory of its own.
 */
export async function askTuf(root: KeptRoot, known: Metadata, mirrors: Mirrors): Promise<Asked> {
  const directory = await mkdtemp(join(tmpdir(), 'supplychain-tuf-'));
  const metadataDir = directory;
  try {
    const trustedRoot = await download(root, known, metadataDir, mirrors);
    const metadata = await metadataIn(metadataDir);
    return { metadata, version: versionOf(metadata['timestamp.json']), trustedRoot };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function download(
  root: KeptRoot,
  known: Metadata,
  metadataDir: string,
  mirrors: Mirrors,
): Promise<Outcome<Uint8Array>> {
  try {
    const files: Readonly<Record<string, string | Uint8Array>> =
      known['root.json'] === undefined ? { 'root.json': root.firstRoot } : known;
    for (const [name, text] of Object.entries(files)) await writeFile(join(metadataDir, name), text);
    const updater = new Updater({
      metadataDir,
      metadataBaseUrl: root.mirror,
      targetBaseUrl: `${root.mirror.replace(/\/+$/, '')}/targets`,
      fetcher: mirrors,
    });
    const target = await updater.getTargetInfo(TARGET);
    if (!target) return refused(root, `it has no target ${TARGET}`);
    if (target.length > TRUSTED_ROOT_BYTES)
      return refused(root, `its ${TARGET} is larger than the limit of ${TRUSTED_ROOT_BYTES} bytes`);
    // Not a name that is read back as metadata.
    return ok(await readFile(await updater.downloadTarget(target, join(metadataDir, 'target'))));
  } catch (cause) {
    const unanswered = cause instanceof MirrorError || cause instanceof DownloadHTTPError;
    return unanswered ? unreachable(cause.message) : refused(root, sentence(cause));
  }
}

async function metadataIn(directory: string): Promise<Metadata> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.json'));
  const files = names.map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(files));
}

const versionSchema = z.object({ signed: z.object({ version: z.int().min(0) }) });

function versionOf(timestamp: string | undefined): number {
  return timestamp === undefined ? 0 : versionSchema.parse(JSON.parse(timestamp)).signed.version;
}

function unreachable(message: string): Outcome<never> {
  return failed('TrustRootOutdated', message, 'check the network and the proxy, and try again');
}

function refused({ mirror }: KeptRoot, why: string): Outcome<never> {
  return failed(
    'TrustRootOutdated',
    `the update from ${mirror} is refused: ${why}`,
    'ask who runs the repository; until it is in order, the copy that is here is used',
  );
}

/** tuf-js' errors in words, by the name of their class: it does not export them. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['ExpiredMetadataError', 'an old state may be held back, or nobody keeps the repository up'],
  ['BadVersionError', 'it has gone back behind what it said before'],
  ['LengthOrHashMismatchError', 'a file is not the one that its metadata names'],
  ['UnsignedMetadataError', 'it is not signed by as many keys as must sign it'],
]);

function sentence(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const words = WORDS.get(cause.constructor.name);
  const message = cause.message.replaceAll(/\berror (?:Error: )?/g, '').trim();
  return words === undefined ? message : `${message}: ${words}`;
}
