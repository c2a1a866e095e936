import { type PullSecretRef, pullSecretsKey } from '../pull-secret-ref.ts';
import type { FoundAccount } from './accounts.ts';
import { questionKey, type Answer } from './answer.ts';
import { type RevocationAnswer, revocationKey } from './saved-revocation.ts';
import { type SbomAnswer, sbomKey } from './saved-sboms.ts';

/** What registries answered an account of pods. */
interface AccountAnswers {
  readonly account: string;
  readonly answers: readonly Answer[];
}

/** The account that pods with these pull secrets have at a repository: by its name, and without a word of what is secret. */
export interface PodAccount extends FoundAccount {
  readonly secrets: readonly PullSecretRef[];
  readonly repository: string;
  /** When that was known. */
  readonly at: string;
}

/** Everything that was answered, to whom. */
export interface Answers {
  /** The user. */
  readonly answers: readonly Answer[];
  readonly accounts: readonly AccountAnswers[];
  readonly pods: readonly PodAccount[];
  /** What says whether certificates were revoked, whoever asked: no credential goes there. */
  readonly revocation: readonly RevocationAnswer[];
  /** What was found of SBOMs outside of registries, likewise. */
  readonly sboms: readonly SbomAnswer[];
}

/** Tells what is known of pods with these pull secrets at a repository from what is known of others. */
export function podKey({ secrets, repository }: Pick<PodAccount, 'secrets' | 'repository'>): string {
  return JSON.stringify([pullSecretsKey(secrets), repository]);
}

/** What was answered, whoever asked. */
export function allAnswers({ answers, accounts }: Answers): readonly Answer[] {
  return [...answers, ...accounts.flatMap((one) => one.answers)];
}

/** What was answered last counts, as the findings of the last audit rest on it. Accounts that no pods have any more are left out. */
export function joinAnswers(earlier: Answers, later: Answers): Answers {
  const pods = joined(podKey, earlier.pods, later.pods);
  const named = new Set(pods.map(({ account }) => account));
  const all = [...earlier.accounts, ...later.accounts].filter(({ account }) => named.has(account));
  return {
    answers: joined(questionKey, earlier.answers, later.answers),
    accounts: [...Map.groupBy(all, ({ account }) => account)]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([account, same]) => ({
        account,
        answers: joined(questionKey, ...same.map(({ answers }) => answers)),
      })),
    pods,
    revocation: joined(revocationKey, earlier.revocation, later.revocation),
    sboms: joined(sbomKey, earlier.sboms, later.sboms),
  };
}

/** Of these answers those that are newer than what is known. */
export function newerAnswers(answers: Answers, known: Answers): Answers {
  const ofAccount = new Map(known.accounts.map((one) => [one.account, one.answers]));
  return {
    answers: newer(questionKey, answers.answers, known.answers),
    accounts: answers.accounts.map(({ account, answers }) => ({
      account,
      answers: newer(questionKey, answers, ofAccount.get(account) ?? []),
    })),
    pods: newer(podKey, answers.pods, known.pods),
    revocation: newer(revocationKey, answers.revocation, known.revocation),
    sboms: newer(sbomKey, answers.sboms, known.sboms),
  };
}

function joined<T>(keyOf: (one: T) => string, ...lists: readonly (readonly T[])[]): readonly T[] {
  const byKey = new Map(lists.flat().map((one) => [keyOf(one), one]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function newer<T extends { readonly at: string }>(
  keyOf: (one: T) => string,
  these: readonly T[],
  known: readonly T[],
): readonly T[] {
  const times = new Map(known.map((one) => [keyOf(one), Date.parse(one.at)]));
  return these.filter((one) => Date.parse(one.at) > (times.get(keyOf(one)) ?? -Infinity));
}
