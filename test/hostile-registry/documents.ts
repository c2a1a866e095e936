import { type Content, INDEX, MANIFEST, reattach, sha256, type SignatureManifest } from './content.ts';
import type { Behaviour } from './hosts.ts';
import { says } from './row.ts';

/** A manifest that is something else. */
export const FOREIGN = { mediaType: MANIFEST, digest: sha256('something else'), size: 14 };

/** The referrers are answered by this. */
export const listed = (body: unknown, headers = {}): Behaviour =>
  says(200, { 'content-type': INDEX, ...headers }, typeof body === 'string' ? body : JSON.stringify(body));
/** An index of these descriptors. */
export const index = (manifests: readonly unknown[]) => ({ schemaVersion: 2, mediaType: INDEX, manifests });
/** An object in an object, so many times. */
export const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
/** An index of so many manifests that do not exist. */
export const many = (count: number) =>
  index(Array.from({ length: count }, (_, at) => ({ ...FOREIGN, digest: sha256(String(at)) })));

/** What refers to the image is this in place of the signature. */
export const referrer = (change: (manifest: SignatureManifest) => unknown) => ({
  content: (content: Content) => reattach(content, change),
});
