import { type ImageName, imagePattern } from '../policy/image-pattern.ts';
import { pullTag } from '../registry/reference.ts';
import { type Answer, anyOf, hit, NO, NOT_ASKED, undetermined } from './answer.ts';
import type { Predicate, Subject, SweptImage } from './query.ts';
import { doubtOf } from './sweep-reasons.ts';

/** `--image`: a pattern over registry/repository, or with `:tag` and `@digest`. Only a digest may have to be asked for. */
export function imageQuery(patterns: readonly string[]): Predicate {
  const compiled = patterns.map((pattern) => ({
    pattern,
    certainly: imagePattern(pattern, 'differs'),
    possibly: imagePattern(pattern, 'matches'),
  }));
  return {
    needs: patterns.some((pattern) => pattern.includes('@')) ? 'resolution' : 'reference',
    ask: (subject) => {
      const { image } = subject;
      const names = namesOf(subject);
      return anyOf(
        compiled.map(({ pattern, certainly, possibly }) => {
          if (names.some(certainly))
            return hit({
              query: 'image',
              asked: pattern,
              found: image.reference.repository,
              at: 'reference',
              evidence: [],
            });
          return names.some(possibly) ? notNamed(pattern, image, names) : NO;
        }),
      );
    },
  };
}

/** The image by each name and digest that is known of it: pods may have pulled it from elsewhere than its reference says. */
function namesOf({ image, named }: Subject): readonly ImageName[] {
  const { reference, resolved } = image;
  const { repository } = reference;
  const tag = reference.tag ?? pullTag(reference);
  const digests = new Set([
    ...(reference.digest === null ? [] : [reference.digest]),
    ...(resolved?.ok ? [resolved.value.digest] : []),
  ]);
  const names: ImageName[] =
    digests.size === 0
      ? [{ repository, tag, digest: null }]
      : [...digests].map((digest) => ({ repository, tag, digest }));
  const from = image.running?.repository ?? null;
  if (from !== null && reference.digest !== null)
    names.push({ repository: from, tag: null, digest: reference.digest });
  if (named === null) return names;
  const written = named.reference;
  const [pulled = null] = written.digest === null ? digests : [written.digest];
  return [...names, { repository: written.repository, tag: written.tag ?? pullTag(written), digest: pulled }];
}

/** The pattern names what the image does not say: the digest of a tag, which can be asked for, or the tag of a digest. */
function notNamed(pattern: string, { reference, resolved }: SweptImage, names: readonly ImageName[]): Answer {
  if (names.every(({ digest }) => digest === null) && pattern.includes('@'))
    return resolved === null || resolved.ok ? NOT_ASKED : undetermined(doubtOf(resolved.fault));
  return undetermined({
    reason: 'TagNotNamed',
    cause: null,
    message: `${reference.text} names no tag, so that it may be what ${pattern} asks for`,
    remediation: 'ask for the digest that the tag points at, with --digest',
    evidence: [],
  });
}
