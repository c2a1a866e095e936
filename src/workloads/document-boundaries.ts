/** The stretch of a text that holds one document, its `---` included. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** YAML allows no content in column 0 to look like this, not even in block scalars and quoted texts. */
const MARKER = /(?:^\uFEFF?|\n)(---|\.\.\.)(?=[ \t\r\n]|$)/g;
const BLANKS = ' \t\r\n\uFEFF';

/**
 * Cuts a text into its documents before any of them is parsed, so that a broken one hides none of its neighbours.
 * Stretches of blanks and comments are left out; JSON objects may follow each other without a marker.
 */
export function documentStretches(text: string): Stretch[] {
  const stretches: Stretch[] = [];
  let start = 0;
  const close = (end: number, next: number): void => {
    const content = afterDirectives(text, start, end);
    if (content === end && hasDirective(text, start, end)) return; // directives belong to the document that follows them
    if (content < end)
      for (const stretch of concatenated(text, { start, end }, content)) stretches.push(stretch);
    start = next;
  };
  for (const match of text.matchAll(MARKER)) {
    const end = match.index + match[0].length;
    const marker = end - 3;
    if (match[1] === '---') close(marker, marker);
    else close(marker, end);
  }
  close(text.length, text.length);
  if (start < text.length && hasDirective(text, start, text.length))
    stretches.push({ start, end: text.length });
  return stretches;
}

/** The offset of the first character that is no blank, no comment and not the marker that opens the stretch. */
function firstContent(text: string, from: number, end: number): number {
  let at = text.startsWith('---', from) ? from + 3 : from;
  while (at < end) {
    if (text[at] === '#') at = endOfLine(text, at, end);
    else if (BLANKS.includes(text[at] ?? '')) at++;
    else return at;
  }
  return end;
}

function afterDirectives(text: string, from: number, end: number): number {
  let at = firstContent(text, from, end);
  while (isDirective(text, at, end)) at = firstContent(text, endOfLine(text, at, end), end);
  return at;
}

function hasDirective(text: string, from: number, end: number): boolean {
  return isDirective(text, firstContent(text, from, end), end);
}

function isDirective(text: string, at: number, end: number): boolean {
  return at < end && text[at] === '%' && (at === 0 || text[at - 1] === '\n' || text[at - 1] === '\uFEFF');
}

function endOfLine(text: string, from: number, end: number): number {
  const newline = text.indexOf('\n', from);
  return newline === -1 || newline > end ? end : newline;
}

/** `{…}{…}`: YAML has no such thing, but kubectl reads JSON objects one after the other. */
function* concatenated(text: string, { start, end }: Stretch, content: number): Generator<Stretch> {
  let from = start;
  let object = content;
  let broken = false;
  while (text[object] === '{') {
    const behind: number | null = broken ? null : afterObject(text, object, end);
    // Behind a broken object only line starts count: to look for every end anew would take a hostile file forever.
    broken = behind === null;
    const next = behind ?? nextLineOfObject(text, object, end);
    if (next === end) break;
    yield { start: from, end: next };
    from = next;
    object = next;
  }
  yield { start: from, end };
}

/** Where a broken object ends is not known; the next line that begins with a brace is taken to begin another. */
function nextLineOfObject(text: string, from: number, end: number): number {
  const newline = text.indexOf('\n{', from);
  return newline === -1 || newline + 1 >= end ? end : newline + 1;
}

/** Where the next object or the end follows; null if the object is broken. Quotes and comments are flow YAML's. */
function afterObject(text: string, from: number, end: number): number | null {
  let depth = 0;
  let opensValue = true;
  for (let at = from; at < end; at++) {
    const character = text[at] ?? '';
    if (BLANKS.includes(character)) continue;
    if (character === '#' && BLANKS.includes(text[at - 1] ?? '')) {
      at = endOfLine(text, at, end);
      continue;
    }
    if (opensValue && (character === '"' || character === "'")) at = endOfQuote(text, at, end);
    else if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && --depth === 0) {
      const next = firstContent(text, at + 1, end);
      return next === end || text[next] === '{' ? next : null;
    }
    opensValue = '{[,:'.includes(character);
  }
  return null;
}

function endOfQuote(text: string, from: number, end: number): number {
  const quote = text[from];
  for (let at = from + 1; at < end; at++) {
    if (text[at] === '\\' && quote === '"') at++;
    else if (text[at] === quote) return at;
  }
  return end;
}
