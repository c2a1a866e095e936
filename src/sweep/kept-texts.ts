import { z } from 'zod';

/** Where a text lies among those behind a document: its first byte, and the one behind its last. */
export type Place = [from: number, to: number];

export const placeSchema = z.tuple([z.int().nonnegative(), z.int().nonnegative()]);

/** Texts that stand behind a JSON document in a file, so that nobody reads them before they are asked for. */
export interface KeptTexts {
  /** Where a text is; one text stands there once. */
  readonly add: (text: string, encoding?: 'utf8' | 'latin1') => Place;
  /** The document, which may name places of texts, and all texts behind it. */
  readonly file: (document: unknown) => Uint8Array;
}

/** Begins a file of texts. */
export function keptTexts(): KeptTexts {
  const texts: Buffer[] = [];
  const places = { utf8: new Map<string, Place>(), latin1: new Map<string, Place>() };
  let length = 0;
  const put = (bytes: Buffer): Place => {
    texts.push(bytes);
    length += bytes.length;
    return [length - bytes.length, length];
  };
  return {
    add(text, encoding = 'utf8') {
      const place = places[encoding].get(text) ?? put(Buffer.from(text, encoding));
      places[encoding].set(text, place);
      return place;
    },
    file(document) {
      const json = Buffer.from(JSON.stringify(document));
      return Buffer.concat([Buffer.from(`${json.length}\n`), json, ...texts]);
    },
  };
}

/** Takes a file apart that `keptTexts` made; throws for anything else. */
export function openTexts(file: Uint8Array): { readonly document: unknown; readonly texts: Buffer } {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const line = bytes.indexOf('\n');
  const length = Number(bytes.toString('latin1', 0, Math.max(line, 0)) || Number.NaN);
  const end = line + 1 + length;
  if (!Number.isSafeInteger(length) || end > bytes.length) throw new SyntaxError('it says no length');
  return { document: JSON.parse(bytes.toString('utf8', line + 1, end)), texts: bytes.subarray(end) };
}
