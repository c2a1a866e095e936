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

/** What a list of patterns says of a value, and the pattern that decided it; null where none did. */
interface Decision {
  readonly matches: boolean;
  readonly pattern: string | null;
}

type CompilePattern<T> = (pattern: string, excludes: boolean) => (value: T) => boolean;

/**
 * A list of patterns: `!` excludes, excludes win whatever the order, and a list of only excludes starts from everything.
 * `compile` turns one pattern into a test, so that image patterns and plain globs share these rules; it is told whether the
 * pattern excludes.
 */
export function patternList<T>(
  patterns: readonly string[],
  compile: CompilePattern<T>,
): (value: T) => boolean {
  const decide = decidingPattern(patterns, compile);
  return (value) => decide(value).matches;
}

/** As patternList, for who wants to know which pattern it was. */
export function decidingPattern<T>(
  patterns: readonly string[],
  compile: CompilePattern<T>,
): (value: T) => Decision {
  const compiled = patterns.map((pattern) => {
    const excludes = pattern.startsWith('!');
    return { pattern, excludes, matches: compile(excludes ? pattern.slice(1) : pattern, excludes) };
  });
  const excludes = compiled.filter((one) => one.excludes);
  const includes = compiled.filter((one) => !one.excludes);
  return (value) => {
    const excluded = excludes.find(({ matches }) => matches(value));
    if (excluded) return { matches: false, pattern: excluded.pattern };
    const included = includes.find(({ matches }) => matches(value));
    return { matches: included !== undefined || includes.length === 0, pattern: included?.pattern ?? null };
  };
}
