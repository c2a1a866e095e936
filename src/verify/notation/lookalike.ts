import { Refused } from '../refused.ts';

/**
 * Refuses members that are a known name in other letters. Go's decoders, which Notation reads JSON with, ignore case, so that one
 * reader sees a member there and another does not. `what` names the object in the error. Throws `Refused`.
 */
export function refuseLookalikes(members: Iterable<string>, known: readonly string[], what: string): void {
  const names = new Map(known.map((name) => [folded(name), name]));
  for (const member of members) {
    const name = names.get(folded(member));
    if (name !== undefined && name !== member)
      throw new Refused(
        'SignatureMalformed',
        `${what} has ${JSON.stringify(member)}, which readers that ignore case take for ${name}`,
      );
  }
}

/** Unicode's simple folding as far as ASCII has partners in it: the Kelvin sign is a k, and the long s an s. */
function folded(text: string): string {
  return text.toUpperCase().toLowerCase();
}
