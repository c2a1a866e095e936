import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Outcome } from '../reasons.ts';
import type { Credential } from './credential.ts';
import { loadDockerCredentials } from './credentials.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'credentials-'));
});

afterEach(() => rm(home, { recursive: true }));

async function write(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(join(home, path)), { recursive: true });
  await writeFile(join(home, path), typeof content === 'string' ? content : JSON.stringify(content));
}

/** A credential helper that notes what it was asked. */
async function helper(name: string, script: string): Promise<void> {
  await write(
    `bin/docker-credential-${name}`,
    `#!/bin/sh\necho "$1 $(cat)" >> ${join(home, 'asked')}\n${script}\n`,
  );
  await chmod(join(home, 'bin', `docker-credential-${name}`), 0o755);
}

function auth(text: string): { auth: string } {
  return { auth: Buffer.from(text).toString('base64') };
}

interface Setting {
  readonly env?: Readonly<Record<string, string>>;
  readonly configPath?: string;
}

async function find(
  repository: string,
  { env = {}, configPath }: Setting = {},
): Promise<Outcome<Credential | null>> {
  const path = `${join(home, 'bin')}:${process.env['PATH'] ?? ''}`;
  const source = await loadDockerCredentials({ env: { PATH: path, ...env }, homedir: home, configPath });
  if (!source.ok) return source;
  const slash = repository.indexOf('/');
  return source.value(repository.slice(0, slash), repository.slice(slash + 1));
}

function textOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? '' : JSON.stringify(outcome.fault);
}

describe('entries of a file', () => {
  const hub = 'https://index.docker.io/v1/';
  it.each<[string, Record<string, unknown>, string, object | null]>([
    [
      'user and password in base64',
      { 'ghcr.io': auth('ann:a:b') },
      'ghcr.io/acme/cart',
      { kind: 'password', username: 'ann', password: 'a:b' },
    ],
    [
      'user and password',
      { 'ghcr.io': { username: 'ann', password: 'p' } },
      'ghcr.io/a/b',
      { kind: 'password', username: 'ann', password: 'p' },
    ],
    [
      'a refresh token',
      { 'x.io': { ...auth('ann:'), identitytoken: 't' } },
      'x.io/a',
      { kind: 'identityToken', token: 't', username: 'ann' },
    ],
    [
      'a refresh token as password',
      { 'x.io': auth('<token>:t') },
      'x.io/a',
      { kind: 'identityToken', token: 't' },
    ],
    [
      'a token for the registry',
      { 'x.io': { registrytoken: 't' } },
      'x.io/a',
      { kind: 'registryToken', token: 't' },
    ],
    ['Docker Hub under its old name', { [hub]: auth('a:b') }, 'docker.io/library/nginx', { username: 'a' }],
    ['Docker Hub under its name', { 'docker.io': auth('a:b') }, 'docker.io/library/nginx', { username: 'a' }],
    ['a scheme and version', { 'https://x.io/v2/': auth('a:b') }, 'x.io/a', { username: 'a' }],
    ['another case', { 'X.io': auth('a:b') }, 'x.io/a', { username: 'a' }],
    ['a port', { 'x.io:5000': auth('a:b') }, 'x.io:5000/a', { username: 'a' }],
    ['another port', { 'x.io:5000': auth('a:b') }, 'x.io/a', null],
    ['another registry', { 'x.io': auth('a:b') }, 'evil-x.io/a', null],
    ['a subdomain', { 'x.io': auth('a:b') }, 'y.x.io/a', null],
    ['a registry that begins the same', { 'x.io': auth('a:b') }, 'x.io.evil/a', null],
    [
      'the longest namespace',
      { 'x.io': auth('a:b'), 'x.io/t': auth('t:b'), 'x.io/t/u': auth('u:b') },
      'x.io/t/u/v',
      { username: 'u' },
    ],
    ['a namespace that only begins the same', { 'x.io/t': auth('t:b') }, 'x.io/team/app', null],
    ['a repository of its own', { 'x.io/t/app': auth('t:b') }, 'x.io/t/app', { username: 't' }],
    ['an entry that docker left empty', { 'x.io': {} }, 'x.io/a', null],
  ])('are found by registry: %s', async (_, auths, repository, expected) => {
    await write('.docker/config.json', { auths });
    expect(await find(repository)).toMatchObject({ ok: true, value: expected });
  });

  it.each([
    ['no base64 of user:password', { auths: { 'x.io': { auth: 'czNjcmV0' } } }, 'x.io'],
    ['no JSON', '{"auths":{"x.io":{"auth":"s3cret', 'is not JSON'],
    ['another shape', { auths: { 'x.io': { auth: 7 } } }, 'auths.x.io.auth'],
  ])('that are %s are a fault without their content', async (_, content, message) => {
    await write('.docker/config.json', content);
    const outcome = await find('x.io/a');
    expect(outcome).toMatchObject({ ok: false, fault: { reason: 'InputInvalid' } });
    expect(textOf(outcome)).toContain(message);
    expect(textOf(outcome)).not.toMatch(/s3cret|czNjcmV0/);
  });
});

