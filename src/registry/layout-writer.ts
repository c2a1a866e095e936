import { access, constants } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import pLimit from 'p-limit';

import { LAYOUT_INDEX_BYTES, MANIFEST_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { allAnswers, type Answers, joinAnswers } from './account-answers.ts';
import { blobPath, readBlobFile } from './blob-file.ts';
import { digestOf, verifyDigest } from './digest.ts';
import { evidenceArtifact, isEvidence } from './evidence-artifact.ts';
import { formatEvidence, type EvidenceDocument } from './evidence-document.ts';
import { errorCode, makeDirectory, openLayoutFiles, WriteRefused, type LayoutFiles } from './layout-files.ts';
import { readIndexFile } from './layout-index.ts';
import { formatIndex } from './layout-names.ts';
import { inspectTarget, type EarlierEvidence } from './layout-target.ts';
import type { Recording } from './recording.ts';

/** Files that are written at a time: each waits for the disk. */
const WRITERS = 8;
const MARKER = Buffer.from('{"imageLayoutVersion":"1.0.0"}\n');

/** What a directory holds after a save. */
export interface SavedEvidence {
  readonly savedAt: Date;
  readonly answers: number;
  /** Blobs that were not there before. */
  readonly written: number;
}

/**
 * Saves what a registry answered as an OCI image layout (image-spec, image-layout.md). `index.json` comes last, and in one step, so
 * that whatever breaks off a save leaves the evidence from before it, or a directory that is seen to be half written. Into a
 * directory that holds evidence the answers are added, the new ones in place of the old.
 */
export async function writeLayout(
  directory: string,
  recording: Recording,
  inventory: unknown,
  tool = 'kubectl-supplychain',
  trustRoots: EvidenceDocument['trustRoots'] = {},
): Promise<Outcome<SavedEvidence>> {
  const earlier = await inspectTarget(directory);
  if (!earlier.ok) return earlier;
  const document = merge(earlier.value?.document ?? null, recording, { inventory, tool, trustRoots });
  const layout = compose(document, earlier.value, recording);
  if (!layout.ok) return layout;
  try {
    const written = await write(directory, layout.value, earlier.value);
    return ok({
      savedAt: document.savedAt,
      answers: allAnswers(document).length + document.revocation.length,
      written,
    });
  } catch (error) {
    return notWritten(directory, error);
  }
}

/** Whether evidence can be saved in a directory, to be known before there is any: nothing is written. */
export async function checkSaveDirectory(directory: string): Promise<Outcome<null>> {
  const earlier = await inspectTarget(directory);
  if (!earlier.ok) return earlier;
  try {
    await checkWritable(directory);
    return ok(null);
  } catch (error) {
    return notWritten(directory, error);
  }
}

const NO_ANSWERS: Answers = { answers: [], accounts: [], pods: [], revocation: [], sboms: [] };

function merge(
  earlier: EvidenceDocument | null,
  recording: Recording,
  { inventory, tool, trustRoots }: Pick<EvidenceDocument, 'inventory' | 'tool' | 'trustRoots'>,
): EvidenceDocument {
  return {
    ...joinAnswers(earlier ?? NO_ANSWERS, recording),
    savedAt: recording.at,
    tool,
    inventory: inventory ?? earlier?.inventory ?? null,
    trustRoots: { ...earlier?.trustRoots, ...trustRoots },
  };
}

interface ComposedLayout {
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  readonly index: Uint8Array;
}

function compose(
  document: EvidenceDocument,
  earlier: EarlierEvidence | null,
  { contents }: Recording,
): Outcome<ComposedLayout> {
  for (const [digest, bytes] of contents) {
    const verified = verifyDigest(bytes, digest, 'what was recorded');
    if (!verified.ok) return verified;
  }
  const formatted = formatEvidence(document);
  if (!formatted.ok) return formatted;
  const artifact = evidenceArtifact(formatted.value, document);
  if (artifact.descriptor.size > MANIFEST_BYTES)
    return tooLarge('the manifest of the evidence', artifact.descriptor.size, MANIFEST_BYTES);
  const index = formatIndex(allAnswers(document), artifact.descriptor, earlier);
  if (index.length > LAYOUT_INDEX_BYTES)
    return tooLarge('the index.json of the evidence', index.length, LAYOUT_INDEX_BYTES);
  const blobs = new Map(contents);
  for (const bytes of artifact.blobs) blobs.set(digestOf(bytes), bytes);
  return ok({ blobs, index });
}

function tooLarge(what: string, bytes: number, limit: number): Outcome<never> {
  return failed(
    'LimitExceeded',
    `${what} would have ${String(bytes)} bytes; at most ${String(limit)} are read`,
    'save the evidence of fewer workloads into each directory',
  );
}

/** Gives how many blobs were written. */
async function write(
  directory: string,
  { blobs, index }: ComposedLayout,
  earlier: EarlierEvidence | null,
): Promise<number> {
  const files = await openLayoutFiles(directory);
  try {
    await files.place(join(directory, 'oci-layout'), MARKER);
    const written = await writeBlobs(directory, blobs, files);
    await checkUnchanged(directory, earlier);
    await files.place(join(directory, 'index.json'), index);
    await files.settle(directory);
    return written;
  } finally {
    await files.close();
  }
}

/** What another run has saved there since would be lost. */
async function checkUnchanged(directory: string, earlier: EarlierEvidence | null): Promise<void> {
  const current = await readIndexFile(directory);
  const now = current.ok ? current.value : [];
  if (now.find(isEvidence)?.digest !== earlier?.descriptors.find(isEvidence)?.digest)
    throw new WriteRefused('another run has saved evidence there in the meantime');
}

async function writeBlobs(
  directory: string,
  blobs: ReadonlyMap<string, Uint8Array>,
  files: LayoutFiles,
): Promise<number> {
  await makeDirectory(join(directory, 'blobs'));
  const folders = new Set<string>();
  const missing: [string, Uint8Array][] = [];
  for (const [digest, bytes] of blobs) {
    const path = blobPath(directory, digest);
    if (path === null) throw new WriteRefused(`${JSON.stringify(digest)} is no digest`);
    const folder = dirname(path);
    if (!folders.has(folder)) await makeDirectory(folder);
    folders.add(folder);
    // What is there is read: a blob that was damaged since is written again.
    const kept = await readBlobFile(directory, digest, bytes.length);
    if (!kept.ok) missing.push([path, bytes]);
  }
  const limit = pLimit(WRITERS);
  try {
    await Promise.all(missing.map(([path, bytes]) => limit(() => files.place(path, bytes))));
  } finally {
    limit.clearQueue();
  }
  await Promise.all([...folders].map((folder) => files.settle(folder)));
  return missing.length;
}

/** The nearest directory above that is there must allow to write. */
async function checkWritable(directory: string): Promise<void> {
  try {
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(directory) === directory) throw error;
    await checkWritable(dirname(directory));
  }
}

function notWritten(directory: string, error: unknown): Outcome<never> {
  const why = error instanceof WriteRefused ? error.message : errorCode(error);
  if (why === null) throw error;
  return failed(
    'InputInvalid',
    `evidence cannot be saved in ${directory}: ${why}`,
    'name a directory that can be written and has space left, and save the evidence again',
  );
}
