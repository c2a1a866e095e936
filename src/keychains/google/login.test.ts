import { generateKeyPairSync, verify } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Outcome } from '../../reasons.ts';
import type { Issued } from '../cloud-login.ts';
import { type Clouds, serveClouds } from '../clouds.fixture.ts';
import { googleLogin } from './login.ts';
import { isGoogleRegistry } from './registry.ts';

const TOKEN = 'https://oauth2.googleapis.com/token';
const STS = 'https://sts.googleapis.com/v1/token';
const METADATA = 'http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token';
const GRANT = { access_token: 'ya29.s3cret-access', expires_in: 3599, token_type: 'Bearer' };
const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ACCOUNT = {
  type: 'service_account',
  client_email: 'pull@acme.iam.gserviceaccount.com',
  private_key_id: 'key-1',
  private_key: KEY.privateKey.export({ type: 'pkcs8', format: 'pem' }),
  token_uri: TOKEN,
};
const USER = {
  type: 'authorized_user',
  client_id: 'client',
  client_secret: 's3cret-client',
  refresh_token: 's3cret-refresh',
};
const EXTERNAL = {
  type: 'external_account',
  audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  token_url: STS,
};

let clouds: Clouds;

beforeEach(async () => {
  clouds = await serveClouds();
  for (const address of [TOKEN, STS, METADATA]) clouds.answer(address, GRANT);
});

afterEach(() => clouds.close());

function login(env: Readonly<Record<string, string>> = {}): Promise<Outcome<Issued | null>> {
  return googleLogin('europe-docker.pkg.dev', clouds.access(env));
}

async function loginWith(file: unknown): Promise<Outcome<Issued | null>> {
  return login({ GOOGLE_APPLICATION_CREDENTIALS: await clouds.file('credentials.json', file) });
}

function formOf(at: number): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(clouds.requests[at]?.body));
}

const LOGGED_IN = {
  ok: true,
  value: {
    credential: { kind: 'password', username: 'oauth2accesstoken', password: 'ya29.s3cret-access' },
    expires: new Date('2026-11-22T12:59:59Z'),
  },
};

it.each([
  ['gcr.io', true],
  ['eu.gcr.io', true],
  ['europe-west1-docker.pkg.dev', true],
  ['europe-west1-npm.pkg.dev', false],
  ['docker.pkg.dev.evil.example', false],
  ['evil-gcr.io', false],
  ['gcr.io.evil.example', false],
  ['gcr.io:5000', false],
])('%s is one of Google: %s', (registry, expected) => {
  expect(isGoogleRegistry(registry)).toBe(expected);
});

