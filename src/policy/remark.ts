import type { PolicyFile } from './schema.ts';

/** What a warning found in a file: the field, what is there, why it matters, and what to write instead. */
export interface Remark {
  readonly at: readonly (string | number)[];
  readonly what: string;
  readonly why: string;
  readonly instead: string;
}

/** What a warning may know beside the file that it looks at. */
export interface Surroundings {
  readonly now: Date;
  /** All files of the policy. */
  readonly files: readonly PolicyFile[];
}

/** One kind of warning: a pure function of a file. */
export type Warning = (file: PolicyFile, around: Surroundings) => readonly Remark[];
