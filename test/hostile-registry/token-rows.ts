import type { Behaviour } from './hosts.ts';
import { EVERYTHING, IMAGE, redirects, type Row, says } from './row.ts';
import { FORMS } from './world.ts';

const REALM = 'https://auth.example/token';

/** Wants a token from this realm; whoever brings it is answered. */
export const locked =
  (challenge: string | readonly string[] = `Bearer realm="${REALM}",service="registry.example"`): Behaviour =>
  (response, request, honest) => {
    if (request.headers.authorization === 'Bearer good-token') honest();
    else says(401, { 'www-authenticate': [challenge].flat() })(response, request, honest);
  };
const realm = (address: string) => locked(`Bearer realm="${address}",service="x"`);

/** What a registry wants, and whom it sends its readers to for it. */
export const TOKEN_ROWS: readonly Row[] = [
  ...FORMS.map((host): Row => ({
    name: `a token service at ${host}`,
    answers: [[EVERYTHING, realm(`https://${host}/token`)]],
    reason: 'RegistryResponseInvalid',
  })),
  {
    name: 'a token service without TLS',
    answers: [[EVERYTHING, realm('http://auth.example/token')]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a token service with credentials',
    answers: [[EVERYTHING, realm('https://a:b@auth.example/token')]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a token service that is a file',
    answers: [[EVERYTHING, realm('file:///etc/passwd')]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a token service that is no address',
    answers: [[EVERYTHING, realm('a b')]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'no token service',
    answers: [[EVERYTHING, locked('Bearer service="x"')]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a token service that redirects',
    answers: [[EVERYTHING, locked()]],
    auth: [[/./, redirects('https://other.example')]],
    entrusted: ['auth'],
    reason: 'RegistryError',
  },
  {
    name: 'a token of 10 MB',
    answers: [[EVERYTHING, locked()]],
    auth: [[/./, says(200, {}, JSON.stringify({ token: 'a'.repeat(10 << 20) }))]],
    entrusted: ['auth'],
    reason: 'LimitExceeded',
  },
  {
    name: 'a token with a line break',
    answers: [[EVERYTHING, locked()]],
    auth: [[/./, says(200, {}, JSON.stringify({ token: 'good-token\r\nx-injected: 1' }))]],
    entrusted: ['auth'],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'an empty token',
    answers: [[EVERYTHING, locked()]],
    auth: [[/./, says(200, {}, '{"token":""}')]],
    entrusted: ['auth'],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a token that is no text',
    answers: [[EVERYTHING, locked()]],
    auth: [[/./, says(200, {}, '{"token":["good-token"]}')]],
    entrusted: ['auth'],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a token service that answers with a page',
    answers: [[EVERYTHING, locked()]],
    auth: [[/./, says(200, {}, '<html>')]],
    entrusted: ['auth'],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a token that lives for ever',
    answers: [[EVERYTHING, locked()]],
    auth: [[/./, says(200, {}, '{"token":"bad-token","expires_in":1e308}')]],
    entrusted: ['auth'],
    reason: 'CredentialsRejected',
  },
  {
    name: 'a token service that says 401',
    answers: [[EVERYTHING, locked()]],
    auth: [[/./, says(401)]],
    entrusted: ['auth'],
    reason: 'CredentialsRejected',
  },
  {
    name: '401 whatever is sent',
    answers: [[EVERYTHING, says(401, { 'www-authenticate': 'Basic realm="x"' })]],
    reason: 'CredentialsRejected',
  },
  {
    name: '401 with another scope each time',
    answers: [
      [
        EVERYTHING,
        (response) =>
          void response
            .writeHead(401, {
              'www-authenticate': `Bearer realm="${REALM}",scope="${String(Math.random())}"`,
            })
            .end(),
      ],
    ],
    entrusted: ['auth'],
    reason: 'CredentialsRejected',
  },
  { name: '401 that wants nothing', answers: [[IMAGE, says(401)]], reason: 'CredentialsRejected' },
  {
    name: '401 that wants what nobody has',
    answers: [[IMAGE, says(401, { 'www-authenticate': 'Negotiate' })]],
    reason: 'CredentialsRejected',
  },
  {
    name: 'a challenge without its last quote',
    answers: [[EVERYTHING, locked(`Bearer realm="${REALM.replace('auth', 'private')}`)]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a challenge with a quoted pair',
    answers: [[EVERYTHING, locked('Bearer realm="https://private\\.example/tok\\en"')]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a hundred challenges',
    answers: [
      [EVERYTHING, locked(Array.from({ length: 100 }, () => 'Bearer realm="https://private.example/token"'))],
    ],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a challenge of blanks and commas',
    answers: [[IMAGE, locked(`Bearer ${', '.repeat(5000)}realm="https://private.example/token"`)]],
    reason: 'RegistryResponseInvalid',
  },
];
