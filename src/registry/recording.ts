import { failed, type Outcome } from '../reasons.ts';
import type { Answers } from './account-answers.ts';
import {
  blobReply,
  describeQuestion,
  faultReply,
  manifestReply,
  questionKey,
  referrersReply,
  settledByDescriptor,
  tagReply,
  type Answer,
  type Question,
} from './answer.ts';
import type { Manifest, Registry } from './registry.ts';

/** Everything that registries were asked and answered in one run. */
export interface Recording extends Answers {
  /** When the recording ended. */
  readonly at: Date;
  /** The bytes of the manifests and blobs that were given, by digest. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

export interface Recorder {
  /** Asks the wrapped registry, and remembers. */
  readonly registry: Registry;
  /** What was remembered so far. */
  recorded(): Recording;
}

/**
 * Remembers every question that goes to a registry and the answer to it: what is there, what is not, and what failed. The bytes are
 * those that the run holds in its own hands, not copies. A question that is still open counts as one without an answer in time.
 */
export function recordRegistry(registry: Registry, clock: () => Date): Recorder {
  const answers = new Map<string, Answer>();
  const contents = new Map<string, Uint8Array>();
  const now = (): string => clock().toISOString();

  const note = (answer: Answer): void => {
    answers.set(questionKey(answer), answer);
  };
  const open = (question: Question): void => {
    if (!answers.has(questionKey(question))) note({ ...question, at: now(), reply: unanswered(question) });
  };
  const keep = (outcome: Outcome<Manifest | null>): void => {
    if (outcome.ok && outcome.value !== null) contents.set(outcome.value.digest, outcome.value.bytes);
  };

  const recording: Registry = {
    async tag(repository, tag) {
      const question = { question: 'tag', repository, tag } as const;
      open(question);
      const outcome = await registry.tag(repository, tag);
      keep(outcome);
      note({ ...question, at: now(), reply: tagReply(outcome) });
      return outcome;
    },
    async manifest(repository, digest) {
      const question = { question: 'manifest', repository, digest } as const;
      open(question);
      const outcome = await registry.manifest(repository, digest);
      keep(outcome);
      note({ ...question, at: now(), reply: manifestReply(outcome) });
      return outcome;
    },
    async referrers(repository, digest) {
      const question = { question: 'referrers', repository, digest } as const;
      open(question);
      const outcome = await registry.referrers(repository, digest);
      note({ ...question, at: now(), reply: referrersReply(outcome) });
      return outcome;
    },
    async blob(repository, descriptor, limit) {
      if (settledByDescriptor(descriptor, limit)) return registry.blob(repository, descriptor, limit);
      const { digest, size } = descriptor;
      const question = { question: 'blob', repository, digest, size } as const;
      open(question);
      const outcome = await registry.blob(repository, descriptor, limit);
      if (outcome.ok) contents.set(digest, outcome.value);
      note({ ...question, at: now(), reply: blobReply(outcome) });
      return outcome;
    },
    hosts: () => registry.hosts(),
    close: () => registry.close(),
  };
  return {
    registry: recording,
    recorded: () => ({
      at: clock(),
      answers: [...answers.values()],
      accounts: [],
      pods: [],
      revocation: [],
      sboms: [],
      contents: new Map(contents),
    }),
  };
}

function unanswered(question: Question): ReturnType<typeof faultReply> {
  const message = `${describeQuestion(question)} had no answer when the evidence was saved`;
  return faultReply(failed('TimedOut', message, 'save the evidence again, with more time').fault);
}
