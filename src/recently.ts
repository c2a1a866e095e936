/**
 * Remembers what was made for the last `count` keys that were asked for; older ones are made anew, as is what turns out to be too large
 * to be kept.
 */
export function recently<T>(
  count: number,
  isTooLarge: (made: T) => Promise<boolean> = () => Promise.resolve(false),
): (key: string, make: () => T) => T {
  const known = new Map<string, { readonly made: T }>();
  const begin = (key: string, made: T): { readonly made: T } => {
    const entry = { made };
    const forget = (tooLarge: boolean): void => {
      if (tooLarge && known.get(key) === entry) known.delete(key);
    };
    // What fails is told to whoever asked for it.
    isTooLarge(made).then(forget, () => {});
    return entry;
  };
  return (key, make) => {
    const entry = known.get(key) ?? begin(key, make());
    // A map keeps the order of insertion: what was asked for last is last.
    known.delete(key);
    known.set(key, entry);
    for (const [oldest] of known) {
      if (known.size <= count) break;
      known.delete(oldest);
    }
    return entry.made;
  };
}
