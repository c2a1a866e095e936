import { MANIFEST } from './content.ts';
import type { Behaviour } from './hosts.ts';
import { BLOB, floods, IMAGE, raw, REFERRERS, type Row, says, ok } from './row.ts';

const MEGABYTE = Buffer.alloc(1 << 20, ' ');
const drips: Behaviour = ({ socket }) => {
  socket?.write(ok('content-length: 400\r\n'));
  const timer = setInterval(() => socket?.write(' '), 100);
  socket?.on('close', () => clearInterval(timer));
};
const partial: Behaviour = (_response, _request, honest) => honest((answer) => ({ ...answer, status: 206 }));

/** Answers that do not come, or say something else than the image. */
export const ANSWER_ROWS: readonly Row[] = [
  { name: 'no answer at all', answers: [[IMAGE, () => undefined]], reason: 'TimedOut' },
  { name: 'a byte every 100 ms', answers: [[IMAGE, drips]], reason: 'TimedOut' },
  { name: 'the referrers drip', answers: [[REFERRERS, drips]], reason: 'TimedOut' },
  {
    name: 'the connection is reset',
    answers: [[IMAGE, ({ socket }) => void socket?.resetAndDestroy()]],
    flags: ['--plain-http=registry.example'],
    reason: 'RegistryUnreachable',
  },
  { name: 'the connection is closed', answers: [[IMAGE, raw('')]], reason: 'RegistryUnreachable' },
  {
    name: 'what is no HTTP',
    answers: [[IMAGE, raw('SSH-2.0-OpenSSH_9.9\r\n')]],
    reason: 'RegistryResponseInvalid',
  },
  { name: 'HTTP/0.9', answers: [[IMAGE, raw('{"schemaVersion":2}')]], reason: 'RegistryResponseInvalid' },
  {
    name: 'HTTP/9.9',
    answers: [[IMAGE, raw(ok('').replace('HTTP/1.1', 'HTTP/9.9'))]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'HTTP/1.0 without a length, cut short',
    answers: [[IMAGE, raw(`${ok('').replace('1.1', '1.0')}{"schemaVersion":2,`)]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a status that is no number',
    answers: [[IMAGE, raw('HTTP/1.1 abc OK\r\n\r\n')]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'status 999',
    answers: [[IMAGE, raw('HTTP/1.1 999 Hm\r\ncontent-length: 0\r\n\r\n')]],
    reason: 'RegistryError',
  },
  { name: '204 for an image', answers: [[IMAGE, says(204)]], reason: 'RegistryError' },
  {
    name: '206 for a bundle',
    answers: [[BLOB, partial]],
    reason: 'RegistryError',
  },
  {
    name: '206 for an image',
    answers: [[IMAGE, says(206, { 'content-type': MANIFEST, 'content-range': 'bytes 0-1/401' }, '{}')]],
    reason: 'RegistryError',
  },
  { name: '304 although nobody asked', answers: [[IMAGE, says(304)]], reason: 'RegistryError' },
  {
    name: '300 with a choice',
    answers: [[IMAGE, says(300, { location: '/elsewhere' })]],
    reason: 'RegistryError',
  },
  {
    name: '101 to another protocol',
    answers: [
      [IMAGE, raw('HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n')],
    ],
    reason: 'RegistryUnreachable',
  },
  {
    name: 'endless 1xx',
    answers: [[IMAGE, floods('', 'HTTP/1.1 102 Processing\r\n\r\n')]],
    reason: 'TimedOut',
  },
  { name: '418', answers: [[IMAGE, says(418)]], reason: 'RegistryError' },
  {
    name: '500 with a terminal escape',
    answers: [[IMAGE, says(500, {}, '{"errors":[{"code":"\\u001b[2J","message":"\\u202eevil"}]}')]],
    reason: 'RegistryError',
  },
  {
    name: '500 without end',
    answers: [[IMAGE, floods('HTTP/1.1 500 Oh\r\n\r\n', MEGABYTE)]],
    reason: 'RegistryError',
  },
  {
    name: '429, come back in a thousand years',
    answers: [[IMAGE, says(429, { 'retry-after': '31557600000' })]],
    reason: 'RateLimited',
  },
  {
    name: '429, come back in the year 9999',
    answers: [[IMAGE, says(429, { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' })]],
    reason: 'RateLimited',
  },
  {
    name: '429, come back 99999999999999999999999 s later',
    answers: [[IMAGE, says(429, { 'retry-after': '9'.repeat(400) })]],
    reason: 'RateLimited',
  },
  {
    name: '429, come back yesterday',
    answers: [[IMAGE, says(429, { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' })]],
    reason: 'RateLimited',
  },
  {
    name: '429, come back at minus one',
    answers: [[IMAGE, says(429, { 'retry-after': '-1' })]],
    reason: 'RateLimited',
  },
  {
    name: '429 for the referrers',
    answers: [[REFERRERS, says(429, { 'retry-after': '86400' })]],
    reason: 'RateLimited',
  },
];
