import { describe, expect, it } from 'vitest';

import { type PullSecret, type PullSecrets, readPullSecrets } from './pull-secrets.ts';

type Auths = Readonly<Record<string, unknown>>;

function auth(username: string): { auth: string } {
  return { auth: Buffer.from(`${username}:s3cret`).toString('base64') };
}

function base64(document: unknown): string {
  return Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)).toString('base64');
}

function secret(auths: Auths, name = 'pull', namespace = 'shop'): PullSecret {
  const data = { '.dockerconfigjson': base64({ auths }) };
  return { namespace, name, type: 'kubernetes.io/dockerconfigjson', data };
}

/** The users that a repository is tried with, in order, and messages of faults. */
function tried(secrets: PullSecrets, repository: string): readonly string[] {
  const slash = repository.indexOf('/');
  const [registry, path] = [repository.slice(0, slash), repository.slice(slash + 1)];
  return [
    ...secrets.matching(registry, path).map((one) => (one.kind === 'password' ? one.username : one.kind)),
    ...secrets.faults(registry, path).map(({ secret, fault }) => `${secret.name} ${fault.message}`),
  ];
}

/** As in the kubelet's own tests of its keyring. */
describe('a key matches as the kubelet matches it', () => {
  it.each<[key: string, repository: string, matches: boolean]>([
    ['ghcr.io', 'ghcr.io/acme/cart', true],
    ['https://ghcr.io', 'ghcr.io/acme/cart', true],
    ['http://ghcr.io/v2/', 'ghcr.io/acme/cart', true],
    ['ghcr.io/v1/', 'ghcr.io/acme/cart', true],
    ['ghcr.io/v1', 'ghcr.io/acme/cart', false],
    ['https://ghcr.io/v2/acme', 'ghcr.io/acme/cart', true],
    ['ghcr.io/', 'ghcr.io/acme/cart', true],
    ['ghcr.io/acme', 'ghcr.io/acme/cart', true],
    ['ghcr.io/acme', 'ghcr.io/acme-other/cart', true],
    ['ghcr.io/acme/', 'ghcr.io/acme-other/cart', false],
    ['ghcr.io/acme', 'ghcr.io/other', false],
    ['GHCR.io', 'ghcr.io/acme/cart', false],
    ['*.azurecr.io', 'acme.azurecr.io/cart', true],
    ['*.azurecr.io', 'a.b.azurecr.io/cart', false],
    ['*.azurecr.io', 'azurecr.io/cart', false],
    ['*', 'localhost/cart', true],
    ['*.io', 'ghcr.io/acme/cart', true],
    ['gh*.io', 'ghcr.io/acme/cart', true],
    ['g?cr.io', 'ghcr.io/acme/cart', false],
    ['[a-h]hcr.io', 'ghcr.io/acme/cart', true],
    ['[^g]hcr.io', 'ghcr.io/acme/cart', false],
    ['gh[cr.io', 'ghcr.io/acme/cart', false],
    ['*a*b*a*.io', 'abababab.io/cart', true],
    ['*.*', 'ghcr.io/acme/cart', true],
    ['*.*.*', 'ghcr.io/acme/cart', false],
    ['x.io:5000', 'x.io:5000/cart', true],
    ['x.io', 'x.io:5000/cart', false],
    ['x.io:5000', 'x.io/cart', false],
    ['x.io:*', 'x.io:5000/cart', false],
    ['x.io:443', 'x.io/cart', false],
    ['[::1]:5000', '[::1]:5000/cart', true],
    ['x.io/a%2Fb', 'x.io/a/b', true],
    ['user@x.io', 'x.io/cart', true],
    ['x.io?y=z', 'x.io/cart', true],
    ['', 'x.io/cart', false],
    ['x .io', 'x.io/cart', false],
    ['evil-x.io', 'x.io/cart', false],
    ['docker.io', 'docker.io/library/nginx', true],
    ['https://index.docker.io/v1/', 'docker.io/library/nginx', true],
    ['index.docker.io', 'docker.io/library/nginx', true],
    ['https://index.docker.io/v1/', 'localhost/nginx', false],
    ['https://index.docker.io/v1/', 'ghcr.io/nginx', false],
    ['registry-1.docker.io', 'docker.io/library/nginx', false],
  ])('%j and %s: %s', (key, repository, matches) => {
    const keychain = readPullSecrets([secret({ [key]: auth('ann') })]);
    expect(tried(keychain, repository)).toEqual(matches ? ['ann'] : []);
  });

  it('and a pattern of many runs does not stall it', () => {
    const keychain = readPullSecrets([secret({ [`${'*a'.repeat(200)}b.io`]: auth('ann') })]);
    expect(tried(keychain, `${'a'.repeat(5_000)}.io/cart`)).toEqual([]);
  });
});

