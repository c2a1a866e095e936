import type { Behaviour } from './hosts.ts';
import { BLOB, floods, IMAGE, raw, REFERRERS, type Row, ok } from './row.ts';

/** Says that the answer is this much longer than it is, and hangs up after it. */
const lies =
  (by: number): Behaviour =>
  (response, _request, honest) => {
    const { socket } = response;
    response.on('finish', () => setTimeout(() => socket?.destroySoon(), 20));
    honest((answer) => {
      const headers = { ...answer.headers, 'content-length': String(answer.body.length + by) };
      return { ...answer, headers };
    });
  };

/** Headers, lengths and chunks that contradict each other or have no end. */
export const FRAMING_ROWS: readonly Row[] = [
  {
    name: 'a header of 10 MB',
    answers: [[IMAGE, raw(ok(`x-long: ${'a'.repeat(10 << 20)}\r\n`))]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a header without end',
    answers: [[IMAGE, floods('HTTP/1.1 200 OK\r\nx-long: ', 'a'.repeat(1 << 16))]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: '100,000 headers',
    answers: [[IMAGE, raw(ok('x-many: 1\r\n'.repeat(100_000)))]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'headers without end',
    answers: [[IMAGE, floods('HTTP/1.1 200 OK\r\n', 'x-many: 1\r\n'.repeat(1000))]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a header with NUL',
    answers: [[IMAGE, raw(ok('x-nul: a\0b\r\n'))]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a bare CR in a header',
    answers: [[IMAGE, raw(ok('x-split: a\rlocation: https://private.example\r\n'))]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'two lengths',
    answers: [[IMAGE, raw(`${ok('content-length: 2\r\ncontent-length: 4\r\n')}{}{}`)]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a length beside chunks',
    answers: [
      [IMAGE, raw(`${ok('content-length: 2\r\ntransfer-encoding: chunked\r\n')}2\r\n{}\r\n0\r\n\r\n`)],
    ],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a negative length',
    answers: [[IMAGE, raw(ok('content-length: -1\r\n'))]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a length of 30 digits',
    answers: [[IMAGE, raw(ok(`content-length: ${'9'.repeat(30)}\r\n`))]],
    reason: 'RegistryResponseInvalid',
  },
  { name: 'a length longer than the image', answers: [[IMAGE, lies(10)]], reason: 'RegistryResponseInvalid' },
  {
    name: 'a length shorter than the image',
    answers: [[IMAGE, lies(-10)]],
    reason: 'RegistryResponseInvalid',
  },
  { name: 'a length longer than the bundle', answers: [[BLOB, lies(10)]], reason: 'RegistryResponseInvalid' },
  { name: 'a length shorter than the bundle', answers: [[BLOB, lies(-10)]], reason: 'DigestMismatch' },
  {
    name: 'a length shorter than the list of referrers',
    answers: [[REFERRERS, lies(-10)]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'chunks of no size',
    answers: [[IMAGE, raw(`${ok('transfer-encoding: chunked\r\n')}zz\r\n{}\r\n`)]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a chunk of 2^64 bytes',
    answers: [[IMAGE, raw(`${ok('transfer-encoding: chunked\r\n')}fffffffffffffffff\r\n{}`)]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a chunk extension without end',
    answers: [[IMAGE, floods(`${ok('transfer-encoding: chunked\r\n')}1;a=`, 'a'.repeat(1 << 16))]],
    reason: 'TimedOut',
  },
  {
    name: 'trailers without end',
    answers: [
      [
        IMAGE,
        floods(`${ok('transfer-encoding: chunked\r\n')}2\r\n{}\r\n0\r\n`, 'x-more: 1\r\n'.repeat(1000)),
      ],
    ],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'no last chunk',
    answers: [[IMAGE, raw(`${ok('transfer-encoding: chunked\r\n')}2\r\n{}\r\n`)]],
    reason: 'RegistryResponseInvalid',
  },
];
