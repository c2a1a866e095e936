import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type Keychain, keys } from '../registry/credential.ts';
import { type Keyring, openKeychains } from './keychains.ts';
import { readPullSecrets } from './pull-secrets.ts';

const ECR = '111111111111.dkr.ecr.eu-west-1.amazonaws.com';

let home: string;
let server: Server;
let asked: number;
let endpoint: string;
const opened: Keyring[] = [];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'keychains-'));
  asked = 0;
  server = createServer((_, response) => {
    asked += 1;
    const authorizationToken = Buffer.from('cloud:s3cret').toString('base64');
    response.end(JSON.stringify({ authorizationData: [{ authorizationToken, expiresAt: 4e9 }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  endpoint = `http://127.0.0.1:${address.port}`;
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((keyring) => keyring.close()));
  server.closeAllConnections();
  server.close();
  await rm(home, { recursive: true });
});

function config(username: string): string {
  const auth = Buffer.from(`${username}:s3cret`).toString('base64');
  return JSON.stringify({ auths: { [ECR]: { auth } } });
}

async function open(registryConfig?: string): Promise<Keyring & { readonly own: Keychain }> {
  await writeFile(join(home, 'config.json'), config('file'));
  const env = {
    DOCKER_CONFIG: home,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 's3cret',
    AWS_ENDPOINT_URL_ECR: endpoint,
  };
  const data = { '.dockerconfigjson': Buffer.from(config('secret')).toString('base64') };
  const keyring = await openKeychains({
    surroundings: { env, homedir: home, uid: null, firmware: home },
    registryConfig,
    wire: {
      clock: () => new Date(),
      insecure: new Set(),
      userAgent: 'test',
      concurrencyPerHost: 4,
      requestMs: 5_000,
      transferMs: 5_000,
    },
  });
  if (!keyring.ok) throw new Error(keyring.fault.message);
  opened.push(keyring.value);
  const secrets = readPullSecrets([
    { namespace: 'shop', name: 'pull', type: 'kubernetes.io/dockerconfigjson', data },
  ]);
  const pod = keyring.value.withPullSecrets((registry, path) => keys(...secrets.matching(registry, path)));
  return { ...keyring.value, keychain: pod, own: keyring.value.keychain };
}

/** Users in their order, as far as `until`. */
async function users({ keychain }: Pick<Keyring, 'keychain'>, until?: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const one of keychain(ECR, 'app')) {
    if (!one.ok || one.value.kind !== 'password') throw new Error(JSON.stringify(one));
    found.push(one.value.username);
    if (one.value.username === until) break;
  }
  return found;
}

describe('keychains', () => {
  it('are asked in their order: pull secrets, files, clouds', async () => {
    const keyring = await open();
    expect(await users(keyring)).toEqual(['secret', 'file', 'cloud']);
    expect(keyring.hosts()).toEqual([new URL(endpoint).host]);
  });

  it("of the user are without anybody's pull secrets", async () => {
    const { own } = await open();
    expect(await users({ keychain: own })).toEqual(['file', 'cloud']);
  });

  it('have a file that was named in front, and in place of the usual ones', async () => {
    const named = join(home, 'named.json');
    await writeFile(named, config('named'));
    expect(await users(await open(named))).toEqual(['named', 'secret', 'cloud']);
  });

  it('are not asked for what nobody wants to know', async () => {
    const keyring = await open();
    expect(await users(keyring, 'file')).toEqual(['secret', 'file']);
    expect(asked).toBe(0);
    expect(keyring.hosts()).toEqual([]);
  });
});
