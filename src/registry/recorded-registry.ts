import { failed, ok, type Outcome } from '../reasons.ts';
import {
  describeQuestion,
  questionKey,
  replyFault,
  type Absent,
  type Answer,
  type BlobAnswer,
  type Failed,
  type ManifestAnswer,
  type Question,
  type ReferrersAnswer,
  type TagAnswer,
} from './answer.ts';
import { readLayerFile, readManifestFile } from './blob-file.ts';
import { embeddedBlob } from './embedded.ts';
import { memoise } from './memo.ts';
import type { Referrers, Registry } from './registry.ts';

interface Answers {
  readonly tag: ReadonlyMap<string, TagAnswer>;
  readonly manifest: ReadonlyMap<string, ManifestAnswer>;
  readonly referrers: ReadonlyMap<string, ReferrersAnswer>;
  readonly blob: ReadonlyMap<string, BlobAnswer>;
}

/**
 * Gives the answers that were saved, the failures word by word; what was never asked is not in evidence. They are read when the first
 * question is asked.
 */
export function recordedRegistry(directory: string, saved: () => Outcome<readonly Answer[]>): Registry {
  let known: Outcome<Answers> | null = null;
  const sorted = (): Outcome<Answers> => {
    const read = saved();
    return read.ok ? ok(sortAnswers(read.value)) : read;
  };
  const answersOf = (): Outcome<Answers> => (known ??= sorted());
  const read = memoise((digest: string, mediaType: string) => readManifestFile(directory, digest, mediaType));

  return {
    async tag(repository, tag) {
      const question = { question: 'tag', repository, tag } as const;
      const answers = answersOf();
      if (!answers.ok) return answers;
      const reply = answers.value.tag.get(questionKey(question))?.reply;
      if (reply === undefined) return notAsked(directory, question);
      return reply.kind === 'found' ? read(reply.digest, reply.mediaType) : withheld(reply);
    },
    async manifest(repository, digest) {
      const question = { question: 'manifest', repository, digest } as const;
      const answers = answersOf();
      if (!answers.ok) return answers;
      const reply = answers.value.manifest.get(questionKey(question))?.reply;
      if (reply === undefined) return notAsked(directory, question);
      return reply.kind === 'found' ? read(digest, reply.mediaType) : withheld(reply);
    },
    async referrers(repository, digest) {
      const question = { question: 'referrers', repository, digest } as const;
      const answers = answersOf();
      if (!answers.ok) return answers;
      const reply = answers.value.referrers.get(questionKey(question))?.reply;
      if (reply === undefined) return notAsked(directory, question);
      if (reply.kind === 'fault') return replyFault(reply);
      return ok<Referrers>({ via: reply.via, descriptors: reply.descriptors });
    },
    async blob(repository, descriptor, limit) {
      const embedded = embeddedBlob(descriptor, limit);
      if (embedded !== null) return embedded;
      const { digest, size } = descriptor;
      const question = { question: 'blob', repository, digest, size } as const;
      const answers = answersOf();
      if (!answers.ok) return answers;
      const reply = answers.value.blob.get(questionKey(question))?.reply;
      if (reply === undefined) return notAsked(directory, question);
      return reply.kind === 'fault' ? replyFault(reply) : readLayerFile(directory, descriptor, limit);
    },
    hosts: () => [],
    close: () => Promise.resolve(),
  };
}

function sortAnswers(saved: readonly Answer[]): Answers {
  const tag = new Map<string, TagAnswer>();
  const manifest = new Map<string, ManifestAnswer>();
  const referrers = new Map<string, ReferrersAnswer>();
  const blob = new Map<string, BlobAnswer>();
  for (const answer of saved) {
    const key = questionKey(answer);
    switch (answer.question) {
      case 'tag':
        tag.set(key, answer);
        break;
      case 'manifest':
        manifest.set(key, answer);
        break;
      case 'referrers':
        referrers.set(key, answer);
        break;
      case 'blob':
        blob.set(key, answer);
        break;
    }
  }
  // Whoever knows what a tag points at knows that it is there.
  for (const { repository, at, reply } of tag.values()) {
    if (reply.kind !== 'found') continue;
    const asked = { question: 'manifest', repository, digest: reply.digest } as const;
    const key = questionKey(asked);
    if (!manifest.has(key)) manifest.set(key, { ...asked, at, reply });
  }
  return { tag, manifest, referrers, blob };
}

function withheld(reply: Absent | Failed): Outcome<null> {
  return reply.kind === 'absent' ? ok(null) : replyFault(reply);
}

function notAsked(directory: string, question: Question): Outcome<never> {
  return failed(
    'NotInEvidence',
    `the evidence directory ${directory} was saved without asking for ${describeQuestion(question)}`,
    `save the evidence of ${question.repository} as well, or audit with network access`,
  );
}
