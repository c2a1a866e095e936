import { describe, expect, it } from 'vitest';
import { image } from './judged-image.fixture.ts';
import { oncePerImage } from './once-per-image.ts';

describe('what is made of an image', () => {
  it('is made once for each key', () => {
    const once = oncePerImage<{ readonly of: string }>();
    const [one, other] = [image(), image()];
    const first = once.of(one, 'a', () => ({ of: 'one' }));
    expect(once.of(one, 'a', () => ({ of: 'again' }))).toBe(first);
    expect(once.of(one, 'b', () => ({ of: 'b' }))).toEqual({ of: 'b' });
    expect(once.of(other, 'a', () => ({ of: 'other' }))).toEqual({ of: 'other' });
  });

  it('is that of the image which stands for it later, and nothing new is made of that one', () => {
    const once = oncePerImage<{ readonly of: string }>();
    const [one, settled] = [image(), image()];
    const before = once.of(one, 'a', () => ({ of: 'one' }));
    once.settle(one, settled);
    // Another name of the same image is judged while its evidence is there.
    const later = once.of(one, 'b', () => ({ of: 'b' }));
    expect(once.of(settled, 'a', () => ({ of: 'nothing' }))).toBe(before);
    expect(once.of(settled, 'b', () => ({ of: 'nothing' }))).toBe(later);
    expect(() => once.of(settled, 'c', () => ({ of: 'nothing' }))).toThrow(/more than was known/);
  });
});
