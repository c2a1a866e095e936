import type { EvidenceEntry } from '../policy/finding.ts';
import type { MatchedComponent } from './component-hit.ts';
import type { VexWord } from './vex-word.ts';
import type { Doubt } from './sweep-reasons.ts';

/** The flags of a query, as its report names them. */
type QueryField =
  | 'digest'
  | 'image'
  | 'signer'
  | 'issuer'
  | 'sourceRepository'
  | 'builder'
  | 'unsigned'
  | 'package'
  | 'vulnerability';

/** What was asked for and where it was found. */
export interface Match {
  readonly query: QueryField;
  /** The value or pattern that was asked for. */
  readonly asked: string;
  /** What it was found to be: a digest, a signer, a builder. */
  readonly found: string;
  /** What of the image it was found at, as `index`, `child linux/arm64`. */
  readonly at: string;
  /** The verified evidence that says so. */
  readonly evidence: readonly EvidenceEntry[];
  /** The digest of the manifest that has the component. */
  readonly manifest?: string | undefined;
  /** The component of an SBOM that was asked for. */
  readonly component?: MatchedComponent | undefined;
  /** What is said of the vulnerability in it, by whom the policy trusts. */
  readonly vex?: VexWord | null | undefined;
}

/** What a predicate says of one container: three values, as what was not seen is neither yes nor no. */
export type Answer =
  | { readonly is: 'hit'; readonly matches: readonly Match[] }
  | { readonly is: 'no' }
  | { readonly is: 'undetermined'; readonly doubts: readonly Doubt[] };

export const NO: Answer = { is: 'no' };

/** What the answer rests on was not asked for yet. */
export const NOT_ASKED: Answer = { is: 'undetermined', doubts: [] };

export function hit(...matches: readonly Match[]): Answer {
  return { is: 'hit', matches };
}

export function undetermined(...doubts: readonly Doubt[]): Answer {
  return { is: 'undetermined', doubts };
}

/** AND: one "no" settles it, whatever is not known beside it (Kleene's strong three-valued logic). */
export function allOf(answers: readonly Answer[]): Answer {
  if (answers.some(({ is }) => is === 'no')) return NO;
  const doubts = doubtful(answers);
  return doubts ?? { is: 'hit', matches: answers.flatMap((one) => (one.is === 'hit' ? one.matches : [])) };
}

/** OR: one hit settles it. */
export function anyOf(answers: readonly Answer[]): Answer {
  const matches = answers.flatMap((one) => (one.is === 'hit' ? one.matches : []));
  return answers.some(({ is }) => is === 'hit') ? { is: 'hit', matches } : (doubtful(answers) ?? NO);
}

function doubtful(answers: readonly Answer[]): Answer | null {
  const open = answers.filter((one) => one.is === 'undetermined');
  return open.length === 0 ? null : { is: 'undetermined', doubts: open.flatMap(({ doubts }) => doubts) };
}
