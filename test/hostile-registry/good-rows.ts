import { basic } from './program.ts';
import { BLOB, EVERYTHING, honestWith, redirects, type Row, says } from './row.ts';
import { locked } from './token-rows.ts';

/** What a registry may do: the guards must not be in its way. */
export const GOOD_ROWS: readonly Omit<Row, 'reason' | 'status'>[] = [
  { name: 'it answers as it should' },
  { name: 'by digest', byDigest: true },
  { name: 'it wants a token from another host', answers: [[EVERYTHING, locked()]], entrusted: ['auth'] },
  {
    name: 'it wants a password',
    answers: [
      [
        EVERYTHING,
        (response, request, honest) => {
          if (request.headers.authorization === basic('registry')) honest();
          else says(401, { 'www-authenticate': 'Basic realm="x"' })(response, request, honest);
        },
      ],
    ],
  },
  {
    name: 'it redirects to another host, which sees no credentials',
    answers: [
      [
        EVERYTHING,
        (response, request, honest) => {
          if (BLOB.test(request.url ?? '')) redirects('https://other.example')(response, request, honest);
          else locked()(response, request, honest);
        },
      ],
    ],
    entrusted: ['auth'],
  },
  {
    name: 'it redirects to a host with a public address beside a private one',
    answers: [[BLOB, redirects('https://both.example')]],
  },
  {
    name: 'it redirects to a private host that was allowed',
    answers: [[BLOB, redirects('https://private.example')]],
    flags: ['--allow-redirect=private.example'],
  },
  {
    name: 'it redirects to a private address that was allowed',
    answers: [[BLOB, redirects('https://10.0.0.5')]],
    flags: ['--allow-redirect=10.0.0.5'],
  },
  {
    name: 'in a private network, it redirects to a neighbour',
    registry: 'corp.example',
    answers: [[BLOB, redirects('https://near.example')]],
  },
  {
    name: 'in a private network, it redirects to the address of a neighbour',
    registry: 'corp.example',
    answers: [[BLOB, redirects('https://10.0.0.5')]],
  },
  {
    name: 'in a private network, it redirects to a public host',
    registry: 'corp.example',
    answers: [[BLOB, redirects('https://other.example')]],
  },
  {
    name: 'it sets cookies, which nobody keeps',
    answers: [[EVERYTHING, honestWith({ 'set-cookie': 'session=1' })]],
  },
];
