import { z } from 'zod';

import { EVIDENCE_BYTES, GITHUB_ATTESTATIONS, GITHUB_PAGE_BYTES, GITHUB_PAGES } from '../limits.ts';
import { failed, type Fault, ok, type Outcome } from '../reasons.ts';
import { readJson } from '../registry/document.ts';
import { nextPage } from '../registry/link.ts';
import { printableUrl } from '../registry/printable.ts';
import { redirectTarget } from '../registry/redirect.ts';
import type { Transport } from '../registry/transport.ts';
import type { WireResponse } from '../registry/wire.ts';
import { githubFault } from './github-fault.ts';
import { decompressSnappy, SnappyError } from './snappy.ts';

export interface GitHubApiOptions {
  /** `https://api.github.com`, or what takes its place on a server of one's own: `https://ghe.example.com/api/v3`. */
  readonly base: URL;
  /** Sent to `base` alone. */
  readonly token: string | null;
  readonly transport: Transport;
}

/** One attestation of a listing: its bundle, or why it could not be had. `address` tells it from the others. */
export interface ListedBundle {
  readonly address: string;
  readonly bundle: Outcome<Uint8Array>;
}

export interface GitHubApi {
  /** The bundles that GitHub keeps for a digest. `owner` is `repos/acme/cart`, or `orgs/acme` for an organisation or a person. */
  list(owner: string, digest: string): Promise<Outcome<readonly ListedBundle[]>>;
}

/** The version of the API that servers of one's own know as well. */
const API_VERSION = '2022-11-28';
const PER_PAGE = 100;
const ORGANISATION = 'orgs/';

/**
 * GitHub's REST API, "List attestations". An entry has the bundle itself or, since July 2026 on github.com, the address of a copy
 * that is compressed with Snappy, on a storage that takes no token: a signature is in the address.
 */
const pageSchema = z.object({
  attestations: z.array(
    z.object({
      bundle: z.unknown(),
      bundle_url: z
        .string()
        .nullish()
        .transform((url) => url || null),
    }),
  ),
});
type Entry = z.infer<typeof pageSchema>['attestations'][number];

/** What GitHub keeps of attestations, asked for over its REST API. */
export function createGitHubApi({ base, token, transport }: GitHubApiOptions): GitHubApi {
  const root = base.href.replace(/\/$/, '');
  const headers = {
    accept: 'application/vnd.github+json',
    'x-github-api-version': API_VERSION,
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  const get = (url: URL): Promise<Outcome<WireResponse>> =>
    transport.send({ method: 'GET', url, headers, limit: GITHUB_PAGE_BYTES });

  const download = async (entry: Entry): Promise<ListedBundle> => {
    const { bundle, bundle_url: address } = entry;
    if (typeof bundle === 'object' && bundle !== null) {
      const text = JSON.stringify(bundle);
      return { address: text, bundle: ok(Buffer.from(text)) };
    }
    if (address === null || !URL.canParse(address))
      return { address: JSON.stringify(entry), bundle: notABundle(base) };
    // The query is a key to the storage, and another one in every answer.
    const { origin, pathname } = new URL(address);
    return { address: origin + pathname, bundle: await fetchBundle(transport, base, address) };
  };

  const listAll = async (owner: string, digest: string): Promise<Outcome<readonly ListedBundle[]>> => {
    const entries: Entry[] = [];
    const rest: ListedBundle[] = [];
    let url = new URL(`${root}/${owner}/attestations/${digest}?per_page=${String(PER_PAGE)}`);
    const more = (fault: Fault): void => {
      rest.push({ address: `${String(entries.length)} and more of ${owner}`, bundle: { ok: false, fault } });
    };
    for (let page = 1; ; page += 1) {
      const read = readPage(await get(url), token !== null, page === 1);
      if (!read.ok && page === 1) return read;
      if (!read.ok) {
        more(read.fault);
        break;
      }
      entries.push(...read.value.entries);
      const { next } = read.value;
      if (next === null && entries.length <= GITHUB_ATTESTATIONS) break;
      if (page === GITHUB_PAGES || next === null || entries.length >= GITHUB_ATTESTATIONS) {
        more(tooMany(url));
        break;
      }
      url = next;
    }
    const bundles = await Promise.all(entries.slice(0, GITHUB_ATTESTATIONS).map(download));
    return ok([...bundles, ...rest]);
  };

  return {
    async list(owner, digest) {
      const listed = await listAll(owner, digest);
      if (!listed.ok || listed.value.length > 0 || !owner.startsWith(ORGANISATION)) return listed;
      // Of a person's name the API says no more than that no organisation has it.
      return listAll(owner.replace(ORGANISATION, 'users/'), digest);
    },
  };
}

interface Page {
  readonly entries: readonly Entry[];
  readonly next: URL | null;
}

function readPage(outcome: Outcome<WireResponse>, authenticated: boolean, first: boolean): Outcome<Page> {
  if (!outcome.ok) return outcome;
  const response = outcome.value;
  // Of what somebody may not see GitHub says the same.
  if (response.status === 404 && first) return ok({ entries: [], next: null });
  if (response.status !== 200) return { ok: false, fault: githubFault(response, authenticated) };
  const read = readJson(response.body, pageSchema);
  const where = printableUrl(response.url);
  if (!read.ok)
    return failed('RegistryResponseInvalid', `the answer of ${where} ${read.message}`, API_REMEDY);
  const next = nextPage(response.headers.get('link') ?? [], response.url);
  return next.ok ? ok({ entries: read.value.attestations, next: next.value }) : next;
}

const API_REMEDY =
  "check that GITHUB_API_URL or GH_HOST names GitHub's REST API, and that no proxy answers in its place";

/** The copy on a storage, which gets no token. */
async function fetchBundle(transport: Transport, base: URL, address: string): Promise<Outcome<Uint8Array>> {
  // What an answer names is held to the rules of redirects: no private network, no plain HTTP.
  const target = redirectTarget(base, address, base.host);
  if (!target.ok) return target;
  const response = await transport.follow({
    method: 'GET',
    url: target.value,
    headers: { accept: '*/*' },
    limit: EVIDENCE_BYTES,
    registry: base.host,
  });
  if (!response.ok) return response;
  const where = `the bundle ${printableUrl(response.value.url)}`;
  if (response.value.status !== 200) {
    return failed(
      'RegistryError',
      `${where}, which ${base.host} names, answered HTTP ${String(response.value.status)}`,
      'try again: such addresses are valid for minutes only',
    );
  }
  try {
    return ok(decompressSnappy(response.value.body, EVIDENCE_BYTES));
  } catch (cause) {
    if (!(cause instanceof SnappyError)) throw cause;
    return failed('RegistryResponseInvalid', `${where} is not compressed with Snappy: ${cause.message}`);
  }
}

function notABundle(base: URL): Outcome<never> {
  return failed(
    'RegistryResponseInvalid',
    `${base.host} lists an attestation without a bundle and without its address`,
  );
}

function tooMany(url: URL): Fault {
  const limit = String(GITHUB_ATTESTATIONS);
  return failed(
    'LimitExceeded',
    `${printableUrl(url)} lists more than ${limit} attestations (GITHUB_ATTESTATIONS), or too few on each page; the rest was not read`,
  ).fault;
}
