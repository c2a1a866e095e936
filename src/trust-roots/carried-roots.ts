import { copyIn, type CopyStore, type Kept } from './copy-store.ts';
import { type KeptRoot, repositoryId } from './kept-root.ts';

/** What is kept of the repositories of these roots, by repository, to be saved with evidence. */
export function keptOf(roots: readonly KeptRoot[], store: CopyStore | null): Record<string, Kept> {
  return Object.fromEntries(
    roots.flatMap((root): [string, Kept][] => {
      const kept = store?.read(root) ?? null;
      return kept && copyIn(kept) ? [[repositoryId(root), { ...kept, failure: null }]] : [];
    }),
  );
}
