import { z } from 'zod';

import { TOKEN_RESPONSE_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { isLoopback } from './address.ts';
import { answerFault } from './answer-fault.ts';
import type { Challenge } from './challenge.ts';
import { basicHeader, type Credential } from './credential.ts';
import { readJson } from './document.ts';
import type { Endpoint } from './endpoint.ts';
import { printable, printableUrl } from './printable.ts';
import type { Transport } from './transport.ts';
import type { WireResponse } from './wire.ts';

/** docker token authentication, "Token Response Fields": 60 seconds where nothing is said. */
const DEFAULT_LIFETIME_S = 60;
const CLIENT_ID = 'kubectl-supplychain';

const tokenSchema = z.object({
  token: z.string().nullish(),
  access_token: z.string().nullish(),
  expires_in: z.number().nullish(),
});

export interface Token {
  readonly value: string;
  readonly lifetimeMs: number;
}

/** Gets a bearer token from the realm that a registry's challenge names (docker token authentication; OAuth 2 for refresh tokens). */
export async function fetchToken(
  transport: Transport,
  endpoint: Endpoint,
  challenge: Challenge,
  scope: string,
  credential: Credential | null,
): Promise<Outcome<Token>> {
  const realm = realmOf(endpoint, challenge);
  if (!realm.ok) return realm;
  const service = challenge.parameters.get('service') ?? '';
  const response = await requestToken(transport, endpoint, realm.value, service, scope, credential);
  if (!response.ok) return response;
  if (response.value.status !== 200) {
    return { ok: false, fault: answerFault(response.value, credential?.source ?? null) };
  }
  return readToken(response.value);
}

/** Rule: secrets go to the realm over TLS, or stay on this machine. That it is at no address of a private network is the guard's rule. */
function realmOf(endpoint: Endpoint, challenge: Challenge): Outcome<URL> {
  const text = challenge.parameters.get('realm') ?? '';
  const refuse = (why: string): Outcome<never> =>
    failed(
      'RegistryResponseInvalid',
      `${printableUrl(endpoint.base)} names a token service ${why}, so nothing is sent to it`,
      'ask whoever runs the registry to name its token service by a public https address',
    );
  if (!URL.canParse(text)) return refuse(`(${JSON.stringify(printable(text))}) that is no address`);
  const realm = new URL(text);
  const shown = printableUrl(realm);
  if (realm.username !== '' || realm.password !== '')
    return refuse(`(${shown}) with credentials in its address`);
  const staysHere = endpoint.plainLoopback && isLoopback(realm.host);
  if (realm.protocol !== 'https:' && !(realm.protocol === 'http:' && staysHere))
    return refuse(`(${shown}) without TLS`);
  return ok(realm);
}

async function requestToken(
  transport: Transport,
  endpoint: Endpoint,
  realm: URL,
  service: string,
  scope: string,
  credential: Credential | null,
): Promise<Outcome<WireResponse>> {
  const get = (headers: Record<string, string>): Promise<Outcome<WireResponse>> =>
    transport.send({
      method: 'GET',
      url: queryOf(realm, service, scope),
      headers,
      limit: TOKEN_RESPONSE_BYTES,
      registry: endpoint.base.host,
    });

  if (credential === null || credential.kind === 'registryToken') return get({});
  if (credential.kind === 'password')
    return get({ authorization: basicHeader(credential.username, credential.password) });

  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: CLIENT_ID,
    refresh_token: credential.token,
    scope,
  });
  if (service !== '') body.set('service', service);
  const posted = await transport.send({
    method: 'POST',
    url: realm,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: body.toString(),
    limit: TOKEN_RESPONSE_BYTES,
    registry: endpoint.base.host,
  });
  // Services without OAuth 2 do not know the POST, and take the refresh token as a password.
  const unknown = posted.ok && (posted.value.status === 404 || posted.value.status === 405);
  return unknown ? get({ authorization: basicHeader(credential.username, credential.token) }) : posted;
}

function queryOf(realm: URL, service: string, scope: string): URL {
  const url = new URL(realm);
  if (service !== '') url.searchParams.set('service', service);
  // Several scopes of one challenge are separated by blanks, and asked for one by one.
  for (const part of scope.split(' ')) url.searchParams.append('scope', part);
  return url;
}

function readToken(response: WireResponse): Outcome<Token> {
  const where = printableUrl(response.url);
  const body = readJson(response.body, tokenSchema);
  if (!body.ok) return failed('RegistryResponseInvalid', `the token answer of ${where} ${body.message}`);
  const value = body.value.token ?? body.value.access_token ?? '';
  if (!/^[\x21-\x7e]+$/.test(value)) {
    return failed(
      'RegistryResponseInvalid',
      `the token answer of ${where} has no usable token`,
      'ask whoever runs the registry',
    );
  }
  const seconds = body.value.expires_in ?? DEFAULT_LIFETIME_S;
  return ok({ value, lifetimeMs: Math.max(seconds, DEFAULT_LIFETIME_S) * 1000 });
}
