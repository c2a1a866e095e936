import pLimit from 'p-limit';
import { viewOf } from '../evidence/account.ts';
import type { GatherOptions } from '../evidence/gather.ts';
import { SWEEP_QUESTIONS } from '../limits.ts';
import { runnableChildren } from '../registry/platform.ts';
import type { Registry } from '../registry/registry.ts';
import type { Gap } from '../workloads/source.ts';
import type { SweptImage } from './query.ts';

/** What is known of indexes that hold digests which run by themselves. */
export interface Indexes {
  /** Indexes by the digests that may run out of them. */
  readonly byChild: ReadonlyMap<string, readonly string[]>;
  readonly gaps: readonly Gap[];
  /** What could not be asked, in a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Finds the indexes among the digests that are asked for: a workload that names a child by its own digest runs out of the index all the
 * same. Those that another image leads to are known; the others are asked for in the repositories of images that run by a child's digest.
 */
export async function findIndexes(
  digests: readonly string[],
  images: readonly SweptImage[],
  options: Pick<GatherOptions, 'registry' | 'accounts' | 'concurrency'>,
): Promise<Indexes> {
  const byChild = new Map<string, readonly string[]>();
  const add = (index: string, children: readonly string[]): void => {
    for (const child of children) byChild.set(child, [...(byChild.get(child) ?? []), index]);
  };
  const known = new Set<string>();
  for (const { resolved } of images) {
    if (!resolved?.ok || known.has(resolved.value.digest)) continue;
    known.add(resolved.value.digest);
    add(resolved.value.digest, resolved.value.runnable);
  }
  const open = digests.filter((digest) => !known.has(digest) && !byChild.has(digest));
  const places = new Map<string, { readonly repository: string; readonly registry: Registry }>();
  for (const { reference, resolved } of open.length === 0 ? [] : images) {
    if (reference.digest === null || !resolved?.ok || resolved.value.isIndex) continue;
    const { key, registry } = await viewOf({ ...options, collectors: [] }, reference);
    const { repository } = reference;
    places.set(JSON.stringify([repository, key]), { repository, registry });
  }
  const questions = [...places.values()].flatMap((place) => open.map((digest) => ({ ...place, digest })));
  if (questions.length > SWEEP_QUESTIONS) return { byChild, gaps: [TOO_MANY], notes: [] };
  const limit = pLimit(options.concurrency);
  const answers = await Promise.all(
    questions.map((question) =>
      limit(async () => ({
        ...question,
        outcome: await question.registry.manifest(question.repository, question.digest),
      })),
    ),
  );
  const gaps: Gap[] = [];
  let unsaved = 0;
  for (const { repository, digest, outcome } of answers) {
    if (outcome.ok) {
      const content = outcome.value?.content;
      if (content?.kind === 'index')
        add(
          digest,
          runnableChildren(content).map((child) => child.digest),
        );
    } else if (outcome.fault.reason === 'NotInEvidence') unsaved += 1;
    else
      gaps.push({
        ...outcome.fault,
        scope: 'image',
        name: `${repository}@${digest}`,
        cluster: null,
        wrongInput: false,
      });
  }
  return { byChild, gaps, notes: unsaved > 0 ? [UNSAVED] : [] };
}

const ADVICE = 'ask for the digests of its children as well';
const UNSAVED = `whether a digest that was asked for is an index is not in the saved evidence: if one is, ${ADVICE}`;
/** Unlike what was not saved, it can be asked: the answer is not all that could be known. */
const TOO_MANY: Gap = {
  scope: 'image',
  name: 'indexes',
  cluster: null,
  wrongInput: false,
  reason: 'LimitExceeded',
  message: `whether the digests that were asked for are indexes was not asked, as that takes more than ${SWEEP_QUESTIONS} questions (SWEEP_QUESTIONS)`,
  remediation: `ask for fewer digests at a time, or, if one is an index, ${ADVICE}`,
};
