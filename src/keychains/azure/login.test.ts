import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Outcome } from '../../reasons.ts';
import type { Issued } from '../cloud-login.ts';
import { type Clouds, serveClouds } from '../clouds.fixture.ts';
import { azureLogin } from './login.ts';
import { ACR_REGISTRY } from './registry.ts';

const REGISTRY = 'acme.azurecr.io';
const EXCHANGE = `https://${REGISTRY}/oauth2/exchange`;
const ENTRA = 'https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token';
const METADATA = 'http://169.254.169.254/metadata/identity/oauth2/token';
const EXPIRES = Date.parse('2026-11-22T15:00:00Z') / 1000;
const REFRESH = ['{"alg":"RS256"}', `{"exp":${EXPIRES}}`, 's3cret-signature']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.');
const GRANT = { access_token: 'eyJ-s3cret-entra', expires_in: 3599, token_type: 'Bearer' };
const APPLICATION = { AZURE_TENANT_ID: 'tenant-1', AZURE_CLIENT_ID: 'client-1' };
const SECRET = { ...APPLICATION, AZURE_CLIENT_SECRET: 's3cret-client' };

let clouds: Clouds;

beforeEach(async () => {
  clouds = await serveClouds();
  for (const address of [ENTRA, METADATA]) clouds.answer(address, GRANT);
  clouds.answer(EXCHANGE, { refresh_token: REFRESH });
});

afterEach(() => clouds.close());

function login(
  env: Readonly<Record<string, string>> = {},
  registry = REGISTRY,
): Promise<Outcome<Issued | null>> {
  return azureLogin(registry, clouds.access(env));
}

function formOf(at: number): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(clouds.requests[at]?.body));
}

const LOGGED_IN = {
  ok: true,
  value: {
    credential: { kind: 'identityToken', username: '', token: REFRESH },
    expires: new Date(EXPIRES * 1000),
  },
};

it.each([
  ['acme.azurecr.io', true],
  ['acme.azurecr.cn', true],
  ['acme.azurecr.us', true],
  ['acme.westeurope.geo.azurecr.io', true],
  ['azurecr.io', false],
  ['acme.azurecr.io.evil.example', false],
  ['evil-azurecr.io', false],
  ['acme.azurecr.io:5000', false],
  ['acme.azurecr.com', false],
])('%s is one of Azure: %s', (registry, expected) => {
  expect(ACR_REGISTRY.test(registry)).toBe(expected);
});

describe('a refresh token of the registry', () => {
  it('is none on a machine without credentials, and nobody is asked', async () => {
    expect(await login()).toEqual({ ok: true, value: null });
    expect(await login(APPLICATION)).toEqual({ ok: true, value: null });
    expect(clouds.lines()).toEqual([]);
  });

  it("is for an application's secret", async () => {
    expect(await login(SECRET)).toMatchObject(LOGGED_IN);
    expect(clouds.lines()).toEqual([`POST ${ENTRA}`, `POST ${EXCHANGE}`]);
    expect(formOf(0)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client-1',
      client_secret: 's3cret-client',
      scope: 'https://containerregistry.azure.net/.default',
    });
    expect(formOf(1)).toEqual({
      grant_type: 'access_token',
      service: REGISTRY,
      tenant: 'tenant-1',
      access_token: 'eyJ-s3cret-entra',
    });
  });

  it("is for a pod's federated token", async () => {
    const file = await clouds.file('token', 'eyJ-federated\n');
    expect(await login({ ...APPLICATION, AZURE_FEDERATED_TOKEN_FILE: file })).toMatchObject(LOGGED_IN);
    expect(formOf(0)).toMatchObject({
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'eyJ-federated',
    });
  });

  it("is for the machine's managed identity", async () => {
    await clouds.file('chassis_asset_tag', '7783-7084-3265-9085-8269-3286-77\n');
    expect(await login()).toMatchObject(LOGGED_IN);
    expect(clouds.lines()[0]).toBe(
      `GET ${METADATA}?api-version=2018-02-01&resource=https%3A%2F%2Fcontainerregistry.azure.net`,
    );
    expect(clouds.requests[0]?.headers['metadata']).toBe('true');
    expect(formOf(1)).not.toHaveProperty('tenant');
  });

  it('is none on a machine without a managed identity', async () => {
    await clouds.file('chassis_asset_tag', '7783-7084-3265-9085-8269-3286-77');
    clouds.answer(METADATA, { error: 'invalid_request', error_description: 'Identity not found' }, 400);
    expect(await login()).toEqual({ ok: true, value: null });
  });

  it.each([
    ['acme.azurecr.cn', {}, 'https://login.chinacloudapi.cn'],
    ['acme.azurecr.us', {}, 'https://login.microsoftonline.us'],
    ['acme.azurecr.io', { AZURE_AUTHORITY_HOST: 'https://login.example/' }, 'https://login.example'],
  ])('of %s with %j is asked for at %s', async (registry, env, authority) => {
    await login({ ...SECRET, ...env }, registry);
    expect(clouds.lines()).toEqual([`POST ${authority}/tenant-1/oauth2/v2.0/token`]);
  });

  it('is never asked for without TLS', async () => {
    const outcome = await login({ ...SECRET, AZURE_AUTHORITY_HOST: 'http://login.example/' });
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
    expect(outcome).toMatchObject({ ok: false });
    expect(clouds.lines()).toEqual([]);
  });

  it.each<[string, string, number, unknown, string, string]>([
    [
      'an expired secret',
      ENTRA,
      401,
      { error: 'invalid_client', error_description: 'AADSTS7000222: the secret s3cret-client is expired' },
      'CredentialsRejected',
      'AADSTS7000222',
    ],
    ['too many requests', ENTRA, 429, { error: 'throttled' }, 'RateLimited', 'throttled'],
    [
      'no right to the registry',
      EXCHANGE,
      401,
      { errors: [{ code: 'UNAUTHORIZED', message: 's3cret' }] },
      'CredentialsRejected',
      'UNAUTHORIZED',
    ],
    [
      'an answer of another shape',
      EXCHANGE,
      200,
      { access_token: 's3cret' },
      'RegistryResponseInvalid',
      'refresh_token',
    ],
  ])('that is refused for %s is a fault with its code', async (_, address, status, body, reason, message) => {
    clouds.answer(address, body, status);
    const outcome = await login(SECRET);
    expect(outcome).toMatchObject({ ok: false, fault: { reason } });
    expect(JSON.stringify(outcome)).toContain(message);
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
  });
});
