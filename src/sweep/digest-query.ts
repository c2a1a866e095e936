import { anyOf, type Answer, hit, NO, NOT_ASKED, undetermined } from './answer.ts';
import type { Predicate, Subject } from './query.ts';
import { doubtOf } from './sweep-reasons.ts';

/**
 * `--digest`: what the reference names, what its tag points at, a child of that index, what runs, or an index that any of them is a
 * child of. What the reference itself says needs no registry.
 */
export function digestQuery(digests: readonly string[]): Predicate {
  return {
    needs: 'resolution',
    ask: (subject) => {
      const found = new Map(placesOf(subject).toReversed());
      return anyOf(
        digests.map((asked): Answer => {
          const at = found.get(asked);
          return at === undefined
            ? notSeen(subject)
            : hit({ query: 'digest', asked, found: asked, at, evidence: [] });
        }),
      );
    },
  };
}

/** Every digest that an image goes by, with what it is of it; the plainest first. */
function placesOf({
  image: { reference, resolved },
  named,
  indexes,
}: Subject): readonly (readonly [digest: string, at: string])[] {
  const { digest, isIndex, runnable } = resolved?.ok ? resolved.value : NOTHING;
  const own = [...new Set([reference.digest, digest])].filter((one) => one !== null);
  const written = named?.reference.digest ?? null;
  return [
    ...(written === null ? [] : [[written, 'reference'] as const]),
    ...(reference.digest === null ? [] : [[reference.digest, named ? 'running' : 'reference'] as const]),
    ...(digest === null ? [] : [[digest, isIndex ? 'index of the tag' : 'manifest of the tag'] as const]),
    ...runnable.map((one) => [one, 'child of the index'] as const),
    ...own.flatMap((child) =>
      (indexes.get(child) ?? []).map((index) => [index, 'index that holds it'] as const),
    ),
  ];
}

const NOTHING = { digest: null, isIndex: false, runnable: [] } as const;

function notSeen({ image: { resolved } }: Subject): Answer {
  if (resolved === null) return NOT_ASKED;
  return resolved.ok ? NO : undetermined(doubtOf(resolved.fault));
}
