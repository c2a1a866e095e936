import { describeQuery } from './describe-query.ts';
import type { SweepReport } from './sweep-report.ts';

/** How old what was asked is, and what was asked: an answer without its date means nothing. */
export function headline({ inventory, metadata, query }: SweepReport): string {
  const { takenAt, evidence } = inventory;
  const workloads = `workloads of ${takenAt}${ageOf(takenAt, metadata.generatedAt)}`;
  const saved =
    evidence === null || evidence.savedAt === takenAt
      ? ''
      : `, evidence of ${evidence.savedAt ?? 'an unknown time'}${ageOf(evidence.savedAt, metadata.generatedAt)}`;
  const where = evidence === null ? '' : ` in ${evidence.path}`;
  return `${workloads}${saved}${where}; asked: ${describeQuery(query)}`;
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

function ageOf(time: string | null, now: string): string {
  const age = time === null ? 0 : Date.parse(now) - Date.parse(time);
  for (const [unit, length] of UNITS)
    if (age >= length) return ` (${plural(Math.floor(age / length), unit)} old)`;
  return age < 0 ? ' (in the future by this clock)' : '';
}

/** `2 of 14 workloads affected (2 images in 1 namespace), 1 undetermined, 11 not affected; coverage complete`. */
export function summaryLine({ summary, hits, coverage }: SweepReport): string {
  const { affected, undetermined, notAffected } = summary;
  const images = new Set(hits.map(({ image, digest }) => JSON.stringify([digest ?? image]))).size;
  const namespaces = new Set(hits.map(({ cluster, namespace }) => JSON.stringify([cluster, namespace]))).size;
  const clusters = new Set(hits.map(({ cluster }) => cluster)).size;
  const across = clusters > 1 ? ` of ${plural(clusters, 'cluster')}` : '';
  const where =
    affected === 0 ? '' : ` (${plural(images, 'image')} in ${plural(namespaces, 'namespace')}${across})`;
  const total = plural(affected + undetermined + notAffected, 'workload');
  const seen = coverage.complete ? 'coverage complete' : plural(coverage.gaps.length, 'coverage gap');
  return `${affected} of ${total} affected${where}, ${undetermined} undetermined, ${notAffected} not affected; ${seen}`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
