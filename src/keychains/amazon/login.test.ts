import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Outcome } from '../../reasons.ts';
import type { Issued } from '../cloud-login.ts';
import { type Clouds, serveClouds } from '../clouds.fixture.ts';
import { amazonLogin } from './login.ts';
import { ecrRegion } from './registry.ts';
import { signedRequest } from './signed-request.ts';

const REGISTRY = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const ECR = 'https://api.ecr.eu-west-1.amazonaws.com/';
const STS = 'https://sts.eu-west-1.amazonaws.com/';
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 's3cret-key' };
const PASSWORD = Buffer.from('AWS:s3cret-password').toString('base64');
const GRANT = {
  authorizationToken: PASSWORD,
  expiresAt: 1_795_435_200.5,
  proxyEndpoint: `https://${REGISTRY}`,
};
const TEMPORARY = {
  AccessKeyId: 'ASIATEMPORARY',
  SecretAccessKey: 's3cret-temporary',
  Token: 's3cret-session',
  Expiration: '2026-11-22T18:00:00Z',
  Code: 'Success',
};
/** STS, AssumeRoleWithWebIdentity, "Sample Response". */
const ASSUMED = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <Credentials>
      <SessionToken>s3cret/session+token==</SessionToken>
      <SecretAccessKey>s3cret/assumed</SecretAccessKey>
      <Expiration>2026-11-22T19:00:00Z</Expiration>
      <AccessKeyId>ASIAASSUMED</AccessKeyId>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`;

let clouds: Clouds;

beforeEach(async () => {
  clouds = await serveClouds();
  clouds.answer(ECR, { authorizationData: [GRANT] });
  clouds.answer(STS, ASSUMED);
});

afterEach(() => clouds.close());

function login(
  env: Readonly<Record<string, string>> = {},
  registry = REGISTRY,
): Promise<Outcome<Issued | null>> {
  return amazonLogin(registry, clouds.access(env));
}

/** The access key that ECR saw. */
function keyAtEcr(): string | undefined {
  const authorization = clouds.requests.find(({ line }) => line === `POST ${ECR}`)?.headers.authorization;
  return /Credential=([^/]+)\//.exec(authorization ?? '')?.[1];
}

async function profiles(config: string, credentials = ''): Promise<void> {
  const { homedir } = clouds.access();
  await mkdir(join(homedir, '.aws'));
  await clouds.file('.aws/config', config);
  await clouds.file('.aws/credentials', credentials);
}

describe('registries', () => {
  it.each([
    [REGISTRY, 'api.ecr.eu-west-1.amazonaws.com'],
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', 'api.ecr.cn-north-1.amazonaws.com.cn'],
    ['123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com', 'ecr-fips.us-gov-west-1.amazonaws.com'],
    ['123456789012.dkr-ecr.eu-west-1.on.aws', 'ecr.eu-west-1.api.aws'],
    ['public.ecr.aws', 'api.ecr-public.us-east-1.amazonaws.com'],
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example', null],
    ['evil.example', null],
    ['x123456789012.dkr.ecr.eu-west-1.amazonaws.com', null],
    ['123456789012.dkr.ecr.evil.example/.amazonaws.com', null],
    ['s3.amazonaws.com', null],
  ])('%s has its password from %s', (registry, api) => {
    expect(ecrRegion(registry)?.api ?? null).toBe(api);
  });
});

describe('a password', () => {
  it('is what GetAuthorizationToken gives, with its end', async () => {
    expect(await login(KEYS)).toEqual({
      ok: true,
      value: {
        credential: {
          kind: 'password',
          username: 'AWS',
          password: 's3cret-password',
          source: 'the key in AWS_ACCESS_KEY_ID',
          expires: new Date(1_795_435_200_500),
        },
        expires: new Date(1_795_435_200_500),
      },
    });
    const [request] = clouds.requests;
    expect(request?.headers).toMatchObject({
      'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-date': '20261122T120000Z',
    });
    expect(request?.headers.authorization).toContain(
      'Credential=AKIDEXAMPLE/20261122/eu-west-1/ecr/aws4_request',
    );
  });

  it('for public.ecr.aws is from the API of its own', async () => {
    clouds.answer('https://api.ecr-public.us-east-1.amazonaws.com/', { authorizationData: GRANT });
    expect(await login(KEYS, 'public.ecr.aws')).toMatchObject({ value: { credential: { username: 'AWS' } } });
    expect(clouds.requests[0]?.headers).toMatchObject({
      'x-amz-target': 'SpencerFrontendService.GetAuthorizationToken',
    });
  });

  it('is asked for where AWS_ENDPOINT_URL_ECR says', async () => {
    clouds.answer(`${clouds.url}/ecr`, { authorizationData: [GRANT] });
    await login({ ...KEYS, AWS_ENDPOINT_URL_ECR: `${clouds.url}/ecr` });
    expect(clouds.lines()).toEqual([`POST ${clouds.url}/ecr`]);
  });

  it.each<[string, number, unknown, string, string]>([
    [
      'an expired token',
      400,
      { __type: 'com.amazon.coral.service#ExpiredTokenException', message: 's3cret' },
      'CredentialsRejected',
      'ExpiredTokenException',
    ],
    [
      'a key that is not known',
      400,
      { __type: 'UnrecognizedClientException', message: 's3cret' },
      'CredentialsRejected',
      'UnrecognizedClientException',
    ],
    [
      'no right to it',
      400,
      { __type: 'AccessDeniedException', Message: 's3cret' },
      'AccessDenied',
      'AccessDeniedException',
    ],
    [
      'too many requests',
      400,
      { __type: 'ThrottlingException', message: 's3cret' },
      'RateLimited',
      'ThrottlingException',
    ],
    [
      'an answer of another shape',
      200,
      { authorizationData: [] },
      'RegistryResponseInvalid',
      'authorizationData',
    ],
    ['no JSON', 200, '<html>s3cret', 'RegistryResponseInvalid', 'is not JSON'],
    [
      'a token that is no password',
      200,
      { authorizationData: [{ ...GRANT, authorizationToken: 'eA==' }] },
      'RegistryResponseInvalid',
      'user:password',
    ],
  ])('that is refused for %s is a fault with its code', async (_, status, body, reason, message) => {
    clouds.answer(ECR, body, status);
    const outcome = await login(KEYS);
    expect(outcome).toMatchObject({ ok: false, fault: { reason } });
    expect(JSON.stringify(outcome)).toContain(message);
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
  });
});

describe('keys', () => {
  it('are none on a machine without any, and nobody is asked', async () => {
    expect(await login()).toEqual({ ok: true, value: null });
    expect(clouds.lines()).toEqual([]);
  });

  it('are those of a role by a web identity', async () => {
    const file = await clouds.file('token', 'eyJ-s3cret\n');
    const env = { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: 'arn:aws:iam::1:role/pull' };
    expect(await login(env)).toMatchObject({ value: { credential: { password: 's3cret-password' } } });
    expect(keyAtEcr()).toBe('ASIAASSUMED');
    expect(Object.fromEntries(new URLSearchParams(clouds.requests[0]?.body))).toEqual({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::1:role/pull',
      RoleSessionName: 'kubectl-supplychain',
      WebIdentityToken: 'eyJ-s3cret',
    });
    expect(clouds.requests[1]?.headers['x-amz-security-token']).toBe('s3cret/session+token==');
  });

  it('of a web identity that STS refuses are a fault with its code', async () => {
    clouds.answer(
      STS,
      '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidIdentityToken</Code><Message>s3cret</Message></Error></ErrorResponse>',
      400,
    );
    const file = await clouds.file('token', 's3cret');
    const outcome = await login({ AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: 'arn' });
    expect(outcome).toMatchObject({ fault: { reason: 'CredentialsRejected' } });
    expect(JSON.stringify(outcome)).toContain('InvalidIdentityToken');
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
  });

  it.each<[string, string, string, string]>([
    [
      'of the default profile',
      '',
      '[default]\naws_access_key_id = AKDEFAULT\naws_secret_access_key=s3cret # not this\n',
      'AKDEFAULT',
    ],
    [
      'of the config file',
      '[default]\naws_access_key_id=AKCONFIG\naws_secret_access_key=s\n',
      '',
      'AKCONFIG',
    ],
    [
      'of the credentials file before those',
      '[default]\naws_access_key_id=AKCONFIG\naws_secret_access_key=s\n',
      '[default]\naws_access_key_id=AKOTHER\naws_secret_access_key=s\n',
      'AKOTHER',
    ],
    [
      'of a role, by another profile',
      '[default]\nrole_arn=arn\nsource_profile=base\n[profile base]\naws_access_key_id=AKBASE\naws_secret_access_key=s\n',
      '',
      'ASIAASSUMED',
    ],
  ])('are those %s', async (_, config, credentials, key) => {
    await profiles(config, credentials);
    expect(await login()).toMatchObject({ ok: true });
    expect(keyAtEcr()).toBe(key);
  });

  it.each([
    ['that is not there', '[profile x]\n', 'in neither of its files'],
    ['that asks a person', '[profile ops]\nsso_session = corp\n', 'sso_session'],
    ['that starts a program', '[profile ops]\ncredential_process = /bin/s3cret\n', 'credential_process'],
    [
      'that ends in itself',
      '[profile ops]\nrole_arn=a\nsource_profile=b\n[profile b]\nrole_arn=a\nsource_profile=ops\n',
      'from itself',
    ],
    ['with half a key', '[profile ops]\naws_secret_access_key=s3cret\n', 'there is only one'],
  ])('of a profile %s are a fault that says so', async (_, config, message) => {
    await profiles(config);
    const outcome = await login({ AWS_PROFILE: 'ops' });
    expect(outcome).toMatchObject({ ok: false, fault: { reason: 'CredentialsRejected' } });
    expect(JSON.stringify(outcome)).toContain(message);
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
    expect(clouds.lines()).toEqual([]);
  });

  it("are those of a container's agent, with its token", async () => {
    clouds.answer(`${clouds.url}/v1/credentials`, TEMPORARY);
    const file = await clouds.file('token', 'eks-token');
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${clouds.url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
    };
    expect(await login(env)).toMatchObject({ ok: true });
    expect(clouds.requests[0]?.headers.authorization).toBe('eks-token');
    expect(keyAtEcr()).toBe('ASIATEMPORARY');
  });

  it.each([
    'http://evil.example/',
    'http://169.254.169.254/',
    'http://10.0.0.1/',
    'ftp://127.0.0.2x/',
    'no address',
  ])('of an agent are not asked for at %s', async (uri) => {
    const outcome = await login({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: uri,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 's3cret',
    });
    expect(outcome).toMatchObject({ fault: { reason: 'CredentialsRejected' } });
    expect(clouds.lines()).toEqual([]);
  });

  it('of an agent that refuses are a fault without its path, which is a key', async () => {
    clouds.answer('http://169.254.170.2/v2/credentials/s3cret-path', { code: 'Forbidden' }, 403);
    const outcome = await login({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/s3cret-path' });
    expect(outcome).toMatchObject({ fault: { reason: 'AccessDenied' } });
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
  });

  it("are those of an instance's role, by version 2 of its service", async () => {
    const base = 'http://169.254.169.254/latest';
    clouds.answer(`${base}/api/token`, 'imds-token');
    clouds.answer(`${base}/meta-data/iam/security-credentials/`, 'pull-role\n');
    clouds.answer(`${base}/meta-data/iam/security-credentials/pull-role`, TEMPORARY);
    await clouds.file('sys_vendor', 'Amazon EC2\n');
    expect(await login()).toMatchObject({ ok: true });
    expect(clouds.lines().slice(0, 3)).toEqual([
      `PUT ${base}/api/token`,
      `GET ${base}/meta-data/iam/security-credentials/`,
      `GET ${base}/meta-data/iam/security-credentials/pull-role`,
    ]);
    expect(clouds.requests[2]?.headers['x-aws-ec2-metadata-token']).toBe('imds-token');
    expect(keyAtEcr()).toBe('ASIATEMPORARY');
  });

  it.each([
    ['another firm', { sys_vendor: 'QEMU' }, {}],
    ['one that is told not to', { sys_vendor: 'Amazon EC2' }, { AWS_EC2_METADATA_DISABLED: 'true' }],
  ])('of an instance are not asked for on a machine of %s', async (_, firmware, env) => {
    for (const [name, text] of Object.entries(firmware)) await clouds.file(name, text);
    expect(await login(env)).toEqual({ ok: true, value: null });
    expect(clouds.lines()).toEqual([]);
  });

  it('are found in the order of the SDKs', async () => {
    const file = await clouds.file('token', 't');
    await profiles('', '[default]\naws_access_key_id=AKPROFILE\naws_secret_access_key=s\n');
    clouds.answer(`${clouds.url}/agent`, TEMPORARY);
    const agent = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${clouds.url}/agent` };
    const token = { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: 'arn' };
    const seen: (string | undefined)[] = [];
    for (const env of [{ ...KEYS, ...token, ...agent }, { ...token, ...agent }, agent]) {
      clouds.requests.length = 0;
      await login(env);
      seen.push(keyAtEcr());
    }
    expect(seen).toEqual(['AKIDEXAMPLE', 'ASIAASSUMED', 'AKPROFILE']);
  });
});

/** AWS, "Signature Version 4 test suite", post-vanilla. */
it('requests are signed as AWS documents it', async () => {
  const keys = {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    source: 'test',
  };
  const place = { url: 'https://example.amazonaws.com/', service: 'service', region: 'us-east-1' };
  const request = await signedRequest(keys, place, {}, '', new Date('2015-08-30T12:36:00Z'));
  expect(request.headers?.['authorization']).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  );
});
