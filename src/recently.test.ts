import { expect, it } from 'vitest';
import { recently } from './recently.ts';

it('what was asked for recently is made once, and what was asked for longest ago is made anew', () => {
  const made: string[] = [];
  const recent = recently<string>(2);
  const ask = (key: string) => recent(key, () => (made.push(key), key.toUpperCase()));
  expect(['a', 'b', 'a', 'c', 'a', 'b'].map(ask)).toEqual(['A', 'B', 'A', 'C', 'A', 'B']);
  expect(made).toEqual(['a', 'b', 'c', 'b']);
});

it('what turns out to be too large is made anew', async () => {
  let made = 0;
  const recent = recently<string>(2, (text) => Promise.resolve(text === 'large'));
  const ask = (key: string) => recent(key, () => ((made += 1), key));
  for (const key of ['large', 'large', 'small']) ask(key);
  expect(made).toBe(2);
  await Promise.resolve();
  for (const key of ['small', 'large']) ask(key);
  expect(made).toBe(3);
});
