import { RE2JS } from 're2js';

/**
 * The one glob dialect of policies: `*` is any run without `/`, `**` any run, everything else itself; the whole string,
 * case-sensitive. Compiled to RE2, so that no pattern takes more than linear time.
 */
export function glob(pattern: string): (text: string) => boolean {
  const parts = pattern.split(/(\*+)/).map((part) => {
    if (part === '*') return '[^/]*';
    return part.startsWith('**') ? '.*' : RE2JS.quote(part);
  });
  return wholeString(RE2JS.compile(parts.join(''), RE2JS.DOTALL));
}

/** A regular expression in RE2 syntax that must match the whole string. Throws for one that RE2 cannot read. */
export function regExp(pattern: string): (text: string) => boolean {
  return wholeString(RE2JS.compile(pattern));
}

function wholeString(expression: RE2JS): (text: string) => boolean {
  return (text) => expression.matches(text);
}

/**
 * A list of patterns: `!` excludes, excludes win whatever the order, and a list of only excludes starts from everything.
 * `compile` turns one pattern into a test, so that image patterns and plain globs share these rules; it is told whether the
 * pattern excludes.
 */
export function patternList<T>(
  patterns: readonly string[],
  compile: (pattern: string, excludes: boolean) => (value: T) => boolean,
): (value: T) => boolean {
  const includes = patterns
    .filter((pattern) => !pattern.startsWith('!'))
    .map((pattern) => compile(pattern, false));
  const excludes = patterns
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => compile(pattern.slice(1), true));
  return (value) =>
    !excludes.some((matches) => matches(value)) &&
    (includes.length === 0 || includes.some((matches) => matches(value)));
}
