/** The bytes of JSON that readers look for (RFC 8259, sections 2 and 7). In UTF-8 no other character has one of them. */
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPENING_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSING_BRACKET = 0x5d;
export const OPENING_BRACE = 0x7b;
export const CLOSING_BRACE = 0x7d;

/** Behind the white space at `start` (RFC 8259, section 2): space, tab, line feed, carriage return. */
export function afterSpace(json: Uint8Array, start: number): number {
  let at = start;
  while (json[at] === 0x20 || json[at] === 0x0a || json[at] === 0x0d || json[at] === 0x09) at += 1;
  return at;
}

/** Behind the closing quote of the string that begins at `start`. Throws `SyntaxError` where there is none. */
export function afterString(json: Uint8Array, start: number): number {
  for (let at = start + 1; at < json.length; at += 1) {
    if (json[at] === QUOTE) return at + 1;
    if (json[at] === BACKSLASH) at += 1;
  }
  throw new SyntaxError('a string has no end');
}