describe('a token', () => {
  it('is none on a machine without credentials, and nobody is asked', async () => {
    expect(await login()).toEqual({ ok: true, value: null });
    expect(clouds.lines()).toEqual([]);
  });

  it("is a service account's, who signs for it with its key", async () => {
    expect(await loginWith(ACCOUNT)).toMatchObject(LOGGED_IN);
    const { grant_type, assertion = '' } = formOf(0);
    expect(grant_type).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [header = '', claims = '', signature = ''] = assertion.split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      kid: 'key-1',
    });
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({
      iss: 'pull@acme.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: TOKEN,
      iat: Date.parse('2026-11-22T12:00:00Z') / 1000,
      exp: Date.parse('2026-11-22T13:00:00Z') / 1000,
    });
    const signed = Buffer.from(`${header}.${claims}`);
    expect(verify('sha256', signed, KEY.publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it("is a person's, by the refresh token that gcloud left", async () => {
    await mkdir(join(clouds.access().homedir, '.config', 'gcloud'), { recursive: true });
    await clouds.file('.config/gcloud/application_default_credentials.json', USER);
    expect(await login()).toMatchObject(LOGGED_IN);
    expect(formOf(0)).toEqual({
      grant_type: 'refresh_token',
      client_id: 'client',
      client_secret: 's3cret-client',
      refresh_token: 's3cret-refresh',
    });
  });

  it.each<[string, string, object]>([
    ['text', 'eyJ-subject\n', {}],
    [
      'JSON',
      '{"id_token":"eyJ-subject"}',
      { format: { type: 'json', subject_token_field_name: 'id_token' } },
    ],
  ])('is for the token of another provider, in a file of %s', async (_, content, more) => {
    const file = await clouds.file('subject', content);
    expect(await loginWith({ ...EXTERNAL, credential_source: { file, ...more } })).toMatchObject(LOGGED_IN);
    expect(formOf(0)).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: EXTERNAL.audience,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      subject_token: 'eyJ-subject',
      subject_token_type: EXTERNAL.subject_token_type,
    });
  });

  it("is a service account's for the token of a service, as in GitHub's workflows", async () => {
    const service = 'https://pipelines.actions.githubusercontent.com/token';
    const account =
      'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/x:generateAccessToken';
    clouds.answer(service, { value: 'eyJ-subject' });
    clouds.answer(account, { accessToken: 'ya29.s3cret-other', expireTime: '2026-11-22T12:30:00Z' });
    const url = `${service}?audience=x`;
    const outcome = await loginWith({
      ...EXTERNAL,
      service_account_impersonation_url: account,
      credential_source: {
        url,
        headers: { Authorization: 'Bearer s3cret-workflow' },
        format: { type: 'json', subject_token_field_name: 'value' },
      },
    });
    expect(outcome).toMatchObject({
      value: { credential: { password: 'ya29.s3cret-other' }, expires: new Date('2026-11-22T12:30:00Z') },
    });
    expect(clouds.lines()).toEqual([`GET ${url}`, `POST ${STS}`, `POST ${account}`]);
    expect(clouds.requests[0]?.headers.authorization).toBe('Bearer s3cret-workflow');
    expect(clouds.requests[2]?.headers.authorization).toBe('Bearer ya29.s3cret-access');
  });

  it("is this machine's, by its metadata service", async () => {
    await clouds.file('product_name', 'Google Compute Engine\n');
    expect(await login()).toMatchObject(LOGGED_IN);
    expect(clouds.lines()).toEqual([`GET ${METADATA}`]);
    expect(clouds.requests[0]?.headers['metadata-flavor']).toBe('Google');
  });

  it('is asked for at GCE_METADATA_HOST', async () => {
    const host = clouds.url.replace('http://', '');
    clouds.answer(METADATA.replace('169.254.169.254', host), GRANT);
    expect(await login({ GCE_METADATA_HOST: host })).toMatchObject(LOGGED_IN);
  });

  it('is none on a machine without a service account', async () => {
    await clouds.file('product_name', 'Google Compute Engine');
    clouds.answer(METADATA, 'not found', 404);
    expect(await login()).toEqual({ ok: true, value: null });
  });

  it.each<[string, unknown, string, string]>([
    ['no JSON', '{"private_key":"s3cret', 'CredentialsRejected', 'is not JSON'],
    ['a type that is not known', { type: 'gdch_s3cret' }, 'CredentialsRejected', 'at type'],
    ['a key that is none', { ...ACCOUNT, private_key: 's3cret' }, 'CredentialsRejected', 'no key in PEM'],
    [
      'a token service that is not Google',
      { ...ACCOUNT, token_uri: 'https://evil.example/token' },
      'CredentialsRejected',
      'evil.example',
    ],
    [
      'a token service without TLS',
      { ...ACCOUNT, token_uri: 'http://oauth2.googleapis.com/token' },
      'CredentialsRejected',
      'no service of Google',
    ],
    [
      'an exchange that is not Google',
      {
        ...EXTERNAL,
        token_url: 'https://googleapis.com.evil.example/',
        credential_source: { file: '/dev/null' },
      },
      'CredentialsRejected',
      'evil.example',
    ],
    [
      'a source that is a program',
      { ...EXTERNAL, credential_source: { executable: { command: 's3cret' } } },
      'CredentialsRejected',
      'neither a file nor a url',
    ],
    [
      'a source without TLS',
      { ...EXTERNAL, credential_source: { url: 'http://evil.example/', headers: { a: 's3cret' } } },
      'InputInvalid',
      'without TLS',
    ],
    [
      'a source that is missing',
      { ...EXTERNAL, credential_source: { file: '/nowhere/token' } },
      'CredentialsRejected',
      '/nowhere/token is missing',
    ],
  ])('is a fault by a file with %s', async (_, file, reason, message) => {
    const outcome = await loginWith(file);
    expect(outcome).toMatchObject({ ok: false, fault: { reason } });
    expect(JSON.stringify(outcome)).toContain(message);
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
    expect(clouds.lines()).toEqual([]);
  });

  it.each<[string, number, unknown, string, string]>([
    [
      'an expired login',
      400,
      { error: 'invalid_grant', error_description: 'Token has been expired: s3cret' },
      'CredentialsRejected',
      'invalid_grant',
    ],
    [
      'no right to it',
      403,
      { error: { code: 403, status: 'PERMISSION_DENIED', message: 's3cret' } },
      'AccessDenied',
      'PERMISSION_DENIED',
    ],
    [
      'too many requests',
      429,
      { error: { code: 429, status: 'RESOURCE_EXHAUSTED' } },
      'RateLimited',
      'RESOURCE_EXHAUSTED',
    ],
    ['an answer of another shape', 200, { id_token: 's3cret' }, 'RegistryResponseInvalid', 'access_token'],
  ])('that is refused for %s is a fault with its code', async (_, status, body, reason, message) => {
    clouds.answer(TOKEN, body, status);
    const outcome = await loginWith(USER);
    expect(outcome).toMatchObject({ ok: false, fault: { reason } });
    expect(JSON.stringify(outcome)).toContain(message);
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
  });

  it('is a fault where the file that was named is missing', async () => {
    expect(await login({ GOOGLE_APPLICATION_CREDENTIALS: '/nowhere/key.json' })).toMatchObject({
      fault: { message: 'GOOGLE_APPLICATION_CREDENTIALS: /nowhere/key.json is missing' },
    });
  });
});
