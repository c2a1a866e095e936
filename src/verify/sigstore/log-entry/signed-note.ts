import { verify } from 'node:crypto';
import type { Log } from '../../trust-root.ts';
import { hashOfKey } from '../signature-algorithms.ts';

/** The head of a log: its size, and the hash of its tree (C2SP tlog-checkpoint). */
export interface Checkpoint {
  readonly size: bigint;
  readonly rootHash: Buffer;
}

/** Where the text ends and the signatures begin (C2SP signed-note). */
const SEPARATOR = '\n\n';
/** An em dash, the signer's name, and the key hint with the signature. */
const SIGNATURE_LINE = /^\u2014 (\S+) ([A-Za-z0-9+/]+={0,2})$/;
/** Signatures of one note. Witnesses add their own; some tens are more than any log has. */
const SIGNATURES = 100;
/** Rekor v1 writes its tree's number behind its name. Its notes are known by their key alone, as its name is the host's own. */
const REKOR_V1_ORIGIN = / - \d+$/;

/**
 * Reads a checkpoint, and returns it if this log has signed it (C2SP signed-note, "Verifying"): signatures by other names or keys,
 * as those of witnesses, are passed over. Null if none of the log's is there or one of them does not verify.
 */
export function openCheckpoint(envelope: string, log: Log): Checkpoint | null {
  const split = envelope.lastIndexOf(SEPARATOR);
  if (split === -1 || !envelope.endsWith('\n')) return null;
  const text = envelope.slice(0, split + 1);
  const [origin = '', sizeText = '', root = ''] = text.split('\n');
  if (!/^(0|[1-9]\d{0,18})$/.test(sizeText) || !/^[A-Za-z0-9+/]{43}=$/.test(root) || origin === '')
    return null;
  const lines = envelope.slice(split + SEPARATOR.length, -1).split('\n');
  if (lines.length > SIGNATURES) return null;
  const signatures = lines.map((line) => SIGNATURE_LINE.exec(line));
  if (signatures.some((match) => match === null)) return null;
  const isByName = !REKOR_V1_ORIGIN.test(origin);
  if (isByName && origin !== hostOf(log)) return null;
  const own = signatures.flatMap((match) => {
    const [, name = '', encoded = ''] = match ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    const isOwn = log.ids.some((id) => id.subarray(0, 4).equals(bytes.subarray(0, 4)));
    return isOwn && (!isByName || name === origin) ? [bytes.subarray(4)] : [];
  });
  if (own.length === 0 || !own.every((signature) => isSigned(log, text, signature))) return null;
  return { size: BigInt(sizeText), rootHash: Buffer.from(root, 'base64') };
}

function isSigned({ publicKey }: Log, text: string, signature: Buffer): boolean {
  try {
    return verify(hashOfKey(publicKey), Buffer.from(text), publicKey, signature);
  } catch {
    return false; // a signature of the wrong form for this key
  }
}

/** The name that a log of Rekor v2 signs under: the host of its URL (rekor-tiles, docs, "Checkpoint origin"). */
function hostOf({ baseUrl }: Log): string | null {
  return URL.canParse(baseUrl) ? new URL(baseUrl).hostname : baseUrl || null;
}
