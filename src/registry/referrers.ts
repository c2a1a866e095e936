import { MANIFEST_BYTES, REFERRERS, REFERRER_PAGES } from '../limits.ts';
import { failed, ok, type Fault, type Outcome } from '../reasons.ts';
import { errorCode } from './answer-fault.ts';
import { parseDigest } from './digest.ts';
import { nextPage } from './link.ts';
import { bareMediaType, OCI_INDEX, parseManifest } from './manifest.ts';
import { printable, printableUrl } from './printable.ts';
import type { Descriptor, Manifest, Referrers } from './registry.ts';
import type { Answer, Session } from './session.ts';

/** Asks for the manifest behind a tag; an index of referrers may be longer than that of an image. */
export type FetchTag = (
  repository: string,
  tag: string,
  children: number,
) => Promise<Outcome<Manifest | null>>;

/** What the API said: its list, or that it is not there, which a fault accompanies unless the registry said so by a plain 404. */
type Listing =
  | { readonly kind: 'listed'; readonly descriptors: readonly Descriptor[] }
  | { readonly kind: 'absent'; readonly via: 'api' | 'tag'; readonly fault: Fault | null };

/** Statuses by which registries without the API answer, beside 404. */
const UNSUPPORTED = new Set([400, 405, 406, 415, 501]);

/**
 * Lists what refers to a digest (distribution-spec, "Listing Referrers", and for registries without that API "Referrers Tag Schema").
 * Where both the API fails and the tag is absent, nothing is known, and that is a fault rather than an empty list.
 */
export async function listReferrers(
  session: Session,
  fetchTag: FetchTag,
  repository: string,
  digest: string,
): Promise<Outcome<Referrers>> {
  if (parseDigest(digest) === null)
    return failed(
      'EvidenceUnsupported',
      `${JSON.stringify(printable(digest))} is no sha256, sha384 or sha512 digest`,
    );
  const listing = await listByApi(session, repository, digest);
  if (!listing.ok) return listing;
  if (listing.value.kind === 'listed') return ok({ via: 'api', descriptors: listing.value.descriptors });

  const tagged = await fetchTag(repository, fallbackTag(digest), REFERRERS);
  if (!tagged.ok) return tagged;
  const { via, fault } = listing.value;
  if (tagged.value === null) return fault === null ? ok({ via, descriptors: [] }) : { ok: false, fault };
  const { content } = tagged.value;
  if (content.kind === 'index') return ok({ via: 'tag', descriptors: distinct(content.manifests) });
  return failed(
    'RegistryResponseInvalid',
    `${repository}:${fallbackTag(digest)} must be an index of referrers, and is a manifest`,
    'delete the tag, and attach the signatures and attestations again',
  );
}

/** The tag of the index of what refers to a digest (distribution-spec, "Referrers Tag Schema"): the algorithm is cut to 32 characters, the rest to 64. */
export function fallbackTag(digest: string): string {
  const [algorithm = '', encoded = ''] = digest.split(':');
  return `${algorithm.slice(0, 32)}-${encoded.slice(0, 64)}`;
}

async function listByApi(session: Session, repository: string, digest: string): Promise<Outcome<Listing>> {
  const descriptors: Descriptor[] = [];
  let target: string | URL = `referrers/${digest}`;
  for (let page = 1; page <= REFERRER_PAGES; page += 1) {
    const answer = await session.get({
      repository,
      target,
      accept: OCI_INDEX,
      limit: MANIFEST_BYTES,
      seeOther: 'answer',
    });
    if (!answer.ok) return answer;
    const absent = page === 1 ? apiAbsent(answer.value) : null;
    if (absent !== null) return ok(absent);
    const listed = readPage(answer.value);
    if (!listed.ok) return listed;
    descriptors.push(...listed.value);
    if (descriptors.length > REFERRERS)
      return tooMany(answer.value, `more than ${String(REFERRERS)} referrers`);
    const next = nextPage(answer.value.headers.get('link') ?? [], answer.value.url);
    if (!next.ok) return next;
    if (next.value === null) return ok({ kind: 'listed', descriptors: distinct(descriptors) });
    target = next.value;
  }
  return failed(
    'LimitExceeded',
    `the referrers of ${repository}@${digest} have more than ${String(REFERRER_PAGES)} pages`,
  );
}

/** Whether the first answer says that the API is not there; `null` if it is an answer of the API. */
function apiAbsent(answer: Answer): Listing | null {
  const { status } = answer;
  if (status === 404 && answer.speaksForRegistry) {
    // The API is there and knows no such repository, so that "none" is its answer.
    return { kind: 'absent', via: errorCode(answer) === 'NAME_UNKNOWN' ? 'api' : 'tag', fault: null };
  }
  // ghcr.io has no such API, and sends whoever asks for it to GitHub's pages.
  if (status === 303) return { kind: 'absent', via: 'tag', fault: null };
  const unchallenged = status === 401 && !answer.headers.has('www-authenticate');
  if (UNSUPPORTED.has(status) || unchallenged) return { kind: 'absent', via: 'tag', fault: answer.fault() };
  const type = bareMediaType(answer.headers.get('content-type')?.[0] ?? null);
  if (status !== 200 || type === OCI_INDEX) return null;
  const message = `${printableUrl(answer.url)} must answer with ${OCI_INDEX}, and answers with ${JSON.stringify(printable(type ?? ''))}`;
  return {
    kind: 'absent',
    via: 'tag',
    fault: failed('RegistryResponseInvalid', message, "check that no proxy answers in the registry's place")
      .fault,
  };
}

function readPage(answer: Answer): Outcome<readonly Descriptor[]> {
  if (answer.status !== 200) return { ok: false, fault: answer.fault() };
  const where = `the referrers list ${printableUrl(answer.url)}`;
  if (answer.headers.has('oci-filters-applied')) {
    return failed(
      'RegistryResponseInvalid',
      `${where} is filtered although no filter was asked for, so it is not complete`,
    );
  }
  const type = answer.headers.get('content-type')?.[0] ?? null;
  const index = parseManifest(answer.body, type, null, { where, children: REFERRERS });
  if (!index.ok) return index;
  if (index.value.content.kind === 'index') return ok(index.value.content.manifests);
  return failed('RegistryResponseInvalid', `${where} is no index`);
}

/** Each digest once; where two descriptors have it, the last. */
export function distinct(descriptors: readonly Descriptor[]): readonly Descriptor[] {
  return [...new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor])).values()];
}

function tooMany(answer: Answer, what: string): Outcome<never> {
  return failed('LimitExceeded', `${printableUrl(answer.url)} lists ${what}`);
}
