import { setTimeout as sleep } from 'node:timers/promises';

import { TAG_LIST_MS } from '../limits.ts';
import { ok, type Outcome } from '../reasons.ts';
import type { Manifest, Referrers } from './registry.ts';

/** The tags under which cosign keeps what it attaches (SIGNATURE_SPEC.md, "Tag-based discovery"); other digests are asked for as ever. */
const EVIDENCE_TAG = /^sha256-([0-9a-f]{64})\.(?:sig|att|sbom)$/;

/** The digest that a tag of evidence is made of, or `null` for any other tag. */
export function subjectOfTag(tag: string): string | null {
  const hex = EVIDENCE_TAG.exec(tag)?.[1];
  return hex === undefined ? null : `sha256:${hex}`;
}

type AskTag = (repository: string, tag: string) => Promise<Outcome<Manifest | null>>;

export interface EvidenceTagsOptions {
  /** Asks the registry for a tag. */
  readonly ask: AskTag;
  /** All tags of a repository; `null` where they cannot surely be had. */
  readonly list: (repository: string) => Promise<ReadonlySet<string> | null>;
  /** What refers to a digest; asked of the registry at most once. */
  readonly referrers: (repository: string, digest: string) => Promise<Outcome<Referrers>>;
}

interface Repository {
  /** The first digest whose tags were asked for, and the answers. */
  first: string | null;
  readonly answers: Promise<Outcome<Manifest | null>>[];
  /** Tags that the registry was found to have. */
  readonly seen: Set<string>;
  tags: Promise<ReadonlySet<string> | null> | null;
}

/**
 * Answers for tags, so that tags which are not there are not asked for digest by digest. A list of tags is weak evidence: caches list
 * only what they hold (and fetch the rest when it is asked for), others hide signatures. So it settles that a tag of a digest is
 * absent only where nothing speaks against it:
 * - the first digest of the repository was asked for all of its tags, and had none;
 * - the list is whole, and has every tag that was found there;
 * - the registry's own API lists something that refers to the digest: that an image has no evidence at all is never taken from a list.
 * In every other case the tag is asked for. Whatever the list has is asked for as well.
 */
export function createEvidenceTags({ ask, list, referrers }: EvidenceTagsOptions): AskTag {
  const repositories = new Map<string, Repository>();

  const isAbsent = async (repository: Repository, name: string, digest: string, tag: string) => {
    const answers = await Promise.all(repository.answers);
    if (!answers.every((answer) => answer.ok && answer.value === null)) return false;
    const referring = await referrers(name, digest);
    if (!referring.ok || referring.value.via !== 'api' || referring.value.descriptors.length === 0)
      return false;
    const tags = await (repository.tags ??= within(TAG_LIST_MS, list(name), null));
    return tags !== null && !tags.has(tag) && [...repository.seen].every((one) => tags.has(one));
  };

  return async (name, tag) => {
    const digest = subjectOfTag(tag);
    const repository = repositories.get(name) ?? { first: null, answers: [], seen: new Set(), tags: null };
    repositories.set(name, repository);
    const direct = async (): Promise<Outcome<Manifest | null>> => {
      const outcome = await ask(name, tag);
      if (outcome.ok && outcome.value !== null) repository.seen.add(tag);
      return outcome;
    };
    if (digest === null) return direct();
    repository.first ??= digest;
    if (digest === repository.first) {
      const answer = direct();
      repository.answers.push(answer);
      return answer;
    }
    const absent = await within(TAG_LIST_MS, isAbsent(repository, name, digest, tag), false);
    return absent ? ok(null) : direct();
  };
}

/** What comes of the work in time, or what stands in its place. */
async function within<T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> {
  const over = new AbortController();
  const late = sleep(ms, otherwise, { signal: over.signal }).catch(() => otherwise);
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}
