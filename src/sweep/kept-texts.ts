/** Where a text lies among those behind a document: its first byte, and the one behind its last. */
type TextPlace = readonly [from: number, to: number];

/** Texts that stand behind a JSON document in a file, so that nobody reads them before they are asked for. */
export interface KeptTexts {
  readonly add: (text: string) => TextPlace;
  /** The document, which may name places of texts, and all texts behind it. */
  readonly file: (document: unknown) => Uint8Array;
}

/** Begins a file of texts. */
export function keptTexts(): KeptTexts {
  const texts: Buffer[] = [];
  let length = 0;
  return {
    add(text) {
      const bytes = Buffer.from(text);
      texts.push(bytes);
      length += bytes.length;
      return [length - bytes.length, length];
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
