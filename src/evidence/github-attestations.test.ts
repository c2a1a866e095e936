import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GITHUB_ATTESTATIONS, GITHUB_PAGES } from '../limits.ts';
import { digestOf } from '../registry/digest.ts';
import { openLayout } from '../registry/layout.ts';
import { writeLayout } from '../registry/layout-writer.ts';
import { recordRegistry } from '../registry/recording.ts';
import type { Registry } from '../registry/registry.ts';
import { createTransport } from '../registry/transport.ts';
import { createWire } from '../registry/wire.ts';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGitHubApi } from './github-api.ts';
import { githubAttestations } from './github-attestations.ts';
import { withGitHub } from './github-registry.ts';
import { type AnsweringServer, serveAnswers, snappyLiteral } from './github-server.fixture.ts';
import { inMemoryRegistry } from './in-memory-registry.fixture.ts';

const DIGEST = digestOf(Buffer.from('the image'));
const CART = 'ghcr.io/acme/cart';
const TOKEN = 'ghp_secret';
const PATH = `/repos/acme/cart/attestations/${DIGEST}`;
const BUNDLE = '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}';
const listing = (...attestations: readonly object[]) => JSON.stringify({ attestations });
const inline = (mark = 0) => ({ bundle: { mark }, bundle_url: null });

let api: AnsweringServer;
let storage: AnsweringServer;
let registry: Registry;
const shown: string[] = [];

beforeEach(async () => {
  [api, storage] = await Promise.all([serveAnswers(), serveAnswers()]);
  shown.length = 0;
  registry = open(TOKEN);
});
afterEach(async () => {
  await registry.close();
  await Promise.all([api.close(), storage.close()]);
});

function open(token: string | null): Registry {
  const clock = () => new Date();
  const wire = createWire({
    clock,
    insecure: new Set(),
    userAgent: 'test',
    concurrencyPerHost: 4,
    requestMs: 5_000,
    transferMs: 5_000,
    onRequest: (method, url, status) => void shown.push(`${method} ${url} ${status}`),
  });
  const transport = createTransport(wire, clock, undefined);
  const github = createGitHubApi({ base: new URL(api.url), token, transport });
  return withGitHub(inMemoryRegistry(), api.host, github, wire);
}

const collect = (from = registry, owner = 'repos/acme/cart') =>
  githubAttestations(`${api.host}/${owner}`).collect(from, CART, DIGEST);
const texts = async (owner?: string) =>
  (await collect(registry, owner)).evidence.map(({ bytes }) => Buffer.from(bytes).toString());

