import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ok, type Outcome } from '../reasons.ts';
import type { Credential } from '../registry/credential.ts';
import { dockerFile, dockerFiles } from './docker-files.ts';
import type { Surroundings } from './surroundings.ts';

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

/** All that is found, in order. */
async function findAll(
  repository: string,
  { env = {}, configPath }: Setting = {},
): Promise<readonly Outcome<Credential>[]> {
  const path = `${join(home, 'bin')}:${process.env['PATH'] ?? ''}`;
  const surroundings: Surroundings = {
    env: { PATH: path, ...env },
    homedir: home,
    uid: null,
    firmware: home,
  };
  const keychain =
    configPath === undefined ? ok(dockerFiles(surroundings)) : await dockerFile(configPath, surroundings);
  if (!keychain.ok) return [keychain];
  const slash = repository.indexOf('/');
  const all: Outcome<Credential>[] = [];
  for await (const one of keychain.value(repository.slice(0, slash), repository.slice(slash + 1)))
    all.push(one);
  return all;
}

/** What a registry is asked with first, else what is told if it insists. */
async function find(repository: string, setting: Setting = {}): Promise<Outcome<Credential | null>> {
  const all = await findAll(repository, setting);
  return all.find((one) => one.ok) ?? all[0] ?? ok(null);
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
    ['another shape', { auths: { 'x.io': { auth: 7 } } }, '"auth\\" that is no text'],
  ])('that are %s are a fault without their content', async (_, content, message) => {
    await write('.docker/config.json', content);
    const outcome = await find('x.io/a');
    expect(outcome).toMatchObject({ ok: false, fault: { reason: 'InputInvalid' } });
    expect(textOf(outcome)).toContain(message);
    expect(textOf(outcome)).not.toMatch(/s3cret|czNjcmV0/);
  });
});

describe('an entry', () => {
  it.each<[string, unknown, string]>([
    ['a line break in its password', auth('ann:s3cret\n'), 'the password has line breaks'],
    ['a line break in its user name', auth('ann\r\nX-Evil:s3cret'), 'the user name has control characters'],
    ['a NUL in its password', auth('ann:s3\0cret'), 'the password has line breaks or control characters'],
    ['a colon in its user name', { username: 'a:b', password: 's3cret' }, 'the user name has a colon'],
    ['a line break in its refresh token', { identitytoken: 's3cret\n' }, 'the token has line breaks'],
    ['a blank in its token', { registrytoken: 's3cret s3cret' }, 'the token has line breaks or other'],
    ['a number for a password', { username: 'ann', password: 53 }, '"password" that is no text'],
    ['a text in its place', 's3cret', 'no object of texts'],
  ])('with %s is a fault for its registry alone, which names the file', async (_, entry, message) => {
    await write('.docker/config.json', { auths: { 'x.io': entry, 'y.io': auth('ann:p') } });
    const outcome = await find('x.io/a');
    expect(outcome).toMatchObject({ ok: false, fault: { reason: 'InputInvalid' } });
    expect(outcome.ok ? '' : outcome.fault.message).toContain(message);
    expect(textOf(outcome)).toContain(`${join(home, '.docker/config.json')} (\\"x.io\\")`);
    expect(textOf(outcome)).not.toContain('s3');
    expect(await find('y.io/a')).toMatchObject({ value: { username: 'ann' } });
    expect(await findAll('z.io/a')).toEqual([]);
  });

  it('keeps what docker fills up with NULs', async () => {
    await write('.docker/config.json', { auths: { 'x.io': auth('ann:p\0\0\0') } });
    expect(await find('x.io/a')).toMatchObject({ value: { password: 'p' } });
  });
});

describe('files', () => {
  it('that cannot be read are a fault, and leave the other files', async () => {
    await write('.docker/config.json', '{"auths":{"x.io":{"auth":"s3cret');
    await write('.config/containers/auth.json', { auths: { 'y.io': auth('ann:p') } });
    expect(await find('y.io/a')).toMatchObject({ value: { username: 'ann' } });
    const outcome = await find('x.io/a');
    expect(outcome).toMatchObject({ ok: false, fault: { reason: 'InputInvalid' } });
    expect(textOf(outcome)).toContain(join(home, '.docker/config.json'));
  });

  it('may be the content of DOCKER_AUTH_CONFIG', async () => {
    const env = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'x.io': auth('ann:p') } }) };
    expect(await find('x.io/a', { env })).toMatchObject({
      value: { username: 'ann', source: '$DOCKER_AUTH_CONFIG ("x.io")' },
    });
    const broken = await find('x.io/a', { env: { DOCKER_AUTH_CONFIG: 's3cret' } });
    expect(textOf(broken)).toContain('$DOCKER_AUTH_CONFIG is not JSON');
    expect(textOf(broken)).not.toContain('s3cret');
  });

  it('are none', async () => {
    expect(await find('x.io/a')).toEqual({ ok: true, value: null });
  });

  it('are asked in their order', async () => {
    const env = {
      REGISTRY_AUTH_FILE: join(home, 'explicit.json'),
      DOCKER_CONFIG: join(home, 'docker'),
      XDG_RUNTIME_DIR: join(home, 'run'),
      XDG_CONFIG_HOME: join(home, 'xdg'),
    };
    const places = [
      'explicit.json',
      'run/containers/auth.json',
      'xdg/containers/auth.json',
      'docker/config.json',
    ];
    for (const place of places.toReversed()) {
      await write(place, { auths: { 'x.io': auth(`${place}:p`) } });
      expect(await find('x.io/a', { env })).toMatchObject({
        value: { username: place, source: `${join(home, place)} ("x.io")` },
      });
    }
    const all = await findAll('x.io/a', { env });
    expect(all.map((one) => one.ok && one.value.source)).toEqual(
      places.map((place) => `${join(home, place)} ("x.io")`),
    );
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

  it('are asked by the name that docker has noted in an empty entry, too', async () => {
    await helper(
      'old',
      `case "$(tail -n 1 ${join(home, 'asked')})" in *v1*) ${answer('old')};; *) echo "credentials not found in native keychain"; exit 1;; esac`,
    );
    await write('.docker/config.json', { credsStore: 'old', auths: { 'https://x.io/v1/': {} } });
    expect(await find('x.io/a')).toMatchObject({ value: { username: 'old' } });
    expect(await find('y.io/a')).toEqual({ ok: true, value: null });
  });

  it('are none where their name is empty', async () => {
    await write('.docker/config.json', {
      credsStore: '',
      credHelpers: { 'x.io': '' },
      auths: { 'x.io': auth('a:b') },
    });
    expect(await find('x.io/a')).toMatchObject({ value: { username: 'a' } });
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
    ['complain without end', 'loud', 'yes s3cret >&2', 'docker-credential-loud'],
    [
      'give a line break',
      'broken-line',
      `printf '{"Username":"a","Secret":"s3cret\\\\n"}'`,
      'the password has line breaks',
    ],
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
