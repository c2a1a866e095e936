import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

export type FileRead =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly problem: 'missing' | 'unreadable' | 'tooLarge'; readonly message: string };

/** Reads a regular file of at most `limit` bytes. */
export async function readBoundedFile(path: string, limit: number): Promise<FileRead> {
  let file;
  try {
    // Without O_NONBLOCK a named pipe would stall the run.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const status = await file.stat();
    if (!status.isFile())
      return { ok: false, problem: 'unreadable', message: `${path} is not a regular file` };
    if (status.size > limit) {
      const message = `${path} has ${String(status.size)} bytes; at most ${String(limit)} are read`;
      return { ok: false, problem: 'tooLarge', message };
    }
    const bytes = Buffer.alloc(status.size);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return { ok: true, bytes: bytes.subarray(0, length) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return { ok: false, problem: 'missing', message: `${path} is missing` };
    return {
      ok: false,
      problem: 'unreadable',
      message: `${path} cannot be read (${typeof code === 'string' ? code : 'unknown error'})`,
    };
  } finally {
    await file?.close();
  }
}
