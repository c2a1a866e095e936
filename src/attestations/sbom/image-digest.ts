const DIGEST = /^sha256:[0-9a-f]{64}$/;
const HEX = /^[0-9a-f]{64}$/;

/** The image digest that a text is or ends in after an `@`, as in `ghcr.io/acme/cart@sha256:…`; empty for any other. */
export function digestOf(value: string | null): readonly string[] {
  const digest = value?.slice(value.lastIndexOf('@') + 1).toLowerCase() ?? '';
  return DIGEST.test(digest) ? [digest] : [];
}

/** A SHA-256 checksum as a digest. SPDX writes `SHA256`, SPDX 3 `sha256`, CycloneDX `SHA-256`. */
export function digestOfHash(algorithm: string, value: string): readonly string[] {
  const hex = value.trim().toLowerCase();
  return algorithm.toLowerCase().replace('-', '') === 'sha256' && HEX.test(hex) ? [`sha256:${hex}`] : [];
}

/** Whether a package URL names a container image (package-url/purl-spec, types `oci` and `docker`). */
export function isImagePurl(purl: string | null): boolean {
  return purl !== null && /^pkg:(oci|docker)\//i.test(purl);
}

/**
 * The digest in an image's package URL: its version with `pkg:oci/`, its version or the qualifier `digest` with
 * `pkg:docker/`. The digest is often percent-encoded.
 */
export function digestOfPurl(purl: string | null): readonly string[] {
  if (purl === null || !isImagePurl(purl)) return [];
  const [path = '', query = ''] = purl.split('#', 1)[0]?.split('?') ?? [];
  const version = path.includes('@') ? path.slice(path.lastIndexOf('@') + 1) : '';
  const qualifier = query.split('&').find((part) => part.startsWith('digest='));
  return [version, qualifier?.slice('digest='.length) ?? ''].flatMap((part) => digestOf(decoded(part)));
}

function decoded(value: string): string {
  return value.replace(/%3a/gi, ':');
}