describe('what GitHub keeps', () => {
  it('is found where the listing holds it', async () => {
    api.answer(PATH, 200, listing(inline(1), inline(2)));
    const { evidence, faults } = await collect();
    expect(faults).toEqual([]);
    const location = `https://${api.host}${PATH}`;
    expect(evidence).toMatchObject([
      { format: 'sigstore-bundle', subject: DIGEST, location, digest: digestOf(Buffer.from('{"mark":1}')) },
      { format: 'sigstore-bundle', subject: DIGEST, location, digest: digestOf(Buffer.from('{"mark":2}')) },
    ]);
    expect(api.requests).toMatchObject([
      {
        path: `${PATH}?per_page=100`,
        headers: { authorization: `Bearer ${TOKEN}`, 'x-github-api-version': '2022-11-28' },
      },
    ]);
    expect(registry.hosts()).toEqual([api.host]);
  });

  it('is found on the storage that the listing names, which gets no token', async () => {
    storage.answer('/attestations/1.json.sn', 200, snappyLiteral(BUNDLE));
    api.answer(
      PATH,
      200,
      listing({ bundle: null, bundle_url: `${storage.url}/attestations/1.json.sn?sig=hidden` }),
    );
    expect(await texts()).toEqual([BUNDLE]);
    expect(storage.requests.map(({ path }) => path)).toEqual(['/attestations/1.json.sn?sig=hidden']);
    expect(storage.requests[0]?.headers.authorization).toBeUndefined();
    expect(registry.hosts()).toEqual([api.host, storage.host].sort());
    expect(shown.join()).not.toMatch(/hidden|secret/);
  });

  it('is read page by page', async () => {
    const next = `${api.url}${PATH}?per_page=100&after=abc`;
    api.answer(PATH, 200, listing(inline(1)), { link: `<${next}>; rel="next"` });
    api.answer(`${PATH}?per_page=100&after=abc`, 200, listing(inline(2)));
    expect(await texts()).toEqual(['{"mark":1}', '{"mark":2}']);
  });

  it('is nothing where GitHub knows of nothing', async () => {
    expect(await collect()).toEqual({ evidence: [], faults: [] });
    api.answer(PATH, 200, listing());
    expect(await collect(open(null))).toEqual({ evidence: [], faults: [] });
  });

  it('is asked for by organisation, and by person where no organisation has the name', async () => {
    api.answer(`/orgs/acme/attestations/${DIGEST}`, 200, listing(inline(1)));
    api.answer(`/users/jane/attestations/${DIGEST}`, 200, listing(inline(2)));
    expect(await texts('orgs/acme')).toEqual(['{"mark":1}']);
    expect(await texts('orgs/jane')).toEqual(['{"mark":2}']);
  });

  it('is asked for without a token where there is none', async () => {
    await collect(open(null));
    expect(api.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('is asked for once, however many repositories hold the digest', async () => {
    await collect();
    await githubAttestations(`${api.host}/repos/acme/cart`).collect(registry, 'quay.io/acme/cart', DIGEST);
    expect(api.requests).toHaveLength(1);
  });
});

describe('what GitHub refuses is a fault', () => {
  const faultOf = async (from = registry) => {
    const { evidence, faults } = await collect(from);
    expect(evidence).toEqual([]);
    expect(JSON.stringify(faults)).not.toContain(TOKEN);
    return faults[0];
  };

  it.each<[string, number, Readonly<Record<string, string>>, string, string]>([
    ['a token that is no good', 401, {}, 'CredentialsRejected', 'refused the token: said'],
    ['a token without the permission', 403, {}, 'AccessDenied', 'refused access with this token: said'],
    [
      'the end of the rate limit',
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795392000' },
      'RateLimited',
      'come back later (HTTP 403), at 2026-11-23T00:00:00.000Z: said',
    ],
    ['a secondary rate limit', 403, { 'retry-after': '60' }, 'RateLimited', '(HTTP 403), after 60 s: said'],
    ['too many requests', 429, { 'retry-after': '3600' }, 'RateLimited', '(HTTP 429), after 3600 s: said'],
    ['what it cannot process', 422, {}, 'RegistryError', 'answered HTTP 422: said'],
  ])('%s', async (_name, status, headers, reason, message) => {
    api.answer(PATH, status, '{"message":"said."}', headers);
    const fault = await faultOf();
    expect(fault).toMatchObject({ reason, subject: DIGEST });
    expect(fault?.message).toContain(message);
    expect(fault?.remediation).toMatch(/\w/);
  });

  it.each([
    [401, 'CredentialsRejected'],
    [403, 'AccessDenied'],
    [429, 'RateLimited'],
  ])('says what a token would change: %i', async (status, reason) => {
    api.answer(PATH, status, '{}', { 'retry-after': status === 429 ? '60' : '' });
    if (status === 403) api.answer(PATH, status, '{}');
    const fault = await faultOf(open(null));
    expect(fault?.reason).toBe(reason);
    expect(fault?.remediation).toContain('GH_TOKEN');
  });

  it('a redirect, along which no token goes', async () => {
    storage.answer(PATH, 200, listing(inline()));
    api.answer(PATH, 301, '', { location: `${storage.url}${PATH}` });
    expect(await faultOf()).toMatchObject({ reason: 'RegistryResponseInvalid' });
    expect(storage.requests).toEqual([]);
  });

  it('a page on another host, to which no token goes', async () => {
    storage.answer(PATH, 200, listing(inline()));
    api.answer(PATH, 200, listing(inline(1)), { link: `<${storage.url}${PATH}>; rel="next"` });
    expect((await faultOf())?.reason).toBe('RegistryResponseInvalid');
    expect(storage.requests).toEqual([]);
  });

  it.each([
    ['a page that is none', '<html>'],
    ['a listing of another form', '{"attestations":{}}'],
    ['a member that stands twice', '{"attestations":[],"attestations":[]}'],
  ])('%s', async (_name, body) => {
    api.answer(PATH, 200, body);
    expect(await faultOf()).toMatchObject({ reason: 'RegistryResponseInvalid' });
  });
});

describe('a bundle that cannot be had is a fault beside the others', () => {
  const bomb = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00, 0x61]);
  const lying = Buffer.concat([snappyLiteral(BUNDLE), Buffer.from([0x04, 0x61, 0x61])]);

  it.each<[string, number, string | Uint8Array, string]>([
    ['that is gone', 403, '<Error>', 'RegistryError'],
    ['that is no Snappy', 200, BUNDLE, 'RegistryResponseInvalid'],
    ['that would become four gigabytes', 200, bomb, 'RegistryResponseInvalid'],
    ['that holds more than it announces', 200, lying, 'RegistryResponseInvalid'],
  ])('%s', async (_name, status, body, reason) => {
    storage.answer('/bad.json.sn', status, body);
    api.answer(
      PATH,
      200,
      listing({ bundle: null, bundle_url: `${storage.url}/bad.json.sn?sig=hidden` }, inline(1)),
    );
    const { evidence, faults } = await collect();
    expect(evidence).toHaveLength(1);
    expect(faults).toMatchObject([{ reason, subject: DIGEST }]);
    expect(JSON.stringify(faults)).not.toContain('hidden');
  });

  it.each([
    ['without an address', null],
    ['of another scheme', 'file:///etc/passwd'],
    ['with credentials in its address', 'http://a:b@127.0.0.1:1/x'],
    ['with an address that is none', 'nowhere'],
  ])('%s', async (_name, address) => {
    api.answer(PATH, 200, listing({ bundle: null, bundle_url: address }, inline(1)));
    const { evidence, faults } = await collect();
    expect(evidence).toHaveLength(1);
    expect(faults).toMatchObject([{ reason: 'RegistryResponseInvalid' }]);
  });

  it('whose page failed', async () => {
    const next = `${api.url}${PATH}?after=abc`;
    api.answer(PATH, 200, listing(inline(1)), { link: `<${next}>; rel="next"` });
    api.answer(`${PATH}?after=abc`, 403, '{}', { 'retry-after': '60' });
    const { evidence, faults } = await collect();
    expect(evidence).toHaveLength(1);
    expect(faults).toMatchObject([{ reason: 'RateLimited' }]);
  });

  it('beyond the limit', async () => {
    const entries = Array.from({ length: GITHUB_ATTESTATIONS + 1 }, (_, at) => inline(at));
    api.answer(PATH, 200, listing(...entries));
    const { evidence, faults } = await collect();
    expect(evidence).toHaveLength(GITHUB_ATTESTATIONS);
    expect(faults).toMatchObject([{ reason: 'LimitExceeded' }]);
  });

  it('on pages that do not end', async () => {
    api.answer(PATH, 200, listing(), { link: `<${api.url}${PATH}?after=abc>; rel="next"` });
    const { faults } = await collect();
    expect(faults).toMatchObject([{ reason: 'LimitExceeded' }]);
    expect(api.requests).toHaveLength(GITHUB_PAGES);
  });
});

it('is saved and given again, faults and all', async () => {
  storage.answer('/good.json.sn', 200, snappyLiteral(BUNDLE));
  const bundles = ['good', 'bad'].map((name) => ({
    bundle: null,
    bundle_url: `${storage.url}/${name}.json.sn`,
  }));
  api.answer(PATH, 200, listing(...bundles, inline(1)));
  const recorder = recordRegistry(registry, () => new Date('2026-11-22T00:00:00Z'));
  const first = await collect(recorder.registry);
  expect([first.evidence.length, first.faults.length]).toEqual([2, 1]);
  const directory = join(mkdtempSync(join(tmpdir(), 'github-')), 'evidence');
  expect(await writeLayout(directory, recorder.recorded(), null, 'test')).toMatchObject({ ok: true });
  const layout = await openLayout(directory);
  if (!layout.ok) throw new Error(layout.fault.message);
  const again = await collect(layout.value);
  const comparable = ({ evidence, faults }: typeof first) => [
    evidence.map((piece) => ({ ...piece, bytes: Buffer.from(piece.bytes).toString() })),
    faults,
  ];
  expect(comparable(again)).toEqual(comparable(first));
  const other = await githubAttestations(`${api.host}/repos/acme/other`).collect(layout.value, CART, DIGEST);
  expect(other.faults).toMatchObject([{ reason: 'NotInEvidence' }]);
});
