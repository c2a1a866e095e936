import type { Fault } from '../reasons.ts';
import type { Mirror } from '../registry/mirrors.ts';
import type { Claim, TrustMaterial } from '../verify/verifier.ts';
import type { CheckName, Enforcement, Evaluate } from './finding.ts';
import type { Exception } from './exceptions.ts';
import type { Assumed, Scope } from './match.ts';

/** A claim, and the signature repository that it was found in; none where it hangs beside the image. */
export interface FoundClaim extends Claim {
  readonly signatureRepository?: string | undefined;
}

/** What an authority looks at: who vouches, and where that was found. */
export type Vouching = Pick<FoundClaim, 'signer' | 'signatureRepository'>;

/** A signer that the policy trusts. */
export interface Authority {
  readonly name: string;
  /** In words, for findings: `subject https://… from issuer https://…`, `key sha256:…`. */
  readonly description: string;
  readonly accepts: (claim: Vouching) => boolean;
  /** Where its signatures are kept apart from the images, beside those that hang on them. */
  readonly signatureRepository?: string | undefined;
  /** The command that signs for it, where that is not cosign's. */
  readonly signedBy?: string | undefined;
  /** Why nothing can be by it in a repository, whatever is there; null where it can. */
  readonly excludes?: ((repository: string) => Fault | null) | undefined;
  /** Why nothing of it can be verified: this version cannot, or its trust root is not here. null where it can. */
  readonly unsupported: Fault | null;
}

export interface Rule {
  readonly name: string;
  readonly enforcement: Enforcement;
  /** Whether images that stand in arguments and variables are held to the rule as others are. */
  readonly enforcesArguments: boolean;
  /** What it says of references without a digest; nothing where it leaves them to others. */
  readonly pinned?: boolean | undefined;
  /** What the rule assumes of a place that it applies to; null where it does not apply. */
  readonly matches: (scope: Scope) => Assumed | null;
  readonly checks: readonly RuleCheck[];
  /** The names of all authorities that it names. */
  readonly authorities?: readonly string[] | undefined;
  /** Whose SBOMs it asks for: whether these are by them, and who they are in words; none where it asks for no signed one. */
  readonly sbomSigners?:
    | { readonly hold: (claims: readonly Vouching[]) => boolean; readonly words: string }
    | undefined;
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
  /** All whom the policy trusts, for whatever it asks of them. */
  readonly authorities?: readonly Authority[] | undefined;
  /** The signature repositories of all authorities, sorted. */
  readonly signatureRepositories?: readonly string[] | undefined;
  readonly registryMirrors?: readonly Mirror[] | undefined;
}
