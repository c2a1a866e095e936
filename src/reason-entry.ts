/** How sure a reason is: what kind of statement about the world it makes. */
export type ReasonClass = 'met' | 'missing' | 'stale' | 'invalid' | 'untrusted' | 'undetermined';

export interface ReasonEntry {
  readonly class: ReasonClass;
  readonly meaning: string;
}
