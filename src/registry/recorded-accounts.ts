import { ok, type Outcome } from '../reasons.ts';
import { podKey, type PodAccount } from './account-answers.ts';
import { type Accounts, OWN_ACCOUNT } from './accounts.ts';
import type { Answer } from './answer.ts';
import type { OpenedEvidence } from './evidence-document.ts';
import { recordedRegistry } from './recorded-registry.ts';
import { type Recorder, type Recording, recordRegistry } from './recording.ts';
import type { Registry } from './registry.ts';

/** Remembers which accounts pods have, and what registries answered each; `own` remembers what the user was answered. */
export function recordAccounts(
  accounts: Accounts,
  own: Recorder,
  clock: () => Date,
): { readonly accounts: Accounts; readonly recorded: () => Recording } {
  const pods = new Map<string, PodAccount>();
  const recorders = new Map<string, Recorder>();
  return {
    accounts: {
      async find(secrets, repository) {
        const found = await accounts.find(secrets, repository);
        const pod = { ...found, secrets, repository, at: clock().toISOString() };
        if (secrets.length > 0) pods.set(podKey(pod), pod);
        return found;
      },
      registry(account) {
        if (account === OWN_ACCOUNT) return own.registry;
        const recorder = recorders.get(account) ?? recordRegistry(accounts.registry(account), clock);
        recorders.set(account, recorder);
        return recorder.registry;
      },
    },
    recorded() {
      const mine = own.recorded();
      const others = [...recorders].map(([account, one]) => ({ account, recording: one.recorded() }));
      return {
        ...mine,
        accounts: others.map(({ account, recording }) => ({ account, answers: recording.answers })),
        pods: [...pods.values()],
        contents: new Map([...mine.contents, ...others.flatMap(({ recording }) => [...recording.contents])]),
      };
    },
  };
}

/** No account has this name: nothing was saved for it. */
const NOT_SAVED = 'not saved';

/** Gives each account what was saved of it. Of pods that were not seen when the evidence was saved, nothing is in it. */
export function recordedAccounts(
  directory: string,
  { answered, pods }: Pick<OpenedEvidence, 'answered' | 'pods'>,
  own: Registry,
): Accounts {
  const byPod = new Map(pods.map((pod) => [podKey(pod), pod]));
  const savedOf = (account: string): Outcome<readonly Answer[]> => {
    const read = answered();
    return read.ok ? ok(read.value.accounts.find((one) => one.account === account)?.answers ?? []) : read;
  };
  const opened = new Map<string, Registry>([[OWN_ACCOUNT, own]]);
  return {
    find(secrets, repository) {
      if (secrets.length === 0) return Promise.resolve({ account: OWN_ACCOUNT, unused: [] });
      const { account, unused } = byPod.get(podKey({ secrets, repository })) ?? NOBODY;
      return Promise.resolve({ account, unused });
    },
    registry(account) {
      const registry = opened.get(account) ?? recordedRegistry(directory, () => savedOf(account));
      opened.set(account, registry);
      return registry;
    },
  };
}

const NOBODY = { account: NOT_SAVED, unused: [] };
