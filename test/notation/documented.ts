import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NotationCase } from './case.ts';

const DOCUMENTED = readFileSync(join(import.meta.dirname, '../../docs/notation.md'), 'utf8');

/** What is missing where the two programs differ: the case says in which direction, and the documentation why; null if nothing is. */
export function undocumented({
  ours,
  notation: theirs,
  stricter,
  wider,
}: Pick<NotationCase, 'ours' | 'notation' | 'stricter' | 'wider'>): string | null {
  const [weAccept, theyAccept] = [ours === 'pass', theirs === 'accepts'];
  if ((stricter !== undefined) !== (theyAccept && !weAccept)) return 'whether it is stricter';
  if ((wider !== undefined) !== (weAccept && !theyAccept)) return 'whether it is wider';
  const why = stricter ?? wider ?? '';
  return DOCUMENTED.includes(why) ? null : `in docs/notation.md: ${why}`;
}
