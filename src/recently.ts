/** Remembers what was made for the last `count` keys that were asked for; older ones are made anew. */
export function recently<T>(count: number): (key: string, make: () => T) => T {
  const known = new Map<string, { readonly made: T }>();
  return (key, make) => {
    const entry = known.get(key) ?? { made: make() };
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
