import { failed, ok, type Outcome } from '../reasons.ts';
import { faultReply } from '../registry/answer.ts';
import { digestOf } from '../registry/digest.ts';
import {
  type RevocationAnswer,
  type RevocationAsked,
  revocationKey,
  type SavedRevocation,
} from '../registry/saved-revocation.ts';
import type { RevocationClient } from './revocation-client.ts';
import type { RevocationQuestion } from './revocation-question.ts';

/** What was answered about revocation in one run, with the bytes by digest. */
interface RecordedRevocation {
  readonly answers: readonly RevocationAnswer[];
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/** Remembers what was asked and answered about revocation, and what failed. */
export function recordRevocation(
  client: RevocationClient,
  clock: () => Date,
): { readonly client: RevocationClient; readonly recorded: () => RecordedRevocation } {
  const answers = new Map<string, RevocationAnswer>();
  const contents = new Map<string, Uint8Array>();
  const replyOf = (outcome: Outcome<Buffer>): RevocationAnswer['reply'] => {
    if (!outcome.ok) return faultReply(outcome.fault);
    const digest = digestOf(outcome.value);
    contents.set(digest, outcome.value);
    return { kind: 'found', digest, size: outcome.value.length };
  };
  return {
    client: {
      ...client,
      async fetch(question, repository) {
        const outcome = await client.fetch(question, repository);
        const asked = askedOf(question, repository);
        answers.set(revocationKey(asked), { ...asked, at: clock().toISOString(), reply: replyOf(outcome) });
        return outcome;
      },
    },
    recorded: () => ({ answers: [...answers.values()], contents: new Map(contents) }),
  };
}

/** Of what was not saved nobody is asked. */
const NOT_SAVED = failed('RevocationUnknown', 'nobody is asked with --offline and --evidence');

/** Answers what was saved. */
export function recordedRevocation(saved: SavedRevocation): RevocationClient {
  return {
    async fetch(question, repository) {
      const answer = (await saved(askedOf(question, repository))) ?? NOT_SAVED;
      if (!answer.ok) return answer;
      const { buffer, byteOffset, byteLength } = answer.value;
      return ok(Buffer.from(buffer, byteOffset, byteLength));
    },
    hosts: () => [],
    close: () => Promise.resolve(),
  };
}

function askedOf(question: RevocationQuestion, repository: string): RevocationAsked {
  const { kind, url } = question;
  const [registry = ''] = repository.split('/');
  return {
    question: kind,
    registry,
    url,
    request: kind === 'ocsp' ? question.request.toString('base64') : '',
  };
}
