/** Longer than any reference: the path has 255 characters at most, a digest 135, a tag 128, a host 253. */
const LONGEST = 800;
const PATH_LENGTH = 255;

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const HOST = `(?:localhost|${LABEL}(?:\\.${LABEL})+|${LABEL}(?:\\.${LABEL})*(?=:)|\\[[A-Fa-f0-9:]+\\])(?::\\d{1,5})?`;
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const IMAGE = new RegExp(
  `^(?:(?<host>${HOST})/)?(?<path>${COMPONENT}(?:/${COMPONENT})*)(?<tag>:\\w[\\w.-]{0,127})?(?<digest>@sha256:[a-f0-9]{64}|@sha512:[a-f0-9]{128})?$`,
);

/** What a path without tag and digest ends with that names a file: a picture, a disk image, an archive. */
const FILE =
  /\.(?:png|jpe?g|gif|svg|webp|ico|bmp|tiff?|iso|img|qcow2|raw|vmdk|vhdx?|tar|t?gz|xz|zip|ya?ml|json|html?)$/;

/** How sure it is that a text names an image. */
export type ImageText = 'none' | 'repository' | 'tagged' | 'digested';

/**
 * Whether a text that stands where anything may stand is unmistakably an image reference: it has a digest, a registry's
 * host before its path, or a path of several parts with a tag. `nginx:1.25` is not: so are written hosts with their ports.
 */
export function imageText(text: string): ImageText {
  const parts = text.length > LONGEST ? undefined : IMAGE.exec(text)?.groups;
  const path = parts?.['path'] ?? '';
  if (path === '' || path.length > PATH_LENGTH) return 'none';
  if (parts?.['digest'] !== undefined) return 'digested';
  const hosted = parts?.['host'] !== undefined;
  if (parts?.['tag'] !== undefined) return hosted || path.includes('/') ? 'tagged' : 'none';
  return hosted && !FILE.test(path) ? 'repository' : 'none';
}
