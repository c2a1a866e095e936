/**
 * What `status.*ContainerStatuses[].imageID` says of the running image:
 * `digest`: the digest of an index or manifest, and the repository it was pulled from where that is said;
 * `config`: the digest of the image's configuration, or an id of the runtime's own, which no registry is asked by;
 * `none`: nothing runs yet; `unreadable`: something else.
 */
export type ImageId =
  | { readonly kind: 'digest'; readonly digest: string; readonly repository: string | null }
  | { readonly kind: 'config'; readonly digest: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' };

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//;
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;

/**
 * Reads an imageID in every form that runtimes have given it: containerd and CRI-O `repository@sha256:…`, dockershim
 * `docker-pullable://repository@sha256:…`, images that were loaded rather than pulled `sha256:…` or `docker://sha256:…`, and
 * CRI-O's bare id, beside which `status.image` may still say the digest (OpenShift 4.15).
 */
export function readImageId(imageId: string, statusImage: string): ImageId {
  const text = imageId.trim().replace(SCHEME, '');
  if (text === '') return { kind: 'none' };
  const digested = repositoryDigest(text);
  if (digested !== null) return digested;
  const isId = /^[0-9a-f]{64}$/.test(text);
  if (!isId && !DIGEST.test(text)) return { kind: 'unreadable' };
  return (
    repositoryDigest(statusImage.trim().replace(SCHEME, '')) ?? {
      kind: 'config',
      digest: isId ? `sha256:${text}` : text,
    }
  );
}

function repositoryDigest(text: string): Extract<ImageId, { kind: 'digest' }> | null {
  const at = text.lastIndexOf('@');
  if (at === -1) return null;
  const digest = text.slice(at + 1);
  const repository = text.slice(0, at);
  return DIGEST.test(digest)
    ? { kind: 'digest', digest, repository: repository === '' ? null : repository }
    : null;
}
