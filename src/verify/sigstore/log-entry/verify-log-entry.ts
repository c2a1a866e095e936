import { verify } from 'node:crypto';
import { z } from 'zod';
import { parseStrictJson } from '../../../json.ts';
import { Refused } from '../../refused.ts';
import { type Log, within } from '../../trust-root.ts';
import type { LogEntry } from '../bundle-schema.ts';
import type { SignedContent } from '../signed-content.ts';
import { hashOfKey } from '../signature-algorithms.ts';
import type { EntryKind, LoggedSignature } from './entry-kind.ts';
import { ENTRY_KINDS } from './entry-kinds.ts';
import { rootOfProof } from './merkle.ts';
import { openCheckpoint } from './signed-note.ts';
import { wrongField } from '../../../wrong-field.ts';

/** An entry that a known log vouches for. `index` and `time` are where and when it was logged, null where nobody has signed that. */
export interface VerifiedEntry {
  readonly log: Log;
  readonly index: string | null;
  readonly time: Date | null;
}

/**
 * Verifies a transparency log entry: that it is about this signature, made with this certificate or key (DER), and that the log
 * promises or proves that it holds it. Null for an entry of a log that is not known. Throws `Refused` (Sigstore Client Spec,
 * "Verification", step on the transparency log).
 */
export function verifyLogEntry(
  entry: LogEntry,
  content: SignedContent,
  verifier: Buffer,
  logs: readonly Log[],
): VerifiedEntry | null {
  const log = logs.find(({ ids }) => ids.some((id) => id.equals(entry.logId.keyId)));
  if (!log) return null;
  const kind = kindOf(entry);
  checkLogged(readBody(entry, kind), content, verifier);
  const { inclusionPromise, inclusionProof } = entry;
  if (!inclusionPromise && !inclusionProof) throw invalid('carries neither a promise nor a proof of the log');
  if (kind.rekor === 2 && !inclusionProof) throw invalid('carries no proof of the log');
  if (inclusionProof) checkProof(entry, inclusionProof, kind, log);
  // Only a promise signs the time: that of a Rekor v2 entry is anybody's word.
  const time = inclusionPromise ? promisedTime(entry, inclusionPromise, log) : null;
  // A proof names the place in the tree; in Rekor v1 that is not the index, which the promise alone signs.
  const index = inclusionPromise || kind.rekor === 2 ? entry.logIndex : null;
  return { log, index, time };
}

function kindOf({ kindVersion: { kind, version } }: LogEntry): EntryKind {
  const known = ENTRY_KINDS.find((one) => one.kind === kind && one.version === version);
  if (known) return known;
  throw new Refused(
    'EvidenceUnsupported',
    `its transparency log entry is of kind ${kind}/${version}, which this version cannot verify`,
  );
}

const headSchema = z.looseObject({ kind: z.string(), apiVersion: z.string() });

function readBody({ canonicalizedBody }: LogEntry, { kind, version, body }: EntryKind): LoggedSignature {
  let json: unknown;
  try {
    json = parseStrictJson(canonicalizedBody);
  } catch (cause) {
    throw invalid(
      `has a body that is not strict JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
  const head = headSchema.safeParse(json);
  if (head.data?.kind !== kind || head.data.apiVersion !== version)
    throw invalid(`is of another kind than the ${kind}/${version} that the bundle says`);
  const logged = body.safeParse(json, { error: wrongField });
  if (logged.success) return logged.data;
  const [issue] = logged.error.issues;
  throw invalid(`is not what kind ${kind}/${version} must be: ${issue?.path.join('.')}: ${issue?.message}`);
}

/**
 * An entry lends its time to what it is about and to nothing else: this signature, these bytes, and this certificate or key
 * (CVE-2022-23649, CVE-2022-36056).
 */
function checkLogged(logged: LoggedSignature, content: SignedContent, verifier: Buffer): void {
  if (!logged.verifier.equals(verifier))
    throw invalid('was made for another certificate or key than the one in the bundle');
  if (logged.signature && !logged.signature.equals(content.signature))
    throw invalid('is about another signature');
  for (const { part, algorithm, value } of logged.digests) {
    if (!content.digestOf(part, algorithm)?.equals(value))
      throw invalid('is about something else than what is signed here');
  }
}

/** Rekor's signed entry timestamp, over the canonical JSON (RFC 8785) of four members. Returns the time that it signs. */
function promisedTime(
  { canonicalizedBody, integratedTime, logId, logIndex }: LogEntry,
  { signedEntryTimestamp }: NonNullable<LogEntry['inclusionPromise']>,
  log: Log,
): Date {
  const body = canonicalizedBody.toString('base64');
  const logID = logId.keyId.toString('hex');
  // By hand, as the integers may be larger than those of JSON.stringify.
  const signed = `{"body":"${body}","integratedTime":${integratedTime},"logID":"${logID}","logIndex":${logIndex}}`;
  if (!verify(hashOfKey(log.publicKey), Buffer.from(signed), log.publicKey, signedEntryTimestamp))
    throw invalid('has a promise that the log did not sign');
  const time = new Date(Number(integratedTime) * 1000);
  if (!within(log.validFor, time)) throw invalid(`was promised when the log's key was not valid`);
  return time;
}

function checkProof(
  entry: LogEntry,
  { checkpoint, hashes, logIndex, rootHash, treeSize }: NonNullable<LogEntry['inclusionProof']>,
  { rekor }: EntryKind,
  log: Log,
): void {
  const head = openCheckpoint(checkpoint.envelope, log);
  if (!head) throw invalid('has a checkpoint that the log did not sign');
  const root = rootOfProof(entry.canonicalizedBody, BigInt(logIndex), head.size, hashes);
  if (!root?.equals(head.rootHash)) throw invalid('is not in the tree of its checkpoint');
  // Signed by nobody, and read by whoever shows them: they may say nothing else than the checkpoint does.
  if (!rootHash.equals(head.rootHash) || treeSize !== String(head.size))
    throw invalid("names another root or tree size than the log's checkpoint");
  if (rekor === 2 && !entry.inclusionPromise && entry.logIndex !== logIndex)
    throw invalid(`says that its index is ${entry.logIndex}, and its proof that it is ${logIndex}`);
}

function invalid(what: string): Refused {
  return new Refused('LogEntryInvalid', `the transparency log entry ${what}`);
}
