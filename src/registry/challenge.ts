/** One way of authenticating that a registry offers (RFC 9110, 11.6.1; docker token authentication, "How to authenticate"). */
export interface Challenge {
  /** Lower-case: `bearer`, `basic`. */
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const SEPARATOR = /[\s,]*/y;
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
const BARE = /[^\s,"]*/y;

/** Reads WWW-Authenticate headers. One header may hold several challenges; what is no challenge is passed over. */
export function parseChallenges(headers: readonly string[]): readonly Challenge[] {
  return headers.flatMap((header) => parseHeader(header));
}

function parseHeader(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at += match[0].length;
    return match;
  };
  while (at < header.length) {
    take(SEPARATOR);
    const name = take(TOKEN)?.[0].toLowerCase();
    if (name === undefined) {
      at += 1;
    } else if (take(EQUALS) === null) {
      challenges.push({ scheme: name, parameters: new Map() });
    } else {
      const quoted = take(QUOTED)?.[1]?.replaceAll(/\\(.)/g, '$1');
      challenges.at(-1)?.parameters.set(name, quoted ?? take(BARE)?.[0] ?? '');
    }
  }
  return challenges;
}
