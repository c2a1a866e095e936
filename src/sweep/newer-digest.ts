import { allOf } from './answer.ts';
import type { ImageFacts } from './facts.ts';
import type { Query, Subject } from './query.ts';

/** An image of the same repository, newer than one that was found, that surely has nothing of what was asked for. */
export interface NewerDigest {
  readonly image: string;
  readonly digest: string;
}

/**
 * For an image that was found by a package: the newest of its repository in this run that is free of it, or null. Newer is what the
 * reference leads to now, and what has an SBOM that was made later.
 */
export function newerDigests(
  { predicates }: Query,
  subjects: readonly Subject[],
): (found: Subject) => NewerDigest | null {
  const aboutContents = predicates.filter(({ needs }) => needs === 'contents');
  if (aboutContents.length === 0) return () => null;
  const all = subjects.flatMap((one) => [
    one,
    ...(one.named ? [{ ...one, image: one.named, named: null }] : []),
  ]);
  const byRepository = Map.groupBy(all, ({ image }) => image.reference.repository);
  // Whose word counts may differ from workload to workload: an image is free where it is for every one that runs it.
  const byImage = Map.groupBy(all, keyOf);
  const free = new Map<string, boolean>();
  const isFree = (one: Subject): boolean => {
    const key = keyOf(one);
    const same = byImage.get(key) ?? [];
    const known =
      free.get(key) ?? same.every((each) => allOf(aboutContents.map(({ ask }) => ask(each))).is === 'no');
    free.set(key, known);
    return known;
  };
  return (found) => {
    const own = digestOf(found);
    const made = madeAt(found);
    const tagged = found.named ? digestOf({ ...found, image: found.named }) : null;
    const newer = (byRepository.get(found.image.reference.repository) ?? []).flatMap((one) => {
      const digest = digestOf(one);
      if (digest === null || digest === own || !isFree(one)) return [];
      const at = madeAt(one);
      const isNewer = digest === tagged || (made !== null && at !== null && at > made);
      return isNewer ? [{ image: one.image.reference.text, digest, at: at ?? '' }] : [];
    });
    const [newest] = newer.toSorted((a, b) => (a.at < b.at ? 1 : Number(a.at > b.at) * -1));
    return newest ? { image: newest.image, digest: newest.digest } : null;
  };
}

function keyOf(one: Subject): string {
  return `${one.image.reference.repository}@${digestOf(one)}`;
}

function digestOf({ image: { reference, resolved } }: Subject): string | null {
  return resolved?.ok ? resolved.value.digest : reference.digest;
}

/** When the newest SBOM of an image says that it was made (RFC 3339 in UTC); null where none says. */
function madeAt({ image: { attached } }: Subject): string | null {
  return attached?.ok ? (timesIn(attached.value).toSorted().at(-1) ?? null) : null;
}

function timesIn({ root, children }: ImageFacts): string[] {
  return [root, ...children].flatMap(({ sboms }) =>
    (sboms ?? []).flatMap(({ contents }) => (contents.ok ? (contents.value.created ?? []) : [])),
  );
}
