import type { Versioning } from '../../src/versions/versioning.ts';

/** A line of a table, `A < B`; `sign` is null where it is no such line. */
interface Row {
  readonly line: number;
  readonly text: string;
  readonly left: string;
  readonly right: string;
  readonly sign: -1 | 0 | 1 | null;
}

const SIGNS = { '<': -1, '=': 0, '>': 1 } as const;

/** Reads a table; `#` and `//` begin comments, empty lines say nothing. */
export function readTable(text: string): readonly Row[] {
  return text.split(/\r?\n/).flatMap((whole, index): Row[] => {
    const trimmed = whole.trim();
    if (trimmed === '' || /^(?:#|\/\/)/.test(trimmed)) return [];
    const [left, sign, right, ...more] = trimmed.split(/\s+/);
    const found = sign === '<' || sign === '=' || sign === '>' ? SIGNS[sign] : null;
    const rest = more.length === 0 || more[0]?.startsWith('#');
    return [
      {
        line: index + 1,
        text: trimmed,
        left: left ?? '',
        right: right ?? '',
        sign: rest && right !== undefined ? found : null,
      },
    ];
  });
}

/** What of a row does not hold, either way around; null where all of it holds. */
export function violationOf({ line, text, left, right, sign }: Row, { compare }: Versioning): string | null {
  if (sign === null) return `${line}: ${text}: no line of the form A < B`;
  const there = Math.sign(compare(left, right));
  const back = Math.sign(compare(right, left));
  if (there === sign && back === -sign + 0) return null;
  const found = there === -back ? (there < 0 ? '<' : there > 0 ? '>' : '=') : 'neither way around alike';
  return `${line}: ${text}: ${found}`;
}
