import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reason } from '../../src/reasons.ts';
import { connect } from '../../testdata/make/client.ts';
import { type LoopbackRegistry, startDockerRegistry, startOlareg } from '../sigstore/registry.ts';
import { freePorts, type Running } from '../sigstore/servers.ts';
import { writePolicy } from './asked.ts';
import { buildTools, temporaryDirectory } from './bench.ts';
import { withFallbackTags } from './fallback.ts';
import { type Fault, startFaultyRegistry } from './faulty-registry.ts';
import { buildProgram, REPOSITORY_ROOT, runProgram, verifyImage } from './program.ts';
import { restore } from './restore.ts';

/** Signed by bundle, found as a referrer. */
const PAYMENT = 'shop/payment';
/** Signed by a `.sig` tag. */
const REFUND = 'shop/refund';
const USER = 'auditor';
const PASSWORD = 'loopback';
/** What `htpasswd -B` makes of USER and PASSWORD. */
const HTPASSWD = `${USER}:$2b$05$abcdefghijklmnopqrstuuaxWaIGz0ocxQjnBdU4neLQIs4nDHGo6\n`;

const { path: directory, remove } = temporaryDirectory();
const running: Running[] = [];
let olareg: LoopbackRegistry;
let docker: LoopbackRegistry;
let locked: LoopbackRegistry;
let policy: string;

beforeAll(async () => {
  buildProgram();
  const testdata = join(REPOSITORY_ROOT, 'testdata');
  policy = writePolicy(
    directory,
    [{ authority: { key: { path: join(testdata, 'keys', 'release.pub'), trustRoot: 'acme' } }, flags: [] }],
    join(testdata, 'trusted-root.json'),
  );
  const keep = <T extends Running>(service: T): T => {
    running.push(service);
    return service;
  };
  olareg = keep(await startOlareg({ workdir: directory, toolsBin: buildTools() }));
  docker = keep(await startDockerRegistry({ workdir: directory }));
  const homes = [
    { client: connect(olareg.url), host: olareg.host },
    { client: withFallbackTags(connect(docker.url)), host: docker.host },
  ];
  for (const home of homes) {
    for (const repository of [PAYMENT, REFUND])
      await restore(`registry.example.com/${repository}`, { ...home, repository });
  }
  const htpasswd = join(directory, 'htpasswd');
  writeFileSync(htpasswd, HTPASSWD);
  locked = keep(await startDockerRegistry({ workdir: directory, htpasswd }));
});
afterAll(async () => {
  for (const service of running.toReversed()) await service.stop();
  remove();
});

const verify = (image: string, ...flags: string[]) => verifyImage(image, policy, directory, flags);

describe('without any fault', () => {
  it.each([PAYMENT, REFUND])('%s passes from both registries', async (repository) => {
    for (const { host } of [olareg, docker])
      expect(await verify(`${host}/${repository}:v1`)).toMatchObject({
        status: 'pass',
        reason: 'SignatureVerified',
        exitCode: 0,
      });
  });
});

describe('an image that cannot be had', () => {
  it('is unknown where nothing listens', async () => {
    const [port = 0] = await freePorts(1);
    const image = `127.0.0.1:${port}/${PAYMENT}:v1`;
    expect(await verify(image)).toMatchObject({
      status: 'unknown',
      reason: 'RegistryUnreachable',
      exitCode: 3,
    });
  });

  it('is unknown without a policy as well', async () => {
    const [port = 0] = await freePorts(1);
    const image = `127.0.0.1:${port}/${PAYMENT}:v1`;
    expect(await verifyImage(image, 'none', directory)).toMatchObject({
      status: 'unknown',
      reason: 'RegistryUnreachable',
      exitCode: 3,
    });
  });

  it.each([
    ['repository', 'shop/nothing:v1'],
    ['tag', `${PAYMENT}:v9`],
    ['digest', `${PAYMENT}@sha256:${'0'.repeat(64)}`],
  ])('is unknown where the registry has no such %s', async (_, name) => {
    for (const { host } of [olareg, docker])
      expect(await verify(`${host}/${name}`)).toMatchObject({
        status: 'unknown',
        reason: 'ImageNotFound',
        exitCode: 3,
      });
  });
});