describe('files', () => {
  it('are none', async () => {
    expect(await find('x.io/a')).toEqual({ ok: true, value: null });
  });

  it('are asked in their order, and the first that knows the registry counts', async () => {
    const env = {
      REGISTRY_AUTH_FILE: join(home, 'explicit.json'),
      DOCKER_CONFIG: join(home, 'docker'),
      XDG_RUNTIME_DIR: join(home, 'run'),
      XDG_CONFIG_HOME: join(home, 'xdg'),
    };
    const places = [
      'explicit.json',
      'docker/config.json',
      'run/containers/auth.json',
      'xdg/containers/auth.json',
    ];
    for (const place of places.toReversed()) {
      await write(place, { auths: { 'x.io': auth(`${place}:p`) } });
      expect(await find('x.io/a', { env })).toMatchObject({
        value: { username: place, source: `${join(home, place)} ("x.io")` },
      });
    }
    await write('explicit.json', { auths: { 'y.io': auth('a:b') } });
    expect(await find('x.io/a', { env })).toMatchObject({ value: { username: 'docker/config.json' } });
  });

  it('are only the named one, which must be there', async () => {
    await write('.docker/config.json', { auths: { 'x.io': auth('a:b') } });
    await write('mine.json', { auths: { 'y.io': auth('c:d') } });
    expect(await find('x.io/a', { configPath: join(home, 'mine.json') })).toEqual({ ok: true, value: null });
    expect(await find('y.io/a', { configPath: join(home, 'mine.json') })).toMatchObject({
      value: { username: 'c' },
    });
    const missing = await find('y.io/a', { configPath: join(home, 'gone.json') });
    expect(textOf(missing)).toContain(join(home, 'gone.json'));
  });
});

describe('helpers', () => {
  const answer = (username: string): string =>
    `echo '{"ServerURL":"x","Username":"${username}","Secret":"s3cret"}'`;

  it('are asked for their registry, once, and the store for all others', async () => {
    await helper('one', answer('one'));
    await helper('all', answer('<token>'));
    await write('.docker/config.json', {
      credsStore: 'all',
      credHelpers: { 'x.io': 'one' },
      auths: { 'x.io': {} },
    });
    expect(await find('x.io/a')).toMatchObject({
      value: { kind: 'password', username: 'one', password: 's3cret' },
    });
    expect(await find('docker.io/library/nginx')).toMatchObject({
      value: { kind: 'identityToken', token: 's3cret' },
    });
    expect(await readFile(join(home, 'asked'), 'utf8')).toBe('get x.io\nget https://index.docker.io/v1/\n');
  });

  it('that know nothing leave it to the entries', async () => {
    await helper('empty', 'echo "credentials not found in native keychain"; exit 1');
    await write('.docker/config.json', { credsStore: 'empty', auths: { 'x.io': auth('a:b') } });
    expect(await find('x.io/a')).toMatchObject({ value: { username: 'a' } });
    expect(await find('y.io/a')).toEqual({ ok: true, value: null });
  });

  it.each([
    ['fail', 'broken', 'echo "s3cret"; echo "s3cret" >&2; exit 1', 'docker-credential-broken'],
    ['answer otherwise', 'odd', 'echo "s3cret"', 'docker-credential-odd'],
    ['answer without end', 'long', 'yes s3cret', 'docker-credential-long'],
    ['are not installed', 'gone', null, 'docker-credential-gone'],
  ])('that %s are named by the fault, without what they said', async (_, name, script, message) => {
    if (script !== null) await helper(name, script);
    await write('.docker/config.json', { credsStore: name });
    const outcome = await find('x.io/a');
    expect(outcome.ok).toBe(false);
    expect(textOf(outcome)).toContain(message);
    expect(textOf(outcome)).not.toContain('s3cret');
  });

  it.each(['../evil', 'x; sh', '/bin/sh', '-x', ''.padEnd(3)])(
    'are programs by name, never by path: %j',
    async (name) => {
      await write('.docker/config.json', { credsStore: name });
      const outcome = await find('x.io/a');
      expect(outcome).toMatchObject({ ok: false, fault: { reason: 'InputInvalid' } });
      expect(textOf(outcome)).toContain('which is no helper');
    },
  );

  it('that fail are no fault where an entry or another file has what is asked for', async () => {
    await helper('broken', 'exit 1');
    await write('.docker/config.json', { credsStore: 'broken', auths: { 'x.io': auth('a:b') } });
    await write('.config/containers/auth.json', { auths: { 'y.io': auth('c:d') } });
    expect(await find('x.io/a')).toMatchObject({ value: { username: 'a' } });
    expect(await find('y.io/a')).toMatchObject({ value: { username: 'c' } });
  });
});
