import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { parseStatement, type Statement } from '../verify/in-toto.ts';

const CORPUS = resolve(import.meta.dirname, '../../../shared/corpus');
const LAYOUT = resolve(import.meta.dirname, '../../testdata/layout/blobs/sha256');

/** A folder of the corpus that lies beside the repository; null, said on standard error, where it is absent. */
export function corpusFolder(name: string): string | null {
  const folder = join(CORPUS, name);
  if (existsSync(folder)) return folder;
  process.stderr.write(`skipped: the tests against ${name}, as there is no ${folder}\n`);
  return null;
}

/** The files of a folder and those below it, by their path in it; none of no folder. */
export function filesOf(folder: string | null): readonly string[] {
  if (folder === null) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

const envelope = z.object({ payload: z.string() });
const signed = z.union([z.object({ dsseEnvelope: envelope }), envelope]);

/** The statement in a blob, a bundle or a DSSE envelope, unverified; null if it is neither. */
export function statementOf(blob: Buffer): Statement | null {
  if (blob[0] !== '{'.charCodeAt(0)) return null;
  const parsed = signed.safeParse(jsonOf(blob));
  if (!parsed.success) return null;
  const { payload } = 'dsseEnvelope' in parsed.data ? parsed.data.dsseEnvelope : parsed.data;
  return parseStatement(Buffer.from(payload, 'base64'));
}

function jsonOf(blob: Buffer): unknown {
  try {
    return JSON.parse(blob.toString());
  } catch {
    return null;
  }
}

/** The predicates of one type in the project's own image layout. */
export function layoutPredicates(predicateType: string): readonly unknown[] {
  return readdirSync(LAYOUT)
    .map((blob) => statementOf(readFileSync(join(LAYOUT, blob))))
    .filter((statement) => statement?.predicateType === predicateType)
    .map((statement) => statement?.predicate);
}
