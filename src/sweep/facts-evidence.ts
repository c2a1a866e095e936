import { evidenceEntries } from '../policy/evidence-entry.ts';
import type { EvidenceEntry } from '../policy/finding.ts';
import type { Verdict } from '../verify/verifier.ts';

/** What a report shows of a piece of evidence. Of thousands that are asked a few are shown, and only they are read where they were kept. */
export type Shown = () => readonly EvidenceEntry[];

/** One piece of evidence as a report shows it. */
export function entriesOf(verdict: Verdict): Shown {
  const entries = evidenceEntries({ digest: '', platform: null, verdicts: [verdict], faults: [] });
  return () => entries;
}
