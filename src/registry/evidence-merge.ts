import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import pLimit from 'p-limit';

import { MANIFEST_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { allAnswers, type Answers, newerAnswers } from './account-answers.ts';
import { blobPath, readBlobFile } from './blob-file.ts';
import { readEvidence } from './evidence-artifact.ts';
import type { EvidenceDocument } from './evidence-document.ts';
import { openLayoutFiles } from './layout-files.ts';
import { readLayoutIndex } from './layout-index.ts';
import { inspectTarget } from './layout-target.ts';
import { writeLayout, type SavedEvidence } from './layout-writer.ts';

/** Blobs that are copied at a time. */
const COPIES = 8;

/**
 * Adds the evidence in one directory to that in another. Of two answers to one question the later one counts, with its time; the
 * workloads are those of the later save, as two inventories may be of the same cluster.
 */
export async function mergeEvidence(
  from: string,
  into: string,
  tool: string,
): Promise<Outcome<SavedEvidence>> {
  const source = await readSaved(from);
  if (!source.ok) return source;
  const target = await inspectTarget(into);
  if (!target.ok) return target;
  const earlier = target.value?.document ?? null;
  const newer = newerAnswers(
    source.value,
    earlier ?? { answers: [], accounts: [], pods: [], revocation: [], sboms: [] },
  );
  const copied = await copyBlobs(from, into, blobsOf(newer));
  if (!copied.ok) return copied;

  const later = earlier === null || source.value.savedAt > earlier.savedAt;
  const at = later ? source.value.savedAt : earlier.savedAt;
  const { inventory, trustRoots } = source.value;
  return writeLayout(
    into,
    { ...newer, at, contents: new Map() },
    later ? inventory : (earlier.inventory ?? inventory),
    tool,
    later ? trustRoots : { ...trustRoots, ...earlier.trustRoots },
  );
}

async function readSaved(directory: string): Promise<Outcome<EvidenceDocument>> {
  const index = await readLayoutIndex(directory);
  if (!index.ok) return index;
  const document = await readEvidence(directory, index.value);
  if (!document.ok) return document;
  if (document.value !== null) return ok(document.value);
  return failed(
    'InputInvalid',
    `${directory} was not written by \`evidence save\`: it does not say what was asked, and when`,
    'audit from it, or save the evidence with this program',
  );
}

/** Every blob is hashed on its way. What is copied before a merge is broken off is named by nobody. */
async function copyBlobs(
  from: string,
  into: string,
  blobs: ReadonlyMap<string, number>,
): Promise<Outcome<null>> {
  const files = await openLayoutFiles(into);
  const limit = pLimit(COPIES);
  const copy = async ([digest, most]: readonly [string, number]): Promise<Outcome<null>> => {
    const path = blobPath(into, digest);
    const bytes = await readBlobFile(from, digest, most);
    if (!bytes.ok) return bytes;
    if (path === null || (await readBlobFile(into, digest, most)).ok) return ok(null);
    await mkdir(dirname(path), { recursive: true });
    await files.place(path, bytes.value);
    return ok(null);
  };
  try {
    const copied = await Promise.all([...blobs].map((blob) => limit(() => copy(blob))));
    await files.settle(into);
    return copied.find((outcome) => !outcome.ok) ?? ok(null);
  } finally {
    await files.close();
  }
}

/** The digests of what was given, and how large each may be. */
function blobsOf(answers: Answers): ReadonlyMap<string, number> {
  const blobs = new Map<string, number>();
  for (const answer of allAnswers(answers)) {
    if (answer.reply.kind !== 'found') continue;
    if (answer.question === 'blob')
      blobs.set(answer.digest, Math.max(answer.size, blobs.get(answer.digest) ?? 0));
    else if (answer.question === 'manifest') blobs.set(answer.digest, MANIFEST_BYTES);
    else if ('digest' in answer.reply) blobs.set(answer.reply.digest, MANIFEST_BYTES);
  }
  const besides = [...answers.revocation, ...answers.sboms.flatMap(({ sboms }) => sboms)];
  for (const { reply } of besides) if (reply.kind === 'found') blobs.set(reply.digest, reply.size);
  return blobs;
}
