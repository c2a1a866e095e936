import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AnsweringServer, serveAnswers } from '../src/evidence/github-server.fixture.ts';
import { KEPT_LISTS } from '../src/limits.ts';
import type { Certificate } from '../test/forge/certificate.ts';
import { key } from '../test/forge/keys.ts';
import { IMAGE } from '../test/forge/notation.ts';
import {
  crl,
  type CrlKnobs,
  distributionPoint,
  freshest,
  issuingPoint,
  onlyContains,
} from '../test/forge/revocation.ts';
import { chain, good } from '../test/notation/case.ts';
import { type OnDisk, writeCase } from '../test/notation/disk.ts';
import { serveLayout, type ServedLayout } from '../test/served-layout.ts';
import { directory, run } from './fake-io.fixture.ts';

const HOUR = 3_600_000;
const NOW = new Date('2026-06-01T00:00:00Z');
const hours = (count: number) => new Date(NOW.getTime() + count * HOUR);

let server: AnsweringServer;
let signed: OnDisk;
let registry: ServedLayout;
let leaf: Certificate;
let issuer: Certificate;
let cache = '';

beforeAll(async () => {
  server = await serveAnswers();
  const certificates = chain({ leaf: { extensions: [distributionPoint(`${server.url}/list`)] } });
  [leaf, issuer] = certificates as [Certificate, Certificate];
  signed = writeCase({
    ...good('case', {}),
    signature: { chain: certificates },
    trust: { scopes: ['*'] },
  });
  registry = await serveLayout(signed.layout, 'registry.example.com', new Map());
  // What is loaded for the first audit takes its time, which is no test's.
  await verify(['--cache-dir', 'none']);
}, 60_000);
afterAll(() => Promise.all([server.close(), registry.close()]));
beforeEach(() => {
  cache = directory();
  serve();
});

/** A list of the last hour, until two days from now. */
function list(knobs: CrlKnobs = {}, by = issuer): Buffer {
  return crl(by, { thisUpdate: hours(-1), nextUpdate: hours(48), ...knobs });
}

function serve(bytes: Buffer | number = list()): void {
  if (typeof bytes === 'number') server.answer('/list', bytes, '');
  else server.answer('/list', 200, bytes);
}

interface Asked {
  readonly at?: Date;
  readonly of?: { readonly config: string; readonly registry: ServedLayout };
}

/** A run of its own: why it says yes or no, and how often the list was asked for. */
async function verify(flags: readonly string[] = [], { at = NOW, of = { ...signed, registry } }: Asked = {}) {
  const before = server.requests.length;
  const image = `${of.registry.host}/shop/cart@${IMAGE.digest}`;
  const from = ['--plain-http', of.registry.host, '--allow-redirect', server.host];
  const args = ['verify', image, '--notation-config', of.config, ...from, '--cache-dir', cache, ...flags];
  const ran = await run(args, { clock: () => at });
  const said = /CertificateRevoked|RevocationUnknown/.exec(ran.stdout)?.[0] ?? ran.exitCode;
  return { said, asked: server.requests.length - before, stderr: ran.stderr };
}

const GOOD = 0;

