import type { CheckName } from '../policy/finding.ts';
import { worst } from '../policy/finding.ts';
import { cutEnd, cutStart, displayWidth } from './display-width.ts';
import { type Column, NOTHING } from './grid.ts';
import type { ReportContainer, ReportFinding, ReportWorkload } from './report.ts';
import { shortReference } from './terminal-text.ts';

/** Of a workload and an image the end tells more, so kind and registry go first. */
const NAMESPACE: Column = {
  title: 'NAMESPACE',
  cut: { least: 9, to: cutEnd },
  leaves: 3,
  cell: ({ namespace }) => namespace ?? NOTHING,
};
const WORKLOAD: Column = {
  title: 'WORKLOAD',
  cut: { least: 12, to: cutStart },
  cell: (workload) => (isBare(workload) ? NOTHING : `${workload.kind}/${workload.name}`),
};
const CONTAINER: Column = {
  title: 'CONTAINER',
  cut: { least: 9, to: cutEnd },
  leaves: 2,
  cell: (workload, { name }) => (isBare(workload) ? NOTHING : name),
};
const IMAGE: Column = {
  title: 'IMAGE',
  cut: { least: 12, to: cutImage },
  cell: (_workload, { image }) => shortReference(image.reference),
};
const DIGEST: Column = {
  title: 'DIGEST',
  cut: { least: 14, to: cutEnd },
  leaves: 1,
  cell: (_workload, { image }) => image.digest ?? NOTHING,
};
const SIGNER: Column = {
  title: 'SIGNER',
  cut: { least: 12, to: cutStart },
  cell: (_workload, container) => signerOf(container),
};
const REASON: Column = {
  title: 'REASON',
  cut: { least: 12, to: cutEnd },
  cell: (_workload, container) => reasonOf(container),
};
const STATUS: Column = { title: 'STATUS', cut: null, cell: (_workload, { status }) => status };

const PLACE = [NAMESPACE, WORKLOAD, CONTAINER, IMAGE];

const SBOM = factColumn('SBOM', 'sbom', 5, sbomFact);

export const TABLE_COLUMNS: readonly Column[] = [
  ...PLACE,
  checkColumn('SIGNATURE', 'signature'),
  checkColumn('REGISTRY', 'registry', 4),
  { ...SBOM, shorter: withoutLastFact },
  checkColumn('SLSA', 'slsa', 6),
  STATUS,
];

export const WIDE_COLUMNS: readonly Column[] = [
  ...PLACE,
  DIGEST,
  checkColumn('SIGNATURE', 'signature'),
  checkColumn('REGISTRY', 'registry', 4),
  SBOM,
  factColumn('SLSA', 'slsa', 6, slsaFact),
  STATUS,
  SIGNER,
  REASON,
];

/** An image that was named by itself runs in no workload. */
function isBare({ apiVersion }: ReportWorkload): boolean {
  return apiVersion === '';
}

/** A digest tells a person less than the name before it. */
function cutImage(text: string, width: number): string {
  return cutStart(displayWidth(text) <= width ? text : text.replace(/@.*$/, '@…'), width);
}

function checkColumn(title: string, name: CheckName, leaves?: number): Column {
  return factColumn(title, name, leaves, () => null);
}

/** A check's status, with a fact behind a pass. */
function factColumn(
  title: string,
  name: CheckName,
  leaves: number | undefined,
  fact: (finding: ReportFinding) => string | null,
): Column {
  return {
    title,
    cut: null,
    leaves,
    cell: (_workload, { findings }) => {
      const of = findings.filter(({ check }) => check === name);
      if (of.length === 0) return NOTHING;
      const status = worst(of.map((finding) => finding.status));
      const [said] = status === 'pass' ? of.flatMap((finding) => fact(finding) ?? []) : [];
      return said === undefined ? status : `${status} ${said}`;
    },
  };
}

function slsaFact({ details: { level } }: ReportFinding): string | null {
  return typeof level === 'number' ? `L${level}` : null;
}

const BETWEEN_FACTS = ' · ';

/** `pass spdx 2.3 · 214 · ci`, `pass spdx 2.3 · 214`, `pass spdx 2.3`, `pass`. */
function withoutLastFact(text: string): string | null {
  const last = text.includes(BETWEEN_FACTS) ? text.lastIndexOf(BETWEEN_FACTS) : text.indexOf(' ');
  return last < 0 ? null : text.slice(0, last);
}

/** The format and its version, how many components, and who signed it. */
function sbomFact({ authority, details: { format, specVersion, components } }: ReportFinding): string | null {
  if (typeof format !== 'string' || typeof components !== 'number') return null;
  const version = typeof specVersion === 'string' ? ` ${specVersion}` : '';
  return [`${format}${version}`, components, authority ?? 'unsigned'].join(BETWEEN_FACTS);
}

/** Whose signature verified. Where one of several was accepted, the policy's name of the signer says which. */
function signerOf({ findings }: ReportContainer): string {
  const of = findings.filter(({ check }) => check === 'signature');
  const signers = new Set(
    of.flatMap(({ evidence }) =>
      evidence.flatMap(({ kind, result, signer }) =>
        kind === 'signature' && result === 'verified' && signer ? [signer.subject] : [],
      ),
    ),
  );
  const [first, ...others] = signers;
  if (first === undefined) return NOTHING;
  if (others.length === 0) return first;
  const accepted = of.find(({ status }) => status === 'pass')?.authority;
  return accepted ?? `${first} (+${others.length})`;
}

function reasonOf({ status, findings }: ReportContainer): string {
  if (status === 'pass') return NOTHING;
  return findings.find((finding) => finding.status === status)?.reason ?? NOTHING;
}
