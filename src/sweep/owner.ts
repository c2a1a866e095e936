import type { SweptContainer } from './sweep-report.ts';

/** Whom to ask about a workload, from what says most to what says least (Kubernetes, "Recommended Labels"). */
const OWNER_LABELS = [
  'team',
  'owner',
  'app.kubernetes.io/part-of',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/name',
  'app',
] as const;

/** What a workload belongs to by its labels; null where they do not say. */
export function ownerOf({ labels }: Pick<SweptContainer, 'labels'>): string | null {
  for (const label of OWNER_LABELS) {
    const value = Object.hasOwn(labels, label) ? labels[label] : undefined;
    if (value) return value;
  }
  return null;
}

/** All labels, as kubectl writes them. */
export function labelsText({ labels }: Pick<SweptContainer, 'labels'>): string {
  const written = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  return written.toSorted().join(',');
}
