import type { Outcome } from '../../reasons.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { Statement, StoreName } from './trust-policy.ts';

/** What an authority trusts in Notation's terms: a trust policy, and the trust stores that it names. */
export interface NotationTrust {
  /** The name of the authority. */
  readonly authority: string;
  /** The file that the policy stands in, or the field, for messages. */
  readonly origin: string;
  readonly statements: readonly Statement[];
  /** By `storeKey`; a store that cannot be used fails what rests on it, and nothing else. */
  readonly stores: ReadonlyMap<string, Outcome<readonly Certificate[]>>;
}

/** A named store as policies write it: `ca:acme`. */
export function storeKey({ type, name }: StoreName): string {
  return `${type}:${name}`;
}
