import { BLOB_MEMORY_BYTES, INDEX_CHILDREN, MANIFEST_BYTES, REQUEST_MS, TRANSFER_MS } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { createAuthorization } from './authorization.ts';
import { rememberBlobs } from './blob-memory.ts';
import type { Keychain } from './credential.ts';
import { parseDigest, verifyDigest } from './digest.ts';
import { embeddedBlob, wrongSize } from './embedded.ts';
import { createEndpoints } from './endpoint.ts';
import { createEvidenceTags } from './evidence-tags.ts';
import { createHeadFirst } from './head-first.ts';
import type { CertificateSource } from './host-certificates.ts';
import { MANIFEST_MEDIA_TYPES, parseManifest } from './manifest.ts';
import { memoise } from './memo.ts';
import { printable, printableUrl } from './printable.ts';
import type { Proxies } from './proxy.ts';
import { isTag } from './reference.ts';
import { listReferrers } from './referrers.ts';
import type { Descriptor, Manifest, Registry } from './registry.ts';
import { createSession, type Session } from './session.ts';
import { readTagList } from './tag-list.ts';
import { createTransport } from './transport.ts';
import { createWire, type Wire } from './wire.ts';

export interface DistributionOptions extends ConnectionOptions {
  readonly credentials: Keychain;
}

/** How registries are asked, whoever asks. */
interface ConnectionOptions {
  readonly clock: () => Date;
  /** Registries that speak plain HTTP, as references name them: `registry.local:5000`. */
  readonly plainHttp: ReadonlySet<string>;
  /** Hosts whose TLS certificate is not verified. */
  readonly insecure: ReadonlySet<string>;
  /** Hosts that registries may redirect to although they are at addresses of a private network. */
  readonly allowRedirect?: ReadonlySet<string> | undefined;
  /** Certificates by host; Node's own without it. */
  readonly certificates?: CertificateSource | undefined;
  /** The proxies that hosts are asked through; none without it. */
  readonly proxies?: Proxies | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly userAgent: string;
  /** Told of each exchange: the address without query, and status 0 where there was no answer. */
  readonly onRequest?: ((method: string, url: string, status: number, ms: number) => void) | undefined;
  readonly concurrencyPerHost: number;
  /** How long a request may be without a byte of answer; the limit of the program if it is not given. */
  readonly requestMs?: number | undefined;
  /** How long a whole answer may take; likewise. */
  readonly transferMs?: number | undefined;
}

/** Registries over HTTP (distribution-spec 1.1, "Pull" and "Content Discovery"), with one memory for the whole run. */
export function createDistributionRegistry({ credentials, ...options }: DistributionOptions): Registry {
  return createDistribution(options)(credentials);
}

/**
 * Registries over HTTP for several accounts. They share connections, what is known of hosts, and the room for blobs; every answer, token
 * and challenge is one account's own.
 */
export function createDistribution(options: ConnectionOptions): (credentials: Keychain) => Registry {
  const { requestMs = REQUEST_MS, transferMs = TRANSFER_MS, clock } = options;
  const wire = createWire({ ...options, requestMs, transferMs });
  const transport = createTransport(wire, clock, options.signal);
  const endpoints = createEndpoints(options.plainHttp);
  const blobs = rememberBlobs(BLOB_MEMORY_BYTES);
  let accounts = 0;
  return (credentials) => {
    const session = createSession(transport, createAuthorization(transport, credentials, clock), endpoints);
    accounts += 1;
    return registryOf(session, wire, blobs, accounts);
  };
}

function registryOf(
  session: Session,
  wire: Wire,
  blobs: ReturnType<typeof rememberBlobs>,
  account: number,
): Registry {
  const fetchImage = (repository: string, reference: string): Promise<Outcome<Manifest | null>> =>
    fetchManifest(session, repository, reference, INDEX_CHILDREN);
  const headFirst = createHeadFirst(session, fetchImage);
  const manifest = memoise(async (repository: string, digest: string) => {
    const outcome = await fetchImage(repository, digest);
    headFirst.keep(repository, outcome);
    return outcome;
  });
  const referrers = memoise((repository: string, digest: string) =>
    listReferrers(session, (...of) => fetchManifest(session, ...of), repository, digest),
  );
  const list = (repository: string) => readTagList(session, repository);
  const askTag = createEvidenceTags({ ask: headFirst.tag, list, referrers });
  const tag = memoise(async (repository: string, tag: string) => {
    const outcome = await askTag(repository, tag);
    headFirst.keep(repository, outcome);
    // Whoever asks for what the tag points at has it already.
    if (outcome.ok && outcome.value !== null) manifest.put(outcome, repository, outcome.value.digest);
    return outcome;
  });
  return {
    tag: (repository, name) =>
      isTag(name)
        ? tag(repository, name)
        : Promise.resolve(failed('ImageReferenceInvalid', `${JSON.stringify(printable(name))} is no tag`)),
    manifest,
    referrers,
    async blob(repository, descriptor, limit) {
      const { digest, size } = descriptor;
      const key = JSON.stringify([account, repository, digest, size]);
      return embeddedBlob(descriptor, limit) ?? blobs(key, () => fetchBlob(session, repository, descriptor));
    },
    hosts: () => wire.hosts(),
    close: () => wire.close(),
  };
}

/** distribution-spec, "Pulling manifests". */
async function fetchManifest(
  session: Session,
  repository: string,
  reference: string,
  children: number,
): Promise<Outcome<Manifest | null>> {
  const digest = reference.includes(':') ? reference : null;
  if (digest !== null && parseDigest(digest) === null) return noDigest(digest);
  const answer = await session.get({
    repository,
    target: `manifests/${reference}`,
    accept: MANIFEST_MEDIA_TYPES.join(', '),
    limit: MANIFEST_BYTES,
  });
  if (!answer.ok) return answer;
  // A storage that was redirected to and has nothing does not speak for the registry.
  if (answer.value.status === 404 && answer.value.speaksForRegistry) return ok(null);
  if (answer.value.status !== 200) return { ok: false, fault: answer.value.fault() };

  const { headers, body, url } = answer.value;
  const announced = headers.get('docker-content-digest')?.[0] ?? '';
  const expected = digest ?? (parseDigest(announced) === null ? null : announced);
  return parseManifest(body, headers.get('content-type')?.[0] ?? null, expected, {
    where: `the manifest ${printableUrl(url)}`,
    children,
  });
}

/** distribution-spec, "Pulling blobs". */
async function fetchBlob(
  session: Session,
  repository: string,
  descriptor: Descriptor,
): Promise<Outcome<Uint8Array>> {
  const { digest, size } = descriptor;
  if (parseDigest(digest) === null) return noDigest(digest);
  // One byte more than promised is read, to see that there is one.
  const answer = await session.get({
    repository,
    target: `blobs/${digest}`,
    accept: '*/*',
    limit: size + 1,
    excess: 'cut',
  });
  if (!answer.ok) return answer;
  const { status, body, url } = answer.value;
  const where = `the blob ${printableUrl(url)}`;
  if (status === 404) {
    return failed(
      'RegistryError',
      `${where}, which a manifest of ${repository} names, is not there (HTTP 404)`,
      'push the artifact again',
    );
  }
  if (status !== 200) return { ok: false, fault: answer.value.fault() };
  if (body.length !== size) return wrongSize(where, size);
  return verifyDigest(body, digest, where);
}

function noDigest(text: string): Outcome<never> {
  return failed(
    'EvidenceUnsupported',
    `${JSON.stringify(printable(text))} is no sha256, sha384 or sha512 digest`,
  );
}