function keptFiles(): string[] {
  const folder = join(cache, 'revocation');
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

function onlyFile(): string {
  const [file, ...more] = keptFiles();
  if (file === undefined || more.length > 0) throw new Error(`${more.length} files`);
  return file;
}

describe('a revocation list', () => {
  it('is asked for once until others are due, and is the user’s alone', async () => {
    expect(await verify()).toMatchObject({ said: GOOD, asked: 1 });
    expect(statSync(onlyFile()).mode & 0o777).toBe(0o600);
    serve(404);
    expect(await verify()).toMatchObject({ said: GOOD, asked: 0 });
    expect(await verify([], { at: hours(23) })).toMatchObject({ said: GOOD, asked: 0 });
  });

  it('that names the certificate goes on doing so', async () => {
    serve(list({ revoked: [{ certificate: leaf, at: hours(-1) }] }));
    expect(await verify()).toMatchObject({ said: 'CertificateRevoked', asked: 1 });
    serve(404);
    expect(await verify()).toMatchObject({ said: 'CertificateRevoked', asked: 0 });
  });

  it.each<[string, Date]>([
    ['when others are due', hours(3)],
    ['after a day, although it holds for longer', hours(25)],
    ['when the clock was set back', hours(-0.5)],
  ])('is asked for anew %s', async (name, at) => {
    serve(list({ nextUpdate: hours(name.includes('day') ? 48 : 2) }));
    await verify();
    serve(list({ thisUpdate: hours(-1), nextUpdate: hours(72), revoked: [{ certificate: leaf }] }));
    expect(await verify([], { at })).toMatchObject({ said: 'CertificateRevoked', asked: 1 });
    expect(await verify([], { at })).toMatchObject({ said: 'CertificateRevoked', asked: 0 });
  });

  it.each<[string, (file: string) => void]>([
    ['is damaged', (file) => writeFileSync(file, readFileSync(file).subarray(0, -10))],
    ['is empty', (file) => writeFileSync(file, '')],
    ['somebody else has signed', (file) => writeFileSync(file, list({ signWith: key('another') }))],
    ['another authority has issued', (file) => writeFileSync(file, list({}, chain()[2]))],
    ['is over', (file) => writeFileSync(file, list({ nextUpdate: hours(-0.5) }))],
    ['is of a time to come', (file) => writeFileSync(file, list({ thisUpdate: hours(1) }))],
    ['is for authorities alone', (file) => writeFileSync(file, list({ extensions: [FOR_AUTHORITIES] }))],
    ['lists changes alone', (file) => writeFileSync(file, list({ deltaOf: 9 }))],
    [
      'is a directory',
      (file) => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
  ])('that lies there and %s is fetched', async (_name, change) => {
    await verify();
    change(onlyFile());
    // As old as if it had been fetched.
    utimesSync(onlyFile(), NOW, NOW);
    serve(list({ revoked: [{ certificate: leaf, at: hours(-1) }] }));
    expect(await verify()).toMatchObject({ said: 'CertificateRevoked', asked: 1 });
  });

  it.each<[string, () => Buffer]>([
    ['somebody else has signed', () => list({ signWith: key('another') })],
    ['is over', () => list({ nextUpdate: hours(-0.5) })],
    ['is none', () => Buffer.from('list')],
  ])('that %s is not kept', async (_name, bytes) => {
    serve(bytes());
    expect(await verify()).toMatchObject({ said: 'RevocationUnknown', asked: 1 });
    expect(keptFiles()).toEqual([]);
    serve();
    expect(await verify()).toMatchObject({ said: GOOD, asked: 1 });
  });

  it('that is over and names the certificate says so, and is not kept', async () => {
    serve(list({ nextUpdate: hours(-0.5), revoked: [{ certificate: leaf, at: hours(-1), reason: 1 }] }));
    expect(await verify()).toMatchObject({ said: 'CertificateRevoked', asked: 1 });
    expect(keptFiles()).toEqual([]);
  });

  it('that has changes beside it is asked for anew, with them', async () => {
    serve(list({ extensions: [freshest(`${server.url}/changes`)] }));
    server.answer('/changes', 200, list({ number: 11, deltaOf: 10 }));
    for (let runs = 0; runs < 2; runs += 1) expect(await verify()).toMatchObject({ said: GOOD, asked: 2 });
    expect(keptFiles()).toEqual([]);
  });

  it('is held against the real clock before it is kept, and against --at when it is judged by', async () => {
    expect(await verify(['--at', '2026-05-31T12:00:00Z'])).toMatchObject({
      said: 'RevocationUnknown',
      asked: 1,
    });
    expect(await verify()).toMatchObject({ said: GOOD, asked: 0 });
    expect(await verify(['--at', '2026-06-04'])).toMatchObject({ said: 'RevocationUnknown', asked: 0 });
    rmSync(onlyFile());
    serve(list({ nextUpdate: hours(-0.5) }));
    expect(await verify(['--at', '2026-05-31T23:15:00Z'])).toMatchObject({ said: GOOD, asked: 1 });
    expect(keptFiles()).toEqual([]);
  });

  it('of two authorities at one address is kept for each', async () => {
    await verify();
    const certificates = chain({
      leaf: { extensions: [distributionPoint(`${server.url}/list`)] },
      intermediates: [{ key: key('younger') }],
    });
    const disk = writeCase({
      ...good('case', {}),
      signature: { chain: certificates },
      trust: { scopes: ['*'] },
    });
    const second = await serveLayout(disk.layout, 'registry.example.com', new Map());
    const of = { config: disk.config, registry: second };
    serve(list({}, certificates[1]));
    expect(await verify([], { of })).toMatchObject({ said: GOOD, asked: 1 });
    serve(404);
    expect(await verify([], { of })).toMatchObject({ said: GOOD, asked: 0 });
    expect(await verify()).toMatchObject({ said: GOOD, asked: 0 });
    await second.close();
  });

  it.each<[string, readonly string[], string | number, number]>([
    ['with --cache-dir none', ['--cache-dir', 'none'], GOOD, 1],
    ['with --save-evidence, which saves what holds for longest', ['--save-evidence', 'saved'], GOOD, 1],
    ['with --offline', ['--offline'], 'RevocationUnknown', 0],
  ])('that is kept is not used %s', async (_name, flags, said, asked) => {
    await verify();
    expect(await verify(flags)).toMatchObject({ said, asked });
  });

  it('is fetched each time where nothing can be written, and -v 1 says so', async () => {
    writeFileSync(join(cache, 'revocation'), 'a file');
    for (let runs = 0; runs < 2; runs += 1) {
      const ran = await verify(['-v', '1']);
      expect(ran).toMatchObject({ said: GOOD, asked: 1 });
      expect(ran.stderr).toContain('revocation cannot be written (EEXIST)');
    }
    expect((await verify()).stderr).toBe('');
  });

  it.skipIf(getuid?.() === 0)('that cannot be read is fetched', async () => {
    await verify();
    chmodSync(onlyFile(), 0);
    expect(await verify()).toMatchObject({ said: GOOD, asked: 1 });
  });

  it('makes room for itself among too many, what a killed run left goes, and what is no list of its own stays', async () => {
    const folder = join(cache, 'revocation');
    mkdirSync(folder);
    for (let at = 0; at < KEPT_LISTS; at += 1)
      writeFileSync(join(folder, at.toString(16).padStart(64, '0')), '');
    writeFileSync(join(folder, `${'0'.repeat(64)}.${randomUUID()}`), '');
    const others = ['acme.crl', `acme.${randomUUID()}`];
    for (const name of others) writeFileSync(join(folder, name), '');
    const later = new Date(Date.now() + 2 * HOUR);
    serve(list({ nextUpdate: new Date('2049-01-01') }));
    expect(await verify([], { at: later })).toMatchObject({ said: GOOD, asked: 1 });
    expect(keptFiles()).toHaveLength(KEPT_LISTS + others.length);
    for (const name of others) expect(existsSync(join(folder, name))).toBe(true);
    expect(await verify([], { at: later })).toMatchObject({ said: GOOD, asked: 0 });
  });
});

const FOR_AUTHORITIES = issuingPoint(onlyContains(2));