describe('a registry that wants credentials', () => {
  /** A docker config.json with credentials for a registry. */
  function registryConfig(host: string, password: string): string {
    const auth = Buffer.from(`${USER}:${password}`).toString('base64');
    const path = join(directory, 'config.json');
    writeFileSync(path, JSON.stringify({ auths: { [host]: { auth } } }));
    return `--registry-config=${path}`;
  }

  it('shows the image to the right ones', async () => {
    expect(await verify(`${locked.host}/${PAYMENT}:v1`, registryConfig(locked.host, PASSWORD))).toMatchObject(
      {
        status: 'pass',
        reason: 'SignatureVerified',
        exitCode: 0,
      },
    );
  });

  it('makes it unknown without any', async () => {
    const judged = await verify(`${locked.host}/${PAYMENT}:v1`);
    expect(judged).toMatchObject({ status: 'unknown', reason: 'CredentialsRejected', exitCode: 3 });
    expect(judged.message).toContain('none are configured');
  });

  it('makes it unknown with wrong ones, and says where they are from', async () => {
    const judged = await verify(`${locked.host}/${PAYMENT}:v1`, registryConfig(locked.host, 'wrong'));
    expect(judged).toMatchObject({ status: 'unknown', reason: 'CredentialsRejected', exitCode: 3 });
    expect(judged.message).toContain(join(directory, 'config.json'));
  });

  it('does not see the credentials of another registry', async () => {
    const judged = await verify(`${locked.host}/${PAYMENT}:v1`, registryConfig(docker.host, PASSWORD));
    expect(judged).toMatchObject({ status: 'unknown', reason: 'CredentialsRejected', exitCode: 3 });
    expect(judged.message).toContain('none are configured');
  });

  it('never has them printed', async () => {
    const flags = [
      registryConfig(locked.host, 'a-wrong-password'),
      '--policy',
      policy,
      '--v=9',
      '-o',
      'json',
    ];
    const { stdout, stderr } = await runProgram(
      ['verify', `${locked.host}/${PAYMENT}:v1`, ...flags],
      directory,
    );
    const secret = Buffer.from(`${USER}:a-wrong-password`).toString('base64');
    expect(stderr).toContain(locked.host);
    for (const text of [stdout, stderr]) {
      expect(text).not.toContain('a-wrong-password');
      expect(text).not.toContain(secret);
    }
  });
});

interface FaultCase {
  readonly name: string;
  readonly repository: typeof PAYMENT | typeof REFUND;
  readonly path: RegExp;
  readonly fault: Fault;
  readonly reason: Reason;
  readonly flags?: readonly string[];
}

const REFERRERS_LIST = /\/referrers\//;
const IMAGE = /\/manifests\/v1$/;
const REFERRER = /\/manifests\/sha256:/;
const SIGNATURE_TAG = /\/manifests\/sha256-[0-9a-f]{64}\.sig$/;
const BLOB = /\/blobs\//;

