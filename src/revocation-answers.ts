import type { GatheredImage } from './evidence/gather.ts';
import type { RevocationClient } from './evidence/revocation-client.ts';
import { questionKey, type RevocationQuestion } from './evidence/revocation-question.ts';
import { REVOCATION_ROUNDS } from './limits.ts';
import { failed, type Outcome } from './reasons.ts';
import type { TrustMaterial } from './verify/verifier.ts';
import { verifyEvidence } from './verify/verify-evidence.ts';

/** What is known of revocation, for the signatures of a repository. */
export type AskFor = (question: RevocationQuestion, repository: string) => Outcome<Buffer>;

/** Where nobody is asked: `why` says so. */
export function nobodyAsked(why: string): AskFor {
  return () => failed('RevocationUnknown', why);
}

/** Where no network is touched, and no answer came with the evidence. */
export const OFFLINE = nobodyAsked('nobody is asked with --offline and --evidence');

/** Finds out what verification wants to know of an image's signatures. */
export type AskRevocation = (image: Outcome<GatheredImage>, alsoNamed: readonly string[]) => Promise<AskFor>;

/**
 * Fetches what verification wants to know of revocation: it is run over the signatures that may need it, and what it asked for is
 * fetched, until it asks for nothing more. So nothing is asked but of certificates that an authority trusts, and nothing twice.
 */
export function revocationAsker(
  trust: TrustMaterial,
  judgedAt: Date,
  client: RevocationClient,
): AskRevocation {
  const answers = new Map<string, Outcome<Buffer>>();
  const underWay = new Map<string, Promise<Outcome<Buffer>>>();
  return async (image, alsoNamed) => {
    const signatures = image.ok ? signaturesOf(image.value) : [];
    for (let round = 0; round < REVOCATION_ROUNDS; round += 1) {
      const wanted = new Map<string, readonly [RevocationQuestion, string]>();
      const record: AskFor = (question, repository) => {
        const key = keyOf(question, repository);
        const known = answers.get(key);
        if (!known) wanted.set(key, [question, repository]);
        return known ?? NOT_YET;
      };
      for (const { repository, evidence } of signatures)
        verifyEvidence(evidence, trust, {
          repository,
          alsoNamed,
          judgedAt,
          ask: (question) => record(question, repository),
        });
      if (wanted.size === 0) break;
      await Promise.all(
        [...wanted].map(async ([key, [question, repository]]) => {
          const answer = underWay.get(key) ?? client.fetch(question, repository);
          underWay.set(key, answer);
          answers.set(key, await answer);
        }),
      );
    }
    return (question, repository) => answers.get(keyOf(question, repository)) ?? NOT_YET;
  };
}

/** Fetches it for many images at once; null: nobody is asked. */
export async function askOfAll(
  images: readonly (readonly [image: Outcome<GatheredImage>, alsoNamed: readonly string[]])[],
  trust: TrustMaterial,
  judgedAt: Date,
  client: RevocationClient | null,
): Promise<AskFor> {
  if (!client) return OFFLINE;
  const ask = revocationAsker(trust, judgedAt, client);
  // What was answered for one is known of all.
  const known = await Promise.all(images.map(([image, alsoNamed]) => ask(image, alsoNamed)));
  return known.at(-1) ?? OFFLINE;
}

const NOT_YET = failed('RevocationUnknown', 'it took more questions than are asked (REVOCATION_ROUNDS)');

/** On whose word an address is asked decides whether it is. */
function keyOf(question: RevocationQuestion, repository: string): string {
  return `${repository.split('/')[0] ?? ''} ${questionKey(question)}`;
}

function signaturesOf({ resolved, root, children }: GatheredImage) {
  const { repository } = resolved.reference;
  return [root, ...children].flatMap(({ evidence }) =>
    evidence.filter(({ format }) => format === 'notation').map((one) => ({ repository, evidence: one })),
  );
}
