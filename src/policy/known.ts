import type { Outcome } from '../reasons.ts';
import type { KeptRoot } from '../trust-roots/kept-root.ts';
import type { KeptRoots } from '../trust-roots/kept-roots.ts';
import type { TrustRoot } from '../verify/trust-root.ts';
import type { NotationTrust } from '../verify/notation/trust.ts';
import type { StoreName } from '../verify/notation/trust-policy.ts';
import type { TrustedKey } from '../verify/verifier.ts';
import type { Certificate } from '../verify/x509/certificate.ts';
import type { OpenPolicy, PolicyError } from './policy-file.ts';
import type { Authority, Rule } from './policy.ts';

/** Reads a file of at most `limit` bytes that a policy names: a key or a trusted root. */
export type ReadFile = (path: string, limit: number) => Outcome<Uint8Array>;

/** Reads a named trust store of a directory that a policy names. */
export type ReadTrustStore = (directory: string, store: StoreName) => Outcome<readonly Certificate[]>;

/** A trust root by its name: null where the policy is wrong about it, which was reported. */
export interface NamedRoot {
  readonly read: () => Outcome<TrustRoot> | null;
  /** By what TUF keeps it fresh, if it does. */
  readonly kept: KeptRoot | null;
}

type Report = (open: OpenPolicy, path: readonly PropertyKey[], message: string, remediation?: string) => void;

/** What the files name so far. A name is known from where it stands on, whether or not what it names could be read. */
export interface Known {
  readonly trustRoots: Map<string, NamedRoot>;
  /** The names of the trust roots that something rests on. */
  readonly usedRoots: Set<string>;
  readonly keptRoots: KeptRoots;
  readonly authorities: Map<string, Authority | null>;
  readonly keys: TrustedKey[];
  readonly notation: NotationTrust[];
  readonly rules: Map<string, Rule>;
  /** Whether all files could be read: a name that is not there may stand in one that could not. */
  readonly complete: boolean;
  readonly readFile: ReadFile;
  readonly readTrustStore: ReadTrustStore;
  readonly report: Report;
  /** Reports what is wrong with a file that the policy names. */
  readonly reportError: (error: PolicyError) => void;
}

/** The error of a name that is taken. */
export function standsTwice(what: string, name: string): [message: string, remediation: string] {
  return [`the ${what} ${JSON.stringify(name)} is there already`, 'choose another name'];
}

/** The error of a name that nothing has. */
export function noneNamed(what: string, name: string, there: ReadonlyMap<string, unknown>): string {
  return `no ${what} is named ${JSON.stringify(name)}; there are: ${[...there.keys()].join(', ') || 'none'}`;
}
