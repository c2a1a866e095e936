import { z } from 'zod';

import { INDEX_CHILDREN, MANIFEST_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { digestOf, verifyDigest } from './digest.ts';
import { indexSchema, manifestSchema, readJson } from './document.ts';
import { printable } from './printable.ts';
import type { ImageIndex, ImageManifest, Manifest } from './registry.ts';

export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

/** What a manifest request accepts, in the order that runtimes prefer. */
export const MANIFEST_MEDIA_TYPES: readonly string[] = [
  OCI_INDEX,
  OCI_MANIFEST,
  DOCKER_LIST,
  DOCKER_MANIFEST,
];

const KINDS: ReadonlyMap<string, 'index' | 'manifest'> = new Map([
  [OCI_INDEX, 'index'],
  [DOCKER_LIST, 'index'],
  [OCI_MANIFEST, 'manifest'],
  [DOCKER_MANIFEST, 'manifest'],
]);

/** Formats that came before or beside those above; what they hold cannot be bound to a digest by today's signers. */
const RETIRED: ReadonlyMap<string, string> = new Map([
  ['application/vnd.docker.distribution.manifest.v1+json', 'a Docker schema 1 manifest'],
  ['application/vnd.docker.distribution.manifest.v1+prettyjws', 'a Docker schema 1 manifest'],
  [
    'application/vnd.oci.artifact.manifest.v1+json',
    'an OCI artifact manifest, which OCI 1.1 dropped before its release',
  ],
  [
    'application/vnd.cncf.oras.artifact.manifest.v1+json',
    'an ORAS artifact manifest, which OCI 1.1 replaced',
  ],
]);

/** Content types that say nothing about the document; static file servers send them. */
const GENERIC = new Set(['application/json', 'application/octet-stream', 'text/plain']);

const envelopeSchema = z.looseObject({
  mediaType: z.string().nullish(),
  schemaVersion: z.number().nullish(),
});
type Envelope = z.infer<typeof envelopeSchema>;

/** The keys that decide what a manifest is and what it holds. */
const DECISIVE = new Map(
  [
    'mediaType',
    'schemaVersion',
    'artifactType',
    'config',
    'layers',
    'manifests',
    'subject',
    'annotations',
    'fsLayers',
    'blobs',
  ].map((key) => [key.toLowerCase(), key]),
);

export interface ManifestOptions {
  /** Where the bytes came from, as the beginning of a message: `The manifest https://…`. */
  readonly where?: string;
  /** How many children an index may have. */
  readonly children?: number;
}

/**
 * Hashes and then reads an OCI or Docker manifest or index. `contentType` is what the registry or descriptor calls it. Without
 * `expectedDigest` (a tag was asked for) the digest is the sha256 of the bytes.
 */
export function parseManifest(
  bytes: Uint8Array,
  contentType: string | null,
  expectedDigest: string | null,
  options: ManifestOptions = {},
): Outcome<Manifest> {
  const where = options.where ?? 'the manifest';
  if (bytes.length > MANIFEST_BYTES) {
    return failed(
      'LimitExceeded',
      `${where} has ${String(bytes.length)} bytes; at most ${String(MANIFEST_BYTES)} are read`,
    );
  }
  const digest = expectedDigest ?? digestOf(bytes);
  const verified = verifyDigest(bytes, digest, where);
  if (!verified.ok) return verified;

  const envelope = readJson(bytes, envelopeSchema);
  if (!envelope.ok) return invalid(`${where} ${envelope.message}`);
  const mediaType = mediaTypeOf(envelope.value, contentType, where);
  if (!mediaType.ok) return mediaType;
  const content = readContent(bytes, mediaType.value, where, options.children ?? INDEX_CHILDREN);
  if (!content.ok) return content;
  return ok({ digest, mediaType: mediaType.value, size: bytes.length, bytes, content: content.value });
}

/** Whether this manifest says of itself that it belongs to `digest` (image-spec, manifest.md, "subject"). */
export function subjectIs(manifest: Manifest, digest: string): boolean {
  return manifest.content.subject?.digest === digest;
}

/** The artifact's type: its own field, else the config's media type (distribution-spec, "Listing Referrers"). */
export function artifactTypeOf(manifest: Manifest): string | undefined {
  const { content } = manifest;
  return content.artifactType ?? (content.kind === 'manifest' ? content.config.mediaType : undefined);
}

/** Whether descriptors of this media type point at an index. */
export function isIndexType(mediaType: string): boolean {
  return KINDS.get(mediaType) === 'index';
}

/** `application/json; charset=utf-8` without its parameters. */
export function bareMediaType(contentType: string | null): string | null {
  const bare = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return bare === '' ? null : bare;
}

/**
 * What the document is. A body that is called one thing by its registry and another by itself, or that reads both as an index and
 * as a manifest, can be made to show one image to us and another to the runtime (CVE-2021-41190), so it is refused.
 */
function mediaTypeOf(envelope: Envelope, contentType: string | null, where: string): Outcome<string> {
  const lookalike = Object.keys(envelope).find((key) => isLookalike(key));
  if (lookalike !== undefined) {
    return invalid(
      `${where} has the key ${JSON.stringify(printable(lookalike))}: runtimes that ignore case read it as another key`,
    );
  }
  const outer = bareMediaType(contentType);
  const inner = envelope.mediaType ?? null;
  const retired =
    RETIRED.get(inner ?? outer ?? '') ??
    (holds(envelope, 'fsLayers') ? 'a Docker schema 1 manifest' : undefined);
  if (retired !== undefined) {
    return failed(
      'EvidenceUnsupported',
      `${where} is ${retired}`,
      'push the image again with a current tool',
    );
  }
  const named = outer !== null && !GENERIC.has(outer);
  if (named && inner !== null && outer !== inner) {
    return invalid(
      `${where} is served as ${JSON.stringify(printable(outer))} but calls itself ${JSON.stringify(printable(inner))}`,
    );
  }
  const isIndex = holds(envelope, 'manifests');
  const isManifest = holds(envelope, 'layers') || holds(envelope, 'config');
  if (isIndex && isManifest)
    return invalid(
      `${where} is both an index and a manifest: it has "manifests" beside "config" or "layers"`,
    );

  const mediaType =
    inner ?? (named ? outer : isIndex ? OCI_INDEX : isManifest ? OCI_MANIFEST : (outer ?? 'nothing known'));
  const kind = KINDS.get(mediaType);
  if (kind === undefined)
    return invalid(
      `${where} is ${JSON.stringify(printable(mediaType))}, which is no image manifest or index`,
    );
  if ((isIndex && kind === 'manifest') || (isManifest && kind === 'index')) {
    return invalid(
      `${where} is called ${mediaType} but has the fields of ${isIndex ? 'an index' : 'a manifest'}`,
    );
  }
  return ok(mediaType);
}

function readContent(
  bytes: Uint8Array,
  mediaType: string,
  where: string,
  children: number,
): Outcome<ImageManifest | ImageIndex> {
  if (KINDS.get(mediaType) === 'manifest') {
    const manifest = readJson(bytes, manifestSchema);
    return manifest.ok
      ? ok({ kind: 'manifest', ...manifest.value })
      : invalid(`${where} ${manifest.message}`);
  }
  const index = readJson(bytes, indexSchema);
  if (!index.ok) return invalid(`${where} ${index.message}`);
  const count = index.value.manifests.length;
  if (count > children) {
    return failed(
      'LimitExceeded',
      `${where} lists ${String(count)} manifests; at most ${String(children)} are read`,
    );
  }
  return ok({ kind: 'index', ...index.value });
}

/** Go's decoder ignores case, so `"Layers"` is `layers` to a runtime and nothing to us. */
function isLookalike(key: string): boolean {
  const exact = DECISIVE.get(key.toLowerCase());
  return exact !== undefined && exact !== key;
}

function holds(envelope: Envelope, key: string): boolean {
  return envelope[key] !== undefined && envelope[key] !== null;
}

function invalid(message: string): Outcome<never> {
  return failed(
    'RegistryResponseInvalid',
    message,
    'check that the address is a registry and that no proxy answers in its place; then push the artifact again',
  );
}
