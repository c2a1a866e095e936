import type { ConfiguredBuilder } from '../attestations/slsa/builders.ts';
import type { CheckName, Evaluate } from './finding.ts';
import type { Authority } from './policy.ts';
import type { RuleFile } from './schema.ts';

/** What a policy defines outside its rules, by name. */
export interface Definitions {
  readonly authorities: ReadonlyMap<string, Authority>;
  readonly builders: readonly ConfiguredBuilder[];
}

/** What a policy can ask of an image. A new check is one file in checks/ and one line in checks.ts. */
export interface Check {
  readonly name: CheckName;
  /** Whether it asks that somebody vouches for the image, which the policy's `default` wants of every image. */
  readonly vouches: boolean;
  /** Prepares a rule's demand once for the whole run, or returns null where the rule does not make it. */
  compile(rule: RuleFile, definitions: Definitions): Evaluate | null;
}
