import { z } from 'zod';
import { Refused } from '../refused.ts';

/**
 * Refuses members that are a known name in other letters. Go's decoders, which Notation reads JSON with, ignore case, so that one
 * reader sees a member there and another does not. `what` names the object in the error. Throws `Refused`.
 */
export function refuseLookalikes(members: Iterable<string>, known: readonly string[], what: string): void {
  const why = lookalike(members, known);
  if (why !== null) throw new Refused('SignatureMalformed', `${what} ${why}`);
}

/** A schema of an object in which none of these names occurs in other letters: that is said before what is missing for it. */
export function withoutLookalikes<T extends z.ZodType>(known: readonly string[], schema: T) {
  return z
    .unknown()
    .check(({ value, issues }) => {
      const members = typeof value === 'object' && value !== null ? Object.keys(value) : [];
      const message = lookalike(members, known);
      if (message !== null) issues.push({ code: 'custom', input: value, message });
    })
    .pipe(schema);
}

/** What is wrong with the names of an object's members, as a clause; null if nothing. */
function lookalike(members: Iterable<string>, known: readonly string[]): string | null {
  const names = new Map(known.map((name) => [folded(name), name]));
  for (const member of members) {
    const name = names.get(folded(member));
    if (name !== undefined && name !== member)
      return `has ${JSON.stringify(member)}, which readers that ignore case take for ${name}`;
  }
  return null;
}

/** Unicode's simple folding as far as ASCII has partners in it: the Kelvin sign is a k, and the long s an s. */
function folded(text: string): string {
  return text.toUpperCase().toLowerCase();
}
