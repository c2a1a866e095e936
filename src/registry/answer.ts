import { failed, type Fault, type Outcome } from '../reasons.ts';
import type { Descriptor, Manifest, Referrers } from './registry.ts';

/** What can be asked of a registry; `Registry` has a method for each. */
export type Question =
  | { readonly question: 'tag'; readonly repository: string; readonly tag: string }
  | { readonly question: 'manifest'; readonly repository: string; readonly digest: string }
  | { readonly question: 'referrers'; readonly repository: string; readonly digest: string }
  | {
      readonly question: 'blob';
      readonly repository: string;
      readonly digest: string;
      readonly size: number;
    };

export interface Absent {
  readonly kind: 'absent';
}

export interface Failed extends Fault {
  readonly kind: 'fault';
}

interface Found {
  readonly kind: 'found';
}

interface FoundManifest extends Found {
  readonly mediaType: string;
  readonly size: number;
}

interface FoundTag extends FoundManifest {
  readonly digest: string;
}

interface Listed extends Referrers {
  readonly kind: 'listed';
}

interface Replies {
  readonly tag: FoundTag | Absent | Failed;
  readonly manifest: FoundManifest | Absent | Failed;
  readonly referrers: Listed | Failed;
  readonly blob: Found | Failed;
}

type Answered<Q extends Question> = Q & {
  /** When the answer was there, or was given up. */
  readonly at: string;
  readonly reply: Replies[Q['question']];
};

export type TagAnswer = Answered<Extract<Question, { question: 'tag' }>>;
export type ManifestAnswer = Answered<Extract<Question, { question: 'manifest' }>>;
export type ReferrersAnswer = Answered<Extract<Question, { question: 'referrers' }>>;
export type BlobAnswer = Answered<Extract<Question, { question: 'blob' }>>;

/** A question and what a registry said to it; the bytes that it gave are kept apart, under their digest. */
export type Answer = TagAnswer | ManifestAnswer | ReferrersAnswer | BlobAnswer;

/** Two answers with one key are answers to the same question. */
export function questionKey(asked: Question): string {
  const { question, repository } = asked;
  switch (asked.question) {
    case 'tag':
      return JSON.stringify([repository, question, asked.tag]);
    case 'blob':
      return JSON.stringify([repository, question, asked.digest, asked.size]);
    case 'manifest':
    case 'referrers':
      return JSON.stringify([repository, question, asked.digest]);
  }
}

/** The question as it may stand in a message. */
export function describeQuestion(asked: Question): string {
  switch (asked.question) {
    case 'tag':
      return `the tag ${asked.repository}:${asked.tag}`;
    case 'manifest':
      return `the manifest ${asked.repository}@${asked.digest}`;
    case 'referrers':
      return `the referrers of ${asked.repository}@${asked.digest}`;
    case 'blob':
      return `the blob ${asked.digest} of ${asked.repository}`;
  }
}

/** Whether a blob is read from a registry at all: its descriptor may carry it, or promise more than is read. */
export function settledByDescriptor(descriptor: Descriptor, limit: number): boolean {
  return descriptor.data !== undefined || descriptor.size > limit;
}

export function tagReply(outcome: Outcome<Manifest | null>): TagAnswer['reply'] {
  if (!outcome.ok) return faultReply(outcome.fault);
  if (outcome.value === null) return { kind: 'absent' };
  const { digest, mediaType, size } = outcome.value;
  return { kind: 'found', digest, mediaType, size };
}

export function manifestReply(outcome: Outcome<Manifest | null>): ManifestAnswer['reply'] {
  if (!outcome.ok) return faultReply(outcome.fault);
  if (outcome.value === null) return { kind: 'absent' };
  const { mediaType, size } = outcome.value;
  return { kind: 'found', mediaType, size };
}

export function referrersReply(outcome: Outcome<Referrers>): ReferrersAnswer['reply'] {
  return outcome.ok ? { kind: 'listed', ...outcome.value } : faultReply(outcome.fault);
}

export function blobReply(outcome: Outcome<Uint8Array>): BlobAnswer['reply'] {
  return outcome.ok ? { kind: 'found' } : faultReply(outcome.fault);
}

export function faultReply(fault: Fault): Failed {
  return { kind: 'fault', ...fault };
}

/** The fault that was recorded, word by word. */
export function replyFault({ reason, message, remediation }: Failed): Outcome<never> {
  return failed(reason, message, remediation);
}
