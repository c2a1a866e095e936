/**
 * Parses JSON as signed documents must be read: UTF-8 without errors, no member name twice in one object
 * (RFC 7493, I-JSON, sections 2.1 and 2.3), and not nested deeper than `maxDepth`. Where two readers could see
 * different values in one signed text, an attacker chooses which. Throws `SyntaxError` with the reason.
 */
export function parseStrictJson(bytes: Uint8Array, maxDepth = 100): unknown {
  const text = decodeUtf8(bytes);
  rejectDuplicateNames(text, maxDepth);
  return JSON.parse(text);
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SyntaxError('not valid UTF-8');
  }
}

/** What opens, closes or separates. Between these JSON.parse alone judges the syntax. */
const PUNCTUATION = /["{}[\]:]/g;

function rejectDuplicateNames(text: string, maxDepth: number): void {
  const open: (Set<unknown> | null)[] = [];
  const punctuation = new RegExp(PUNCTUATION);
  let lastString = '';
  for (let match = punctuation.exec(text); match !== null; match = punctuation.exec(text)) {
    switch (match[0]) {
      case '{':
      case '[':
        open.push(match[0] === '{' ? new Set() : null);
        if (open.length > maxDepth) throw new SyntaxError(`nested deeper than ${maxDepth}`);
        break;
      case '"':
        punctuation.lastIndex = endOfString(text, match.index);
        lastString = text.slice(match.index, punctuation.lastIndex);
        break;
      case ':': {
        const names = open.at(-1);
        const name: unknown = JSON.parse(lastString || '""');
        if (names?.has(name)) throw new SyntaxError(`the member ${lastString} stands twice in one object`);
        names?.add(name);
        break;
      }
      default:
        open.pop();
    }
  }
}

/** The index behind the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
  }
  throw new SyntaxError('a string has no end');
}
