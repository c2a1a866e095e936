import type { JudgedImage } from './subject.ts';

/** What is made of images under keys, once for all that ask; it is let go with the image. */
export interface OncePerImage<T, Key> {
  readonly of: (image: JudgedImage, key: Key, make: () => T) => T;
  /** Another image stands for this one from now on, of which nothing new can be made: its evidence is gone. */
  readonly settle: (image: JudgedImage, settled: JudgedImage) => void;
}

export function oncePerImage<T extends object, Key = string>(): OncePerImage<T, Key> {
  const known = new WeakMap<JudgedImage, Map<Key, T>>();
  const over = new WeakSet<JudgedImage>();
  return {
    of(image, key, make) {
      const ofImage = known.get(image) ?? new Map<Key, T>();
      known.set(image, ofImage);
      const before = ofImage.get(key);
      if (before !== undefined) return before;
      // What is missing would be taken for evidence that is not there.
      if (over.has(image)) throw new Error(`${image.text} is asked for more than was known where it stands`);
      const made = make();
      ofImage.set(key, made);
      return made;
    },
    settle(image, settled) {
      known.set(settled, known.get(image) ?? new Map<Key, T>());
      over.add(settled);
    },
  };
}
