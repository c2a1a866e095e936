import { CRL_BYTES } from '../limits.ts';
import type { Outcome } from '../reasons.ts';
import { type Failed, replyFault } from './answer.ts';
import { readBlobFile } from './blob-file.ts';

/** A question of revocation. On whose word an address is asked decides whether it is, so that the registry belongs to it. */
export interface RevocationAsked {
  readonly question: 'ocsp' | 'crl';
  /** The registry of the image, as `registry.example.com`. */
  readonly registry: string;
  readonly url: string;
  /** What a responder was sent, in base64; empty of a list. */
  readonly request: string;
}

/** A question of revocation and what came of it; the bytes are kept apart, under their digest. */
export interface RevocationAnswer extends RevocationAsked {
  /** When the answer was there, or was given up. */
  readonly at: string;
  readonly reply: { readonly kind: 'found'; readonly digest: string; readonly size: number } | Failed;
}

/** What was answered when the evidence was saved; null where nobody asked. */
export type SavedRevocation = (asked: RevocationAsked) => Promise<Outcome<Uint8Array>> | null;

/** Two answers with one key are answers to the same question. */
export function revocationKey({ question, registry, url, request }: RevocationAsked): string {
  return JSON.stringify([registry, question, url, request]);
}

/** Gives the answers that were saved, the failures word by word. They are judged as any: at the time that is judged at. */
export function savedRevocation(directory: string, answers: readonly RevocationAnswer[]): SavedRevocation {
  const saved = new Map(answers.map((one) => [revocationKey(one), one.reply]));
  return (asked) => {
    const reply = saved.get(revocationKey(asked));
    if (!reply) return null;
    return reply.kind === 'fault'
      ? Promise.resolve(replyFault(reply))
      : readBlobFile(directory, reply.digest, Math.min(reply.size, CRL_BYTES));
  };
}
