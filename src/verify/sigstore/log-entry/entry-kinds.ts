import { dsse001, dsse002 } from './dsse.ts';
import type { EntryKind } from './entry-kind.ts';
import { hashedRekord001, hashedRekord002 } from './hashedrekord.ts';
import { intoto001, intoto002 } from './intoto.ts';
import { rekord001 } from './rekord.ts';

/** The kinds of log entry that are understood. A new one is one file and one line here. */
export const ENTRY_KINDS: readonly EntryKind[] = [
  hashedRekord001,
  hashedRekord002,
  dsse001,
  dsse002,
  intoto001,
  intoto002,
  rekord001,
];
