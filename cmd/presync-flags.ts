import type { Options } from 'yargs';
import { z } from 'zod';
import { CLUSTER_FLAGS } from './cluster-flags.ts';
import { UsageError } from './command.ts';
import { JUDGING_FLAGS, SOURCE_FLAGS } from './flags.ts';

const one = { type: 'string', nargs: 1, requiresArg: true } as const;

const {
  at: _at,
  'trusted-root': _trustedRoot,
  evidence: _evidence,
  'save-evidence': _saveEvidence,
  ...JUDGING
} = JUDGING_FLAGS;
const {
  'all-namespaces': _all,
  selector: _selector,
  'field-selector': _fields,
  ...CONNECTION
} = CLUSTER_FLAGS;
const { kustomize: _kustomize, ...SOURCES } = SOURCE_FLAGS;

/** Why a gate takes no flag that others have: each would let it judge something else than what is applied now. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['at', 'a gate judges as of now'],
  ['trusted-root', 'a gate trusts what its policy says: define the root there, under trustRoots'],
  ['evidence', 'a gate asks registries anew'],
  ['save-evidence', 'a gate saves nothing; audit the same manifests with it'],
]);

const refusedFlags = Object.fromEntries(
  [...REFUSED.keys()].map((name): [string, Options] => [name, { ...one, hidden: true }]),
);

const PRESYNC_FLAGS: Readonly<Record<string, Options>> = {
  application: {
    ...one,
    describe: 'the Application that is synced (default: the one whose hook this pod is)',
  },
  'app-namespace': {
    ...one,
    alias: 'N',
    describe: "namespace of the Application (default: that of the hook's tracking id, else argocd)",
  },
  'argocd-server': {
    ...one,
    describe: "address of Argo CD's API, as https://argocd-server.argocd.svc (default: $ARGOCD_SERVER)",
  },
  'argocd-auth-token-file': {
    ...one,
    describe: "file with the token for Argo CD's API (default: $ARGOCD_AUTH_TOKEN)",
  },
  'argocd-ca': { ...one, describe: "file with the certificates of the CA of Argo CD's API" },
  'dry-run': { type: 'boolean', describe: 'say what would be judged, and judge nothing' },
  events: {
    type: 'boolean',
    describe:
      'write the verdict as a Kubernetes Event on the Application, as far as that is allowed; nothing else is ever written',
  },
  ...SOURCES,
  filename: {
    ...SOURCES.filename,
    describe:
      'judge these rendered files in place of a sync, as a config management plugin does with what it hands over; may be repeated',
  },
  ...CONNECTION,
  ...JUDGING,
  policy: {
    ...JUDGING.policy,
    describe: 'policy file or directory (default: $SUPPLYCHAIN_POLICY); must be named',
  },
  'fail-on': {
    ...JUDGING['fail-on'],
    describe:
      'violation lets through what could not be determined, and says so loudly; warn refuses warnings as well (default: unknown)',
  },
};

/** All of them, those that are refused by name too. */
export const PRESYNC_FLAGS_TAKEN = { ...PRESYNC_FLAGS, ...refusedFlags };

const set = z
  .array(z.string())
  .default([])
  .transform((values) => values.at(-1) === 'true');
const last = z
  .array(z.string())
  .transform((values) => values.at(-1))
  .optional();

export const presyncFlagsSchema = z.object({
  application: last,
  'app-namespace': last,
  'argocd-server': last,
  'argocd-auth-token-file': last,
  'argocd-ca': last,
  'dry-run': set,
  events: set,
  'request-timeout': last,
  v: last,
});

export type PresyncFlags = z.infer<typeof presyncFlagsSchema>;

/** Throws `UsageError` for a flag that a gate does not take. */
export function refuseFlags(typed: Readonly<Record<string, unknown>>): void {
  for (const [name, why] of REFUSED)
    if (Object.hasOwn(typed, name)) throw new UsageError(`presync takes no --${name}: ${why}`);
}
