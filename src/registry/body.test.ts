import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { readBody } from './body.ts';

const text = 'abcdefghij'.repeat(20_000);

it.each<[string, number, string | string[] | undefined, number]>([
  ['of the length that was announced', 1 << 20, String(text.length), text.length],
  ['of a length that nobody announced', 1 << 20, undefined, text.length],
  ['longer than announced', 1 << 20, '10', text.length],
  ['shorter than announced', 1 << 20, '1000000', text.length],
  ['announced twice', 1 << 20, ['1', '2'], text.length],
  ['announced by what is no number', 1 << 20, '1e3', text.length],
  ['announced as nothing', 1 << 20, '0', text.length],
  ['announced as more than there is memory', 1 << 20, '9'.repeat(30), text.length],
  ['of just the limit', text.length, undefined, text.length],
  ['over the limit', 150_000, String(text.length), 150_000],
  ['over a limit of nothing', 0, undefined, 0],
])('reads a body %s', async (_, limit, announced, expected) => {
  const pieces = Array.from({ length: 20 }, (_piece, at) =>
    Buffer.from(text.slice(at * 10_000, (at + 1) * 10_000)),
  );
  const { bytes, more } = await readBody(Readable.from(pieces), limit, announced);
  expect(Buffer.from(bytes).toString()).toBe(text.slice(0, expected));
  expect(more).toBe(expected < text.length);
});

it('stops reading at the limit', async () => {
  let given = 0;
  const endless = Readable.from(
    (function* pieces() {
      for (;;) {
        given += 1;
        yield Buffer.alloc(1000);
      }
    })(),
  );
  expect(await readBody(endless, 10_000, undefined)).toMatchObject({ more: true });
  expect(given).toBeLessThan(100);
  expect(endless.destroyed).toBe(true);
});

it('holds on to no more memory than it has read', async () => {
  const { bytes } = await readBody(Readable.from([Buffer.from('{}')]), 1 << 20, '1000000');
  expect(bytes.buffer.byteLength).toBeLessThan(10_000);
});