describe('pull secrets', () => {
  it('are all tried: those that say more first, and under one key in their order', () => {
    const keychain = readPullSecrets([
      secret({ '*.io': auth('glob'), 'ghcr.io': auth('old') }, 'one'),
      secret(
        { 'https://ghcr.io/v2/': auth('new'), 'ghcr.io/acme': auth('team'), 'quay.io': auth('quay') },
        'two',
      ),
    ]);
    expect(tried(keychain, 'ghcr.io/acme/cart')).toEqual(['team', 'old', 'new', 'glob']);
  });

  it("leave Docker Hub's own key to where no other matches", () => {
    const hub = 'https://index.docker.io/v1/';
    const keychain = readPullSecrets([secret({ [hub]: auth('hub'), 'docker.io/acme': auth('team') })]);
    expect(tried(keychain, 'docker.io/acme/cart')).toEqual(['team']);
    expect(tried(keychain, 'docker.io/library/nginx')).toEqual(['hub']);
  });

  it('may be of the old type, and are nothing if they are of another', () => {
    const auths = { 'x.io': auth('ann') };
    const both = { '.dockercfg': base64(auths), '.dockerconfigjson': base64({ auths }) };
    const withType = (type: string): PullSecret => ({ namespace: 'shop', name: 'pull', type, data: both });
    expect(tried(readPullSecrets([withType('kubernetes.io/dockercfg')]), 'x.io/a')).toEqual(['ann']);
    expect(tried(readPullSecrets([withType('Opaque')]), 'x.io/a')).toEqual([
      'pull is of the type "Opaque", which is none of a pull secret',
    ]);
    const empty = { ...withType('kubernetes.io/dockercfg'), data: {} };
    expect(tried(readPullSecrets([empty]), 'x.io/a')).toEqual([]);
  });

  it('of two namespaces stay apart', () => {
    const shop = readPullSecrets([secret({ 'x.io': auth('shop') }, 'pull', 'shop')]);
    const bank = readPullSecrets([secret({ 'x.io': auth('bank') }, 'pull', 'bank')]);
    expect(tried(shop, 'x.io/a')).toEqual(['shop']);
    expect(tried(bank, 'x.io/a')).toEqual(['bank']);
    expect(tried(readPullSecrets([]), 'x.io/a')).toEqual([]);
  });

  it.each<[string, string, string]>([
    [
      'no JSON',
      base64('{"auths":{"x.io":{"auth":"s3cret'),
      'bad cannot be used: its .dockerconfigjson is not JSON',
    ],
    [
      'another shape',
      base64({ auths: 's3cret' }),
      'bad cannot be used: its .dockerconfigjson is not what it must be at auths',
    ],
    [
      'a broken entry',
      base64({ auths: { 'x.io': { auth: 'czNjcmV0' } } }),
      'bad cannot be used: its entry ("x.io"): "auth" is not the base64',
    ],
    [
      'a line break in the password',
      base64({ auths: { 'x.io': { auth: base64('ann:s3cret\n') } } }),
      'the password has line breaks',
    ],
  ])('that are %s are named, without their content, and leave the others', (_, data, message) => {
    const type = 'kubernetes.io/dockerconfigjson';
    const bad = { namespace: 'shop', name: 'bad', type, data: { '.dockerconfigjson': data } };
    const all = tried(readPullSecrets([bad, secret({ 'x.io': auth('ann') })]), 'x.io/a');
    expect(all).toContain('ann');
    expect(all.join(' ')).toContain(message);
    expect(all.join(' ')).not.toMatch(/s3cret|czNjcmV0/);
  });

  it('are told by their key: whose they are depends on the pod', () => {
    expect(readPullSecrets([secret({ 'x.io': auth('ann') })]).matching('x.io', 'a')).toMatchObject([
      { source: 'a pull secret of the pod ("x.io")', password: 's3cret' },
    ]);
  });

  it('that cannot be read for one repository say nothing of another', () => {
    const secrets = readPullSecrets([secret({ 'x.io': { auth: 'czNjcmV0' }, 'y.io': auth('ann') })]);
    expect(tried(secrets, 'y.io/a')).toEqual(['ann']);
    expect(secrets.faults('x.io', 'a')).toHaveLength(1);
  });
});
