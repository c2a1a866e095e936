import type { Behaviour } from './hosts.ts';
import { BLOB, EVERYTHING, honestWith, IMAGE, redirects, REFERRERS, type Row, says } from './row.ts';
import { FORMS } from './world.ts';
import { locked } from './token-rows.ts';

const countdown: Behaviour = (response, { url = '' }) => {
  const { pathname, searchParams } = new URL(url, 'http://x');
  const next = Number(searchParams.get('n') ?? '0') + 1;
  response.writeHead(307, { location: `${pathname}?n=${String(next)}` }).end();
};

/** Where a registry sends its readers. */
export const REDIRECT_ROWS: readonly Row[] = [
  ...FORMS.map((host): Row => ({
    name: `a redirect to ${host}`,
    answers: [[BLOB, redirects(`https://${host}`)]],
    reason: 'RegistryResponseInvalid',
  })),
  ...['127.0.0.1', 'localhost', 'loop.example', 'metadata.example', '169.254.169.254'].map((host): Row => ({
    name: `a registry in a private network redirects to ${host}`,
    registry: 'corp.example',
    answers: [[BLOB, redirects(`https://${host}`)]],
    reason: 'RegistryResponseInvalid',
  })),
  {
    name: 'a redirect through another host to a private one',
    answers: [[BLOB, redirects('https://other.example')]],
    other: [[BLOB, redirects('https://private.example')]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a redirect to a name that has moved inside (DNS rebinding)',
    answers: [
      [
        IMAGE,
        (response, request) => {
          response.setHeader('connection', 'close');
          redirects('https://rebinding.example')(response, request, () => undefined);
        },
      ],
      [BLOB, redirects('https://rebinding.example')],
    ],
    other: [[IMAGE, honestWith({ connection: 'close' })]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'the image redirects inside',
    answers: [[IMAGE, redirects('https://private.example', 301)]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'the referrers redirect inside',
    answers: [[REFERRERS, redirects('https://private.example', 302)]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a redirect from https to http',
    answers: [[BLOB, redirects('http://other.example')]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a redirect from https to http of the same host',
    answers: [[BLOB, redirects('http://registry.example')]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a redirect to a file',
    answers: [[BLOB, says(307, { location: 'file:///etc/passwd' })]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a redirect to data',
    answers: [[BLOB, says(307, { location: 'data:application/json,{}' })]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a redirect with credentials',
    answers: [[BLOB, redirects('https://a:b@other.example')]],
    reason: 'RegistryResponseInvalid',
  },
  { name: 'a redirect to nowhere', answers: [[BLOB, says(307)]], reason: 'RegistryResponseInvalid' },
  {
    name: 'a redirect to what is no address',
    answers: [[BLOB, says(307, { location: 'https://[' })]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a redirect to itself',
    answers: [[BLOB, (response, { url = '' }) => void response.writeHead(308, { location: url }).end()]],
    reason: 'LimitExceeded',
  },
  {
    name: 'redirects without end',
    answers: [
      [IMAGE, countdown],
      [/n=/, countdown],
    ],
    reason: 'LimitExceeded',
  },
  {
    name: 'two hosts that redirect to each other',
    answers: [[BLOB, redirects('https://other.example')]],
    other: [[BLOB, redirects('https://registry.example')]],
    reason: 'LimitExceeded',
  },
  {
    name: 'another host that wants credentials',
    answers: [[BLOB, redirects('https://other.example')]],
    other: [[EVERYTHING, says(401, { 'www-authenticate': 'Basic realm="x"' })]],
    reason: 'CredentialsRejected',
  },
  {
    name: 'another host that wants a token of the registry',
    answers: [
      [
        EVERYTHING,
        (response, request, honest) => {
          if (BLOB.test(request.url ?? '')) redirects('https://other.example')(response, request, honest);
          else locked()(response, request, honest);
        },
      ],
    ],
    other: [[EVERYTHING, locked('Bearer realm="https://other.example/token"')]],
    entrusted: ['auth'],
    reason: 'CredentialsRejected',
  },
  {
    name: 'a storage that has nothing does not speak for the registry',
    answers: [
      [
        IMAGE,
        (response) => void response.writeHead(307, { location: 'https://other.example/storage/x' }).end(),
      ],
    ],
    reason: 'RegistryError',
  },
];
