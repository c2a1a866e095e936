import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Outcome } from '../reasons.ts';
import type { Credential } from '../registry/credential.ts';
import { cloudKeychain } from './clouds.ts';
import { type Clouds, serveClouds } from './clouds.fixture.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 's3cret-key' };
const ONE = '111111111111.dkr.ecr.eu-west-1.amazonaws.com';
const TWO = '222222222222.dkr.ecr.eu-west-1.amazonaws.com';
const FAR = '111111111111.dkr.ecr.us-east-1.amazonaws.com';

let clouds: Clouds;

beforeEach(async () => {
  clouds = await serveClouds();
  giveOut('AWS:one', 3_600);
});

afterEach(() => clouds.close());

function giveOut(password: string, seconds: number): void {
  const authorizationToken = Buffer.from(password).toString('base64');
  const expiresAt = clouds.now.getTime() / 1000 + seconds;
  for (const region of ['eu-west-1', 'us-east-1'])
    clouds.answer(`https://api.ecr.${region}.amazonaws.com/`, {
      authorizationData: [{ authorizationToken, expiresAt }],
    });
}

async function all(found: AsyncIterable<Outcome<Credential>>): Promise<readonly Outcome<Credential>[]> {
  const list: Outcome<Credential>[] = [];
  for await (const one of found) list.push(one);
  return list;
}

describe('clouds', () => {
  it.each(['docker.io', 'ghcr.io', 'registry.k8s.io', 'evil.example', '127.0.0.1:5000'])(
    'are not asked for %s, whoever is logged in',
    async (registry) => {
      const env = { ...KEYS, GCE_METADATA_HOST: 'x', AZURE_POD_IDENTITY_AUTHORITY_HOST: 'x' };
      expect(await all(cloudKeychain(clouds.access(env))(registry, 'a'))).toEqual([]);
      expect(clouds.lines()).toEqual([]);
    },
  );

  it('are asked once for all registries that a password is good for', async () => {
    const keychain = cloudKeychain(clouds.access(KEYS));
    const found = await Promise.all([ONE, TWO, ONE, FAR].map((registry) => all(keychain(registry, 'a'))));
    expect(found).toMatchObject(Array.from({ length: 4 }, () => [{ value: { password: 'one' } }]));
    expect(clouds.lines()).toHaveLength(2);
  });

  it('are asked again shortly before a password ends, and not earlier', async () => {
    const keychain = cloudKeychain(clouds.access(KEYS));
    await all(keychain(ONE, 'a'));
    clouds.now = new Date(clouds.now.getTime() + 3_500_000);
    await all(keychain(ONE, 'b'));
    expect(clouds.lines()).toHaveLength(1);
    giveOut('AWS:two', 3_600);
    clouds.now = new Date(clouds.now.getTime() + 60_000);
    expect(await all(keychain(ONE, 'c'))).toMatchObject([{ value: { password: 'two' } }]);
    expect(clouds.lines()).toHaveLength(2);
  });

  it('that refuse are asked once', async () => {
    clouds.answer('https://api.ecr.eu-west-1.amazonaws.com/', { __type: 'AccessDeniedException' }, 400);
    const keychain = cloudKeychain(clouds.access(KEYS));
    for (const path of ['a', 'b'])
      expect(await all(keychain(ONE, path))).toMatchObject([{ fault: { reason: 'AccessDenied' } }]);
    expect(clouds.lines()).toHaveLength(1);
  });

  it('give no password that could not stand in a header', async () => {
    giveOut('AWS:s3cret\r\nX-Evil: 1', 3_600);
    const found = await all(cloudKeychain(clouds.access(KEYS))(ONE, 'a'));
    expect(found).toMatchObject([{ fault: { reason: 'RegistryResponseInvalid' } }]);
    expect(JSON.stringify(found)).not.toContain('s3cret');
  });
});
