import { cutEnd, cutStart } from '../report/display-width.ts';
import { type GridColumn, NOTHING } from '../report/grid.ts';
import { shortDigests, shortReference } from '../report/terminal-text.ts';
import { labelsText, ownerOf } from './owner.ts';
import type { SweepHit } from './sweep-report.ts';

export interface SweepColumn extends GridColumn {
  /** Whether it leaves a table in which it says nothing of any row. */
  readonly optional?: boolean;
  readonly cell: (hit: SweepHit) => string;
}

const CLUSTER: SweepColumn = {
  title: 'CLUSTER',
  cut: { least: 9, to: cutEnd },
  leaves: 5,
  optional: true,
  cell: ({ cluster }) => cluster ?? NOTHING,
};
const NAMESPACE: SweepColumn = {
  title: 'NAMESPACE',
  cut: { least: 9, to: cutEnd },
  leaves: 6,
  cell: ({ namespace }) => namespace ?? NOTHING,
};
const WORKLOAD: SweepColumn = {
  title: 'WORKLOAD',
  cut: { least: 12, to: cutStart },
  cell: ({ kind, name }) => `${kind}/${name}`,
};
const CONTAINER: SweepColumn = {
  title: 'CONTAINER',
  cut: { least: 9, to: cutEnd },
  leaves: 3,
  cell: ({ container }) => container,
};
const IMAGE: SweepColumn = {
  title: 'IMAGE',
  cut: { least: 12, to: cutStart },
  cell: ({ image }) => shortReference(image),
};
const DIGEST: SweepColumn = {
  title: 'DIGEST',
  cut: { least: 14, to: cutEnd },
  leaves: 1,
  cell: ({ digest }) => digest ?? NOTHING,
};
const STATE: SweepColumn = { title: 'STATE', cut: null, leaves: 4, cell: ({ state }) => state };
const SINCE: SweepColumn = {
  title: 'SINCE',
  cut: null,
  leaves: 2,
  optional: true,
  cell: ({ since }) => since ?? NOTHING,
};
const OWNER: SweepColumn = {
  title: 'OWNER',
  cut: { least: 9, to: cutEnd },
  leaves: 2,
  optional: true,
  cell: (hit) => ownerOf(hit) ?? NOTHING,
};
const MATCHED: SweepColumn = {
  title: 'MATCHED',
  cut: { least: 12, to: cutEnd },
  cell: ({ matched }) => shortDigests(matchedText(matched)),
};
const LABELS: SweepColumn = {
  title: 'LABELS',
  cut: { least: 12, to: cutEnd },
  leaves: 1,
  optional: true,
  cell: (hit) => labelsText(hit) || NOTHING,
};

const FIXED: SweepColumn = {
  title: 'FIXED IN',
  cut: null,
  leaves: 3,
  optional: true,
  cell: ({ component }) => component?.fixedIn ?? NOTHING,
};
const PATH: SweepColumn = {
  title: 'PATH OR LAYER',
  cut: { least: 12, to: cutStart },
  leaves: 2,
  optional: true,
  cell: ({ component }) => (component ? whereOf(component) : NOTHING),
};
const VEX: SweepColumn = {
  title: 'VEX',
  cut: { least: 9, to: cutEnd },
  optional: true,
  cell: ({ vex }) => (vex ? `${vex.excuses ? '' : '(excuses nothing) '}${vex.status}` : NOTHING),
};
const NEWER: SweepColumn = {
  title: 'FREE OF IT',
  cut: { least: 14, to: cutEnd },
  leaves: 3,
  optional: true,
  cell: ({ newer }) => (newer ? shortDigests(newer.digest) : NOTHING),
};
const SBOM: SweepColumn = {
  title: 'SBOM',
  cut: null,
  leaves: 4,
  optional: true,
  cell: ({ component }) => component?.sbom.standing ?? NOTHING,
};

const CREATED_BY: SweepColumn = {
  title: 'LAYER CREATED BY',
  cut: { least: 12, to: cutEnd },
  leaves: 1,
  optional: true,
  cell: ({ component }) => component?.layers[0]?.createdBy ?? NOTHING,
};

const ORIGIN: SweepColumn = {
  title: 'ORIGIN',
  cut: null,
  leaves: 5,
  optional: true,
  cell: ({ component }) => (component && originOf(component)) || NOTHING,
};

/** `base`, `application`, or where it is in layers of both, `both`. */
function originOf({ layers }: NonNullable<SweepHit['component']>): string | null {
  const [origin = 'unknown', ...others] = new Set(layers.map((layer) => layer.origin));
  if (origin === 'unknown' || others.includes('unknown')) return null;
  return others.length > 0 ? 'both' : origin;
}

/** `/app/lib/x.jar (+2)`, else the layer. */
function whereOf({ locations: [path, ...more], layer }: NonNullable<SweepHit['component']>): string {
  const place = path ?? (layer === null ? null : shortDigests(layer));
  if (place === null) return NOTHING;
  const others = more.length === 0 ? '' : ` (+${more.length})`;
  return `${place}${others}`;
}

const PLACE = [CLUSTER, NAMESPACE, WORKLOAD, CONTAINER, IMAGE];

export const SWEEP_COLUMNS: readonly SweepColumn[] = [
  ...PLACE,
  STATE,
  SINCE,
  OWNER,
  MATCHED,
  FIXED,
  PATH,
  ORIGIN,
  SBOM,
  VEX,
  NEWER,
];
export const SWEEP_WIDE_COLUMNS: readonly SweepColumn[] = [
  ...PLACE,
  DIGEST,
  STATE,
  SINCE,
  OWNER,
  { ...MATCHED, cell: ({ matched }) => matchedText(matched) },
  FIXED,
  PATH,
  ORIGIN,
  SBOM,
  VEX,
  NEWER,
  CREATED_BY,
  LABELS,
];

/** Where an image without platforms has what was found: everybody's expectation. */
const PLAIN: ReadonlySet<string> = new Set(['manifest', 'reference']);

/** `digest sha256:… (index of the tag)`, `builder https://… (child linux/arm64)`. */
function matchedText(matched: SweepHit['matched']): string {
  const alike = Map.groupBy(matched, ({ query, found }) =>
    query === 'unsigned' ? found : query === 'image' ? 'image' : `${query} ${found}`,
  );
  const texts = [...alike].map(([text, same]) => {
    const places = [...new Set(same.map(({ at }) => at))].filter((at) => !PLAIN.has(at));
    return places.length === 0 ? text : `${text} (${places.join(', ')})`;
  });
  return texts.join('; ');
}
