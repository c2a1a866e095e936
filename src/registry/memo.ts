/**
 * Remembers the promise of each distinct call, so that asking twice, be it at the same time, costs one request. Failures are
 * remembered too: within a run the same question has the same answer.
 */
export function memoise<A extends readonly string[], T>(
  call: (...args: A) => Promise<T>,
): (...args: A) => Promise<T> {
  const promises = new Map<string, Promise<T>>();
  return (...args) => {
    const key = JSON.stringify(args);
    const known = promises.get(key);
    if (known !== undefined) return known;
    const promise = call(...args);
    promises.set(key, promise);
    return promise;
  };
}
