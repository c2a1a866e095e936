import { glob } from './glob.ts';

/** The parts of an image that a pattern can name. */
export interface ImageName {
  /** Registry and repository, spelled out: `docker.io/library/nginx`. */
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

/**
 * What a pattern that names a tag or digest says of a reference without one. What cannot be known takes an image into a rule
 * or a deny-list; it never takes one out of a rule or into an allow-list.
 */
export type Unknown = 'matches' | 'differs';

/**
 * A pattern over registry/repository, or with `:tag` and `@digest`; each part that the pattern names must match.
 * A colon before the last slash is a port and no tag.
 */
export function imagePattern(pattern: string, unknown: Unknown): (image: ImageName) => boolean {
  const at = pattern.indexOf('@');
  const digest = at === -1 ? null : glob(pattern.slice(at + 1));
  const name = at === -1 ? pattern : pattern.slice(0, at);
  const colon = name.lastIndexOf(':');
  const hasTag = colon > name.lastIndexOf('/');
  const tag = hasTag ? glob(name.slice(colon + 1)) : null;
  const repository = glob(hasTag ? name.slice(0, colon) : name);
  return (image) =>
    repository(image.repository) &&
    (tag === null || (image.tag === null ? unknown === 'matches' : tag(image.tag))) &&
    (digest === null || (image.digest === null ? unknown === 'matches' : digest(image.digest)));
}
