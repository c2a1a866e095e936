import { open } from 'node:fs/promises';
import { MANIFEST_FILE_BYTES } from '../limits.ts';
import type { Reason } from '../reasons.ts';
import type { Gap } from './source.ts';

const MiB = 1024 * 1024;

/** Reads a manifest file, or says why it cannot. */
export async function readManifestFile(path: string): Promise<string | Gap> {
  try {
    const file = await open(path);
    try {
      const information = await file.stat();
      // A pipe has no size, and a process substitution is one.
      if (!information.isFile())
        return await readManifestStream(path, file.createReadStream({ autoClose: false }));
      if (information.size > MANIFEST_FILE_BYTES) return tooLarge(path);
      return decoded(path, await file.readFile());
    } finally {
      await file.close();
    }
  } catch (error) {
    return unreadable(path, error);
  }
}

/** Reads a manifest from a stream, or says why it cannot; `name` is what the user calls it. */
export async function readManifestStream(
  name: string,
  stream: AsyncIterable<Uint8Array>,
): Promise<string | Gap> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.byteLength;
      if (size > MANIFEST_FILE_BYTES) return tooLarge(name);
      chunks.push(chunk);
    }
  } catch (error) {
    return unreadable(name, error);
  }
  return decoded(name, Buffer.concat(chunks));
}

/** A file or directory that cannot be read. That it does not exist is the user's mistake, anything else the system's. */
export function unreadable(name: string, error: unknown): Gap {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return fileGap(name, 'FileUnreadable', `${name} does not exist`, 'correct the path');
    case 'EISDIR':
      return fileGap(name, 'FileUnreadable', `${name} is a link to a directory`, 'name the directory itself');
    case 'EACCES':
    case 'EPERM':
      return outOfReach(
        fileGap(name, 'FileUnreadable', `${name} may not be read`, 'give this user the right to read it'),
      );
    default: {
      const cause = error instanceof Error ? error.message : String(error);
      return outOfReach(
        fileGap(name, 'FileUnreadable', `${name} cannot be read: ${cause}`, 'try again, or copy the file'),
      );
    }
  }
}

/** A gap for a file or directory as a whole. A limit of this program is not the user's mistake. */
export function fileGap(name: string, reason: Reason, message: string, remediation: string): Gap {
  return {
    scope: 'file',
    name,
    cluster: null,
    wrongInput: reason !== 'LimitExceeded',
    reason,
    message,
    remediation,
  };
}

/** The same gap where it is not the user's mistake. */
export function outOfReach(gap: Gap): Gap {
  return { ...gap, wrongInput: false };
}

/** The gap for a text that is larger than manifests may be. */
export function tooLarge(name: string): Gap {
  const message = `${name} is larger than ${MANIFEST_FILE_BYTES / MiB} MiB`;
  return fileGap(name, 'LimitExceeded', message, 'split it into several files');
}

/** UTF-8, or UTF-16 with a byte order mark, which is what Windows shells write and kubectl reads. */
export function decoded(name: string, bytes: Uint8Array): string | Gap {
  const mark = bytes.length < 2 ? 0 : ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return fileGap(name, 'InputInvalid', `${name} is no UTF-8 text`, 'save the file as UTF-8');
  }
}
