import { InvalidDocument } from './json-document.ts';

/** A document as UTF-8, and what it was written in. */
export interface Decoded {
  readonly bytes: Uint8Array;
  readonly encoding: 'utf-8' | 'utf-16';
}

/**
 * SBOMs are UTF-8. PowerShell writes what it redirects into a file as UTF-16 behind a byte order mark, which XML allows too
 * (XML 1.0, section 4.3.3).
 */
export function asUtf8(bytes: Uint8Array): Decoded {
  const [first, second] = bytes;
  const label =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : null;
  if (label === null) return { bytes, encoding: 'utf-8' };
  try {
    const text = new TextDecoder(label, { fatal: true }).decode(bytes);
    return { bytes: Buffer.from(text), encoding: 'utf-16' };
  } catch {
    throw new InvalidDocument('it begins as UTF-16 and is none');
  }
}
