import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { digestOf } from './digest.ts';
import { loopbackClient } from './loopback-client.fixture.ts';
import { OCI_INDEX, OCI_MANIFEST } from './manifest.ts';
import type { Registry } from './registry.ts';

const closing: (() => unknown)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const SUFFIXES = ['sig', 'att', 'sbom'] as const;
const config = {
  mediaType: 'application/vnd.oci.image.config.v1+json',
  digest: digestOf(Buffer.from('{}')),
  size: 2,
};

function manifestOf(mark: string): { text: string; digest: string } {
  const content = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [], annotations: { mark } };
  const text = JSON.stringify(content);
  return { text, digest: digestOf(Buffer.from(text)) };
}

const FIRST = manifestOf('first').digest;
const SECOND = manifestOf('second').digest;
const THIRD = manifestOf('third').digest;
const tagOf = (digest: string, suffix: string) => `${digest.replace(':', '-')}.${suffix}`;

type List = (response: ServerResponse, url: URL) => void;

interface Content {
  /** The tags that there are. */
  readonly tags?: readonly string[];
  /** How they are listed; all of them on one page if it is not given. */
  readonly list?: List;
  /** The digests that something refers to, by the registry's API; all if it is not given. */
  readonly referred?: readonly string[];
}

async function serve({ tags = [], list = listing(tags), referred = [FIRST, SECOND, THIRD] }: Content) {
  const asked: string[] = [];
  const artifact = manifestOf('artifact');
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    asked.push(url.pathname.replace('/v2/acme/cart/', '') + url.search);
    const [, kind, name = ''] =
      /^\/v2\/acme\/cart\/(manifests|referrers|tags)\/(.+)$/.exec(url.pathname) ?? [];
    if (kind === 'tags') list(response, url);
    else if (kind === 'referrers') {
      const { digest, text } = artifact;
      const manifests = referred.includes(name)
        ? [{ mediaType: OCI_MANIFEST, digest, size: text.length }]
        : [];
      response.writeHead(200, { 'content-type': OCI_INDEX });
      response.end(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
    } else if (tags.includes(name)) {
      response.writeHead(200, { 'content-type': OCI_MANIFEST }).end(artifact.text);
    } else response.writeHead(404).end('{}');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const registry = loopbackClient(host);
  closing.push(() => {
    server.closeAllConnections();
    server.close();
    return registry.close();
  });
  return { asked, registry, repository: `${host}/acme/cart` };
}

function listing(tags: readonly string[], headers: Record<string, string> = {}, name = 'acme/cart'): List {
  return (response) => response.writeHead(200, headers).end(JSON.stringify({ name, tags }));
}

const SECOND_PAGE = '/v2/acme/cart/tags/list?n=1000&last=v1';

const next = (path: string) => ({ link: `<${path}>; rel="next"` });

function paged(first: List, second: List): List {
  return (response, url) => (url.searchParams.has('last') ? second : first)(response, url);
}

function outOfOrder(response: ServerResponse): void {
  response.writeHead(500, { 'retry-after': '0' }).end();
}

/** Asks for the tags of evidence of each digest, as the collectors do; gives the suffixes that were found, by digest. */
async function found(registry: Registry, repository: string, digests: readonly string[]) {
  const all = await Promise.all(
    digests.map(async (digest) => {
      const [, ...answers] = await Promise.all([
        registry.referrers(repository, digest),
        ...SUFFIXES.map((suffix) => registry.tag(repository, tagOf(digest, suffix))),
      ]);
      return SUFFIXES.filter((_, at) => {
        const answer = answers[at];
        return answer?.ok === true && answer.value !== null;
      });
    }),
  );
  return all.map((suffixes) => suffixes.join());
}

function breakOff(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': '99' }).write('{"name":"acme/cart"', () => response.destroy());
}

const tagRequests = (asked: readonly string[]) =>
  asked.filter((path) => path.startsWith('manifests/sha256-'));
const listRequests = (asked: readonly string[]) => asked.filter((path) => path.startsWith('tags/'));

describe('the tags of evidence', () => {
  it('are asked for one by one where one digest is asked for', async () => {
    const { asked, registry, repository } = await serve({});
    await found(registry, repository, [FIRST]);
    expect(tagRequests(asked)).toHaveLength(3);
    expect(listRequests(asked)).toEqual([]);
  });

  it('are known to be absent by one list where several digests of a repository are asked for', async () => {
    const { asked, registry, repository } = await serve({ tags: ['v1', 'v2'] });
    expect(await found(registry, repository, [FIRST, SECOND, THIRD])).toEqual(['', '', '']);
    expect(tagRequests(asked).sort()).toEqual(
      SUFFIXES.map((suffix) => `manifests/${tagOf(FIRST, suffix)}`).sort(),
    );
    expect(listRequests(asked)).toEqual(['tags/list?n=1000']);
  });

  it('that the list has are fetched', async () => {
    const { asked, registry, repository } = await serve({ tags: ['v1', tagOf(SECOND, 'sig')] });
    expect(await found(registry, repository, [FIRST, SECOND, THIRD])).toEqual(['', 'sig', '']);
    expect(tagRequests(asked)).toHaveLength(4);
  });

  it('are known by all pages of the list', async () => {
    const tag = tagOf(SECOND, 'att');
    const { asked, registry, repository } = await serve({
      tags: ['v1', tag],
      list: paged(listing(['v1'], next(SECOND_PAGE)), listing([tag])),
    });
    expect(await found(registry, repository, [FIRST, SECOND])).toEqual(['', 'att']);
    expect(tagRequests(asked)).toHaveLength(4);
    expect(listRequests(asked)).toHaveLength(2);
  });

  const many = (count: number) => Array.from({ length: count }, (_, at) => `v${at}`);

  it.each<[string, List]>([
    ['is forbidden', (response) => response.writeHead(403).end()],
    ['is not there', (response) => response.writeHead(404).end()],
    ['wants credentials', (response) => response.writeHead(401).end()],
    ['is a page of HTML', (response) => response.writeHead(200).end('<html>')],
    ['breaks off', breakOff],
    ['has no tags', (response) => response.writeHead(200).end('{"tags":[]}')],
    ['is that of another repository', listing([], {}, 'acme/other')],
    ['has names that are no tags', listing(['v1', '../x'])],
    ['is too long for a page', (response) => response.writeHead(200).end(`"${'x'.repeat(5_000_000)}"`)],
    ['is cut off where a page is full', listing(many(1000))],
    ['is cut off at another round number', listing(many(100))],
    ['goes on at another host', listing(['v1'], next('http://other.example/v2/acme/cart/tags/list'))],
    ['goes on with the same page', paged(listing(['v1'], next(SECOND_PAGE)), listing(['v1']))],
    ['goes on after an empty page', paged(listing([], next(SECOND_PAGE)), listing(['v1']))],
    [
      'has no end',
      (response, url) => {
        const last = Number(url.searchParams.get('last') ?? 0) + 1;
        listing([`v${last}`], next(`/v2/acme/cart/tags/list?last=${last}`))(response, url);
      },
    ],
    ['is cut off on its second page', paged(listing(['v1'], next(SECOND_PAGE)), outOfOrder)],
  ])('are asked for one by one where the list %s', async (_, list) => {
    const { asked, registry, repository } = await serve({ tags: [tagOf(SECOND, 'sig')], list });
    expect(await found(registry, repository, [FIRST, SECOND])).toEqual(['', 'sig']);
    expect(tagRequests(asked)).toHaveLength(6);
  });

  it('are asked for one by one where a list of a round length goes on when it is asked to', async () => {
    const tag = tagOf(SECOND, 'sig');
    const { registry, repository } = await serve({
      tags: [tag],
      list: (response, url) => listing(url.searchParams.has('last') ? [tag] : many(50))(response, url),
    });
    expect(await found(registry, repository, [FIRST, SECOND])).toEqual(['', 'sig']);
  });

  it('are known by a list of a round length behind which there is nothing', async () => {
    const { asked, registry, repository } = await serve({
      list: (response, url) => listing(url.searchParams.has('last') ? [] : many(50))(response, url),
    });
    expect(await found(registry, repository, [FIRST, SECOND])).toEqual(['', '']);
    expect(tagRequests(asked)).toHaveLength(3);
  });

  it.each<[string, Content]>([
    [
      'hides such tags, as the first digest shows',
      { tags: [tagOf(FIRST, 'sig'), tagOf(SECOND, 'att')], list: listing(['v2']) },
    ],
    [
      'has those of the first digest, and may be that of a cache',
      { tags: [tagOf(FIRST, 'sig'), tagOf(SECOND, 'att')], list: listing(['v2', tagOf(FIRST, 'sig')]) },
    ],
    ['lacks a tag that was found', { tags: ['v1', tagOf(SECOND, 'att')], list: listing(['v2']) }],
    [
      'is all that says so: nothing refers to the digest',
      { tags: [tagOf(SECOND, 'att')], referred: [FIRST], list: listing(['v2']) },
    ],
  ])('are asked for one by one where the list %s', async (_, content) => {
    const { registry, repository } = await serve(content);
    await registry.tag(repository, 'v1');
    const [, second] = await found(registry, repository, [FIRST, SECOND]);
    expect(second).toBe('att');
  });

  it('are not listed for digests that nothing refers to, as the children of a signed index', async () => {
    const { asked, registry, repository } = await serve({ referred: [FIRST] });
    expect(await found(registry, repository, [FIRST, SECOND, THIRD])).toEqual(['', '', '']);
    expect(tagRequests(asked)).toHaveLength(9);
    expect(listRequests(asked)).toEqual([]);
  });

  it('of another repository are none of this list', async () => {
    const { asked, registry, repository } = await serve({});
    await found(registry, repository, [FIRST]);
    await registry.tag(repository.replace('cart', 'other'), tagOf(SECOND, 'sig'));
    expect(listRequests(asked)).toEqual([]);
  });
});
