export interface Memoised<A extends readonly string[], T> {
  (...args: A): Promise<T>;
  /** Enters an answer that came by another way, unless the question was asked before. */
  put(value: T, ...args: A): void;
}

/**
 * Remembers the promise of each distinct call, so that asking twice, be it at the same time, costs one request. Failures are
 * remembered too: within a run the same question has the same answer.
 */
export function memoise<A extends readonly string[], T>(call: (...args: A) => Promise<T>): Memoised<A, T> {
  const promises = new Map<string, Promise<T>>();
  const remember = (args: A, answer: () => Promise<T>): Promise<T> => {
    const key = JSON.stringify(args);
    const promise = promises.get(key) ?? answer();
    promises.set(key, promise);
    return promise;
  };
  return Object.assign((...args: A) => remember(args, () => call(...args)), {
    put(value: T, ...args: A): void {
      void remember(args, () => Promise.resolve(value));
    },
  });
}
