import type { Claim, TrustMaterial } from '../verify/verifier.ts';
import type { CheckName, Enforcement, Evaluate } from './finding.ts';
import type { Exception } from './exceptions.ts';
import type { Assumed, Scope } from './match.ts';

/** A signer that the policy trusts. */
export interface Authority {
  readonly name: string;
  /** In words, for findings: `subject https://… from issuer https://…`, `key sha256:…`. */
  readonly description: string;
  readonly accepts: (claim: Claim) => boolean;
  /** What this version cannot verify of it; null where it can. */
  readonly unsupported: string | null;
}

export interface Rule {
  readonly name: string;
  readonly enforcement: Enforcement;
  /** Whether images that stand in arguments and variables are held to the rule as others are. */
  readonly enforcesArguments: boolean;
  /** What the rule assumes of a place that it applies to; null where it does not apply. */
  readonly matches: (scope: Scope) => Assumed | null;
  readonly checks: readonly RuleCheck[];
}

export interface RuleCheck {
  readonly name: CheckName;
  /** Whether it asks that somebody vouches for the image: signature, slsa or an attestation. */
  readonly vouches: boolean;
  readonly evaluate: Evaluate;
}

/** A policy file as it was read, for the report. */
export interface PolicySource {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
}

export interface Policy {
  readonly sources: readonly PolicySource[];
  readonly trust: TrustMaterial;
  readonly rules: readonly Rule[];
  readonly default: 'deny' | 'warn' | 'allow';
  readonly exceptions: readonly Exception[];
}
