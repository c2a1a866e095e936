import { csvText } from '../report/csv.ts';
import type { Renderer } from '../report/renderer.ts';
import { labelsText, ownerOf } from './owner.ts';
import type { SweepHit, SweepReport, SweptContainer } from './sweep-report.ts';

const TITLES = [
  'RESULT',
  'CLUSTER',
  'NAMESPACE',
  'KIND',
  'NAME',
  'CONTAINER',
  'TYPE',
  'IMAGE',
  'DIGEST',
  'STATE',
  'SINCE',
  'OWNER',
  'QUERY',
  'FOUND',
  'AT',
  'REASON',
  'MESSAGE',
  'REMEDIATION',
  'LABELS',
  'PACKAGE',
  'VERSION',
  'PURL',
  'FIXED_IN',
  'PATHS',
  'LAYER',
  'ORIGIN',
  'SBOM',
  'VEX',
  'NEWER',
  'BASE',
  'CREATED_BY',
] as const;

/** RFC 4180 for spreadsheets: a row per match, per doubt and per coverage gap, as what could not be seen is no "not affected". */
export const sweepCsv: Renderer<SweepReport> = {
  render({ hits, undetermined, coverage }, { headers }) {
    const found = hits.flatMap((one) =>
      one.matched.map(({ query, found: what, at }) => [
        one.vex?.excuses ? 'excused' : 'affected',
        ...place(one),
        query,
        what,
        at,
        null,
        null,
        null,
        labelsText(one),
        ...componentCells(one),
      ]),
    );
    const open = undetermined.map((one) => {
      const { reason, message, remediation } = one;
      return [
        'undetermined',
        ...place(one),
        null,
        null,
        null,
        reason,
        message,
        remediation,
        labelsText(one),
        ...NO_COMPONENT,
      ];
    });
    const gaps = coverage.gaps.map(({ cluster, scope, name, reason, message, remediation = null }) => {
      const what = ['coverage', cluster, null, scope, name, ...NOTHING_OF_A_CONTAINER];
      return [...what, reason, message, remediation, null, ...NO_COMPONENT];
    });
    return csvText([...(headers ? [TITLES] : []), ...found, ...open, ...gaps]);
  },
};

/** From CONTAINER to AT. */
const NOTHING_OF_A_CONTAINER = Array.from({ length: 10 }, () => null);

const NO_COMPONENT = Array.from({ length: 12 }, () => null);

function componentCells({ component, vex, newer }: SweepHit) {
  if (component === null) return NO_COMPONENT;
  const { name, version, purl, fixedIn, locations, layer, layers, origin, base, sbom } = component;
  return [
    name,
    version,
    purl,
    fixedIn,
    locations.join(' '),
    layer,
    origin,
    sbom.standing,
    vex?.status ?? null,
    newer?.digest ?? null,
    base,
    layers[0]?.createdBy ?? null,
  ];
}

function place(one: SweptContainer) {
  const { cluster, namespace, kind, name, container, type, image, digest, state, since } = one;
  return [cluster, namespace, kind, name, container, type, image, digest, state, since, ownerOf(one)];
}