const FAULTS: readonly FaultCase[] = [
  {
    name: 'the image: a server error',
    repository: PAYMENT,
    path: IMAGE,
    fault: { kind: 'answers', status: 500 },
    reason: 'RegistryError',
  },
  {
    name: 'the image: no answer',
    repository: PAYMENT,
    path: IMAGE,
    fault: { kind: 'says nothing' },
    reason: 'TimedOut',
    flags: ['--timeout=1s'],
  },
  {
    name: 'the list of referrers: a server error',
    repository: PAYMENT,
    path: REFERRERS_LIST,
    fault: { kind: 'answers', status: 503 },
    reason: 'RegistryError',
  },
  {
    name: 'the list of referrers: forbidden',
    repository: PAYMENT,
    path: REFERRERS_LIST,
    fault: { kind: 'answers', status: 403 },
    reason: 'AccessDenied',
  },
  {
    name: 'the list of referrers: credentials are wanted',
    repository: PAYMENT,
    path: REFERRERS_LIST,
    fault: { kind: 'answers', status: 401, headers: { 'www-authenticate': 'Basic realm="loopback"' } },
    reason: 'CredentialsRejected',
  },
  {
    name: 'the list of referrers: too many requests',
    repository: PAYMENT,
    path: REFERRERS_LIST,
    fault: { kind: 'answers', status: 429, headers: { 'retry-after': '3600' } },
    reason: 'RateLimited',
  },
  {
    name: 'the list of referrers: a page of a proxy',
    repository: PAYMENT,
    path: REFERRERS_LIST,
    fault: { kind: 'answers', status: 200, headers: { 'content-type': 'text/html' } },
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'the list of referrers: method not allowed, and no fallback tag',
    repository: PAYMENT,
    path: REFERRERS_LIST,
    fault: { kind: 'answers', status: 405 },
    reason: 'RegistryError',
  },
  {
    name: 'the list of referrers: the connection is closed',
    repository: PAYMENT,
    path: REFERRERS_LIST,
    fault: { kind: 'hangs up' },
    reason: 'RegistryUnreachable',
  },
  {
    name: 'the list of referrers: no answer',
    repository: PAYMENT,
    path: REFERRERS_LIST,
    fault: { kind: 'says nothing' },
    reason: 'TimedOut',
    flags: ['--timeout=1s'],
  },
  {
    name: 'the list of referrers: cut short',
    repository: PAYMENT,
    path: REFERRERS_LIST,
    fault: { kind: 'changes', body: (body) => body.subarray(0, -20) },
    reason: 'RegistryResponseInvalid',
  },
  {
    name: "a referrer's manifest: not there",
    repository: PAYMENT,
    path: REFERRER,
    fault: { kind: 'answers', status: 404 },
    reason: 'RegistryResponseInvalid',
  },
  {
    name: "a referrer's manifest: other bytes",
    repository: PAYMENT,
    path: REFERRER,
    fault: { kind: 'changes', body: (body) => Buffer.concat([body, Buffer.from('\n')]) },
    reason: 'DigestMismatch',
  },
  {
    name: 'a bundle: other bytes',
    repository: PAYMENT,
    path: BLOB,
    fault: { kind: 'changes', body: (body) => Buffer.from(body.toString().replace('{', '[')) },
    reason: 'DigestMismatch',
  },
  {
    name: 'a bundle: cut short',
    repository: PAYMENT,
    path: BLOB,
    fault: { kind: 'changes', body: (body) => body.subarray(0, 100) },
    reason: 'DigestMismatch',
  },
  {
    name: 'a bundle: not there',
    repository: PAYMENT,
    path: BLOB,
    fault: { kind: 'answers', status: 404 },
    reason: 'RegistryError',
  },
  {
    name: 'the `.sig` tag: a server error',
    repository: REFUND,
    path: SIGNATURE_TAG,
    fault: { kind: 'answers', status: 500 },
    reason: 'RegistryError',
  },
  {
    name: 'the `.sig` tag: the connection is closed',
    repository: REFUND,
    path: SIGNATURE_TAG,
    fault: { kind: 'hangs up' },
    reason: 'RegistryUnreachable',
  },
  {
    name: 'the payload of a `.sig`: other bytes',
    repository: REFUND,
    path: BLOB,
    fault: { kind: 'changes', body: (body) => Buffer.from(body.toString().replace('{', '[')) },
    reason: 'DigestMismatch',
  },
];

/** Asks for an image of a registry that is faulty at one place. */
async function verifyFaulty({ repository, path, fault, flags = [] }: Omit<FaultCase, 'reason' | 'name'>) {
  const faulty = await startFaultyRegistry(olareg.url, (asked) => (path.test(asked) ? fault : null));
  try {
    return await verify(`${faulty.host}/${repository}:v1`, ...flags);
  } finally {
    await faulty.stop();
  }
}

describe('a registry that fails on the way', () => {
  it.each(FAULTS)('makes a signed image unknown: $name', async (one) => {
    const { status, reason, exitCode, message } = await verifyFaulty(one);
    expect({ status, reason, exitCode, message }).toEqual({
      status: 'unknown',
      reason: one.reason,
      exitCode: 3,
      message,
    });
  });

  it.each([
    { name: 'the `.sig` tag beside a good bundle', repository: PAYMENT, path: SIGNATURE_TAG },
    { name: 'the list of referrers beside a good `.sig` tag', repository: REFUND, path: REFERRERS_LIST },
  ] as const)('changes nothing where what is missing could not: $name', async ({ repository, path }) => {
    const fault = { kind: 'answers', status: 500 } as const;
    expect(await verifyFaulty({ repository, path, fault })).toMatchObject({ status: 'pass', exitCode: 0 });
  });
});
