import { demandOf } from './demand.ts';
import { glob } from './glob.ts';
import type { Authority } from './policy.ts';
import type { BuilderFile } from './schema.ts';
import type { Claim } from '../verify/verifier.ts';

/** A builder that the policy knows beside the built-in ones, and the SLSA level that it vouches for. */
export interface Builder {
  readonly matches: (builderId: string) => boolean;
  /** Whether a claim is signed by whom the policy ties this builder to. */
  readonly signed: (claim: Claim) => boolean;
  readonly level: 1 | 2 | 3;
}

/** Compiles a policy's builder: its id is a glob, and its provenance counts only from its own signers. */
export function compileBuilder(
  { id, signedBy, level }: BuilderFile,
  authorities: ReadonlyMap<string, Authority>,
): Builder {
  const { parts } = demandOf(signedBy, authorities);
  return { matches: glob(id), signed: (claim) => parts.every((part) => part([claim])), level };
}
