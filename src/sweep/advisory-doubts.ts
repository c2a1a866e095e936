import { isOurs, type Searched } from './package-search.ts';
import type { Doubt } from './sweep-reasons.ts';

/** What the records of a vulnerability leave open. */
export interface Advisories {
  readonly id: string;
  /** Ecosystems that they name and that are not known here. */
  readonly unknown: readonly string[];
  /** The ecosystems whose advisories would be among them; null where they were named one by one. */
  readonly covers: ReadonlySet<string> | null;
}

/** Why the records do not say that an image is not affected, whatever its SBOMs list; empty where they do. */
export function advisoryDoubts(
  { id, unknown, covers }: Advisories,
  manifests: readonly Searched[],
): readonly Doubt[] {
  const doubt = { reason: 'AdvisoriesIncomplete', cause: null, evidence: [] } as const;
  const strange = unknown.map((ecosystem) => ({
    ...doubt,
    message: `${id} affects packages of ${JSON.stringify(ecosystem)}, an ecosystem that is not known here, so that they were not looked for`,
    remediation: `look into the image for the packages of ${JSON.stringify(ecosystem)} that the record names`,
  }));
  if (covers === null) return strange;
  const distributions = new Set(
    manifests.flatMap(({ sboms }) => sboms.filter(isOurs).flatMap(({ contents }) => contents.distributions)),
  );
  // Each distribution has advisories of its own, about packages under its own names.
  const open = [...distributions].filter((one) => !covers.has(one)).toSorted();
  return [
    ...strange,
    ...open.map((distribution) => ({
      ...doubt,
      message: `it has packages of ${distribution}, and no record that was given says what ${id} is to ${distribution}`,
      remediation: `name with --osv a directory that has the all.zip of ${distribution} beside what was given; where OSV offers none, look into ${distribution}'s own advisories`,
    })),
  ];
}
