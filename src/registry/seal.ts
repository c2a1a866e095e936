import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, constants, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const KEY_BYTES = 32;
const MAC_HEX = 64;

/** A key that nobody but one user has, and what a text has to be about to count. */
export interface Seal {
  readonly key: Buffer;
  readonly bound: string;
}

/**
 * Bytes with an HMAC-SHA-256 (RFC 2104) over what they are bound to and over themselves. What they are bound to is not in them: who
 * reads them says it anew, so that nothing that a file says of itself is believed.
 */
export function sealed(seal: Seal, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${macOf(seal, payload).toString('hex')}\n`), payload]);
}

/** What was sealed with this key for this purpose; null for everything else. */
export function unsealed(seal: Seal, bytes: Uint8Array): Uint8Array | null {
  const head = Buffer.from(bytes.subarray(0, MAC_HEX)).toString('latin1');
  const payload = bytes.subarray(MAC_HEX + 1);
  const mac = macOf(seal, payload);
  const given = Buffer.from(head, 'hex');
  return given.length === mac.length && timingSafeEqual(given, mac) ? payload : null;
}

/** The length goes before the text, so that none of it can pass for the beginning of the payload. */
function macOf({ key, bound }: Seal, payload: Uint8Array): Buffer {
  const text = Buffer.from(bound);
  return createHmac('sha256', key).update(`${text.length}\n`).update(text).update(payload).digest();
}

/**
 * The user's key for seals, which is made where there is none; null where it can neither be read nor made, or where others may have
 * read or written it. Everything that was sealed before is worth nothing without it, and is no loss.
 */
export function sealKey(path: string): Buffer | null {
  return readKey(path) ?? (makeKey(path) ? readKey(path) : null);
}

function readKey(path: string): Buffer | null {
  let file: number | null = null;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
    const { uid, mode, size } = fstatSync(file);
    // Windows has neither: there the profile's directory is the user's alone.
    const own = process.getuid === undefined || (uid === process.getuid() && (mode & 0o077) === 0);
    const key = Buffer.alloc(KEY_BYTES);
    return own && size === KEY_BYTES && readSync(file, key) === KEY_BYTES ? key : null;
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** Of two runs that make one at once the first counts; the other may find it unfinished, and does without in this run. */
function makeKey(path: string): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(path, 'wx', 0o600);
    try {
      return writeSync(file, randomBytes(KEY_BYTES)) === KEY_BYTES;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
