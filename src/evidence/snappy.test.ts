import { describe, expect, it } from 'vitest';
import { decompressSnappy, SnappyError } from './snappy.ts';

const decompress = (base64: string, limit = 10_000) =>
  Buffer.from(decompressSnappy(Buffer.from(base64, 'base64'), limit)).toString();

/** No letter stands where the one before it would suggest it. */
const MIXED = String.fromCodePoint(
  ...Array.from({ length: 300 }, (_, at) => 33 + ((at * at * 31 + at * 7) % 90)),
);
const LOG = Array.from(
  { length: 40 },
  (_, at) => `{"logIndex":"${at * 7919}","hash":"${(at * 104729).toString(16)}"}`,
).join('');

/** What golang/snappy 1.0.0, the encoder of who writes these, makes of the texts. */
describe('what another encoder wrote is read', () => {
  it.each([
    ['nothing', '', 'AA=='],
    ['a literal', 'bundle', 'BhRidW5kbGU='],
    [
      'a copy that repeats itself',
      'a'.repeat(1000),
      '6AcAYf4BAP4BAP4BAP4BAP4BAP4BAP4BAP4BAP4BAP4BAP4BAP4BAP4BAP4BAP4BAJoBAA==',
    ],
    [
      'copies from near',
      LOG,
      'pwtQeyJsb2dJbmRleCI6IjAiLCJoYXNoBQsAfTIbAAw3OTE5GR4EMTkBDzYiABAxNTgzOBkjEDMzMjMyOiMAEDIzNzU3GSMQNGNiNGI6IwAQMzE2NzYZIxA2NjQ2ND4jAAw5NTk1GSMQN2ZkN2Q6IwAQNDc1MTQZIxA5OTY5NjojABA1NTQzMxkjEGIyZmFmOiMAEDYzMzUyGSMQY2M4Yzg6IwAQNzEyNzEZIxBlNjFlMT4jAAg5MTk9WRBmZmFmYTojAAw4NzEwLl4BEDE5NDEzOiQADDk1MDI9XxQxMzJkMmM6JAAQMTAyOTQ9YRQxNGM2NDU+JQAMMTA4Nj1jFDE2NWY1ZUIlAAg4Nzg9ZRQxN2Y4Nzc+JQAMMjY3MD1nRRYAMD4lAAwzNDYyPWkUMWIyYWE5PiUADDQyNTQ9axAxY2MzYz4+AhAxNTA0Nj1tFDFlNWNkYj5KAAw1ODM4PW8QMWZmNWY+QgIQMTY2Mjk9cRAyMThmMD5EAhAxNzQyMT1yEDIzMjgyPkYCEDE4MjEzPXIQMjRjMTM+SAIQMTkwMDU9chQyNjVhNTg+uQAMOTc5Nz1yEDI3ZjM3PkwCEDIwNTg5PXIQMjk4Yzg+TgIQMjEzODE9chAyYjI1YT5PAhAyMjE3Mz1yEDJjYmViPlACEDIyOTY1PXIQMmU1N2Q+UAJl1T1yEDJmZjBlPlACEDI0NTQ4PXIQMzE4YTA+UAIQMjUzNDA9coVDPlACEDI2MTMyPXIQMzRiYzM+UAIQMjY5MjQ9chAzNjU1NT5QAhAyNzcxNj1yEDM3ZWU2PlACEDI4NTA4PXIQMzk4Nzg+UAIQMjkzMDA9chAzYjIwOT5QAhAzMDA5Mj1yEDNjYjliPlACEDMwODg0PXIcM2U1MmNmIn0=',
    ],
    [
      'a literal with a length of its own, and copies from far',
      MIXED + 'xyz0123456789'.repeat(200) + MIXED,
      'gBmwIUdRP2shb0ddVzVRUTVXXUdvIWs/UUchOTVvMzV1P0czXWtdM0c/dTUzbzU5/i0A/i0A/i0A+i0AMHh5ejAxMjM0NTY3ODn+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQD+DQBqDQD+Jwv+Jwv+Jwv6JwuyNQw=',
    ],
  ])('%s', (_name, text, compressed) => {
    expect(decompress(compressed)).toBe(text);
  });
});

describe('what is no Snappy, or more than is read, is refused', () => {
  it.each<[string, readonly number[], string]>([
    ['no bytes', [], 'it breaks off'],
    ['a length that does not end', [0xff, 0xff], 'it breaks off'],
    ['a length of more than 32 bits', [0xff, 0xff, 0xff, 0xff, 0x7f], 'is no number of 32 bits'],
    ['a length of six bytes', [0x80, 0x80, 0x80, 0x80, 0x80, 0x00], 'is no number of 32 bits'],
    ['a bomb: four gigabytes', [0xff, 0xff, 0xff, 0xff, 0x0f, 0x00, 0x61], 'it would have 4294967295 bytes'],
    ['one byte more than is allowed', [0x65, 0x00, 0x61], 'it would have 101 bytes; at most 100'],
    ['a literal that breaks off', [0x04, 0x0c, 0x61], 'it breaks off'],
    ['a literal that is longer than announced', [0x01, 0x04, 0x61, 0x61], 'it holds more than it announces'],
    ['a literal of four gigabytes', [0x04, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x61], 'it breaks off'],
    ['a literal whose length is cut', [0x04, 0xfc, 0xff], 'it breaks off'],
    ['a copy of nothing', [0x05, 0x00, 0x61, 0x01, 0x00], 'before its beginning'],
    ['a copy from before the beginning', [0x05, 0x00, 0x61, 0x01, 0x02], 'before its beginning'],
    [
      'a copy that is longer than announced',
      [0x03, 0x00, 0x61, 0x01, 0x01],
      'it holds more than it announces',
    ],
    ['a copy from four gigabytes before', [0x05, 0x00, 0x61, 0x0f, 0xff, 0xff, 0xff, 0xff], 'before its'],
    ['less than announced', [0x05, 0x00, 0x61], 'it holds less than it announces'],
  ])('%s', (_name, bytes, message) => {
    const read = () => decompressSnappy(Uint8Array.from(bytes), 100);
    expect(read).toThrow(SnappyError);
    expect(read).toThrow(message);
  });
});
