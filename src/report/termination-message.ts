import { TERMINATION_MESSAGE_BYTES } from '../limits.ts';
import type { Status } from '../policy/finding.ts';
import type { Report } from './report.ts';
import { terminalText } from './terminal-text.ts';

const WORST: readonly Status[] = ['fail', 'unknown', 'warn'];

/**
 * What a pod says when it ends, and Argo CD shows of a hook: the verdict on the first line, then the worst findings as far as there is
 * room (kubernetes.io, "Determine the Reason for Pod Failure": 4096 bytes).
 */
export function terminationMessage(report: Report): string {
  return fitted([verdictLine(report), ...findingLines(report)]);
}

/** The same where there is no report: what stopped the program. */
export function terminationOf(what: string, cause: string): string {
  return fitted([`supplychain: ${what}`, terminalText(cause.replaceAll('\n', ' '))]);
}

function verdictLine({ verdict, summary, coverage, metadata: { sync } }: Report): string {
  const images = `${summary.images} image${summary.images === 1 ? '' : 's'}`;
  const gaps = coverage.gaps.length === 0 ? '' : `, ${coverage.gaps.length} not seen`;
  const counts = `${summary.fail} of ${images} fail, ${summary.unknown} unknown${gaps}`;
  const of = sync
    ? ` (${terminalText(`${sync.namespace}/${sync.application}`)}${revisionsOf(sync.sources)})`
    : '';
  switch (verdict.exitCode) {
    case 0:
      return verdict.status === 'fail' || verdict.status === 'unknown'
        ? `supplychain: LET THROUGH by --fail-on although ${counts}${of}`
        : `supplychain: passed: ${images}${of}`;
    case 1:
      return `supplychain: refused: ${counts}${of}`;
    case 2:
      return `supplychain: refused, the input is wrong: ${counts}${of}`;
    case 3:
      return `supplychain: refused, it could not be determined: ${counts}${of}`;
    case 130:
      return `supplychain: interrupted: ${counts}${of}`;
  }
}

const SHORT_REVISION = 12;

function revisionsOf(sources: readonly { readonly revision: string }[]): string {
  const revisions = sources.map(({ revision }) => terminalText(revision.slice(0, SHORT_REVISION)));
  return revisions.length === 0 ? '' : ` at ${revisions.join(', ')}`;
}

/** One line each, alike ones once: `fail SignatureMissing Deployment/web (app) ghcr.io/acme/web@sha256:…: no signature …`. */
function findingLines({ workloads, coverage, metadata: { sync } }: Report): string[] {
  const findings = workloads.flatMap(({ kind, name, containers }) =>
    containers.flatMap(({ name: container, image, findings }) =>
      findings.map(({ status, reason, message }) => ({
        status,
        line: `${status} ${reason} ${kind}/${name} (${container}) ${image.reference}: ${message}`,
      })),
    ),
  );
  const gaps = coverage.gaps.map(({ name, reason, message }) => ({
    status: 'unknown' as const,
    line: `unknown ${reason} ${name}: ${message}`,
  }));
  const sorted = WORST.flatMap((status) =>
    [...gaps, ...findings].filter((one) => one.status === status).map(({ line }) => terminalText(line)),
  );
  const children = sync?.children ?? [];
  const note =
    children.length === 0
      ? []
      : [`not judged here, each needs a gate of its own: ${terminalText(children.join(', '))}`];
  return [...new Set(sorted), ...note];
}

/** As many lines as there is room for, and how many there are beside them. */
function fitted(lines: readonly string[]): string {
  const kept: string[] = [];
  let room = TERMINATION_MESSAGE_BYTES - REST_BYTES;
  for (const line of lines) {
    const left = room - Buffer.byteLength(line) - 1;
    if (left < 0) break;
    kept.push(line);
    room = left;
  }
  if (kept.length === lines.length) return kept.join('\n');
  // The first line that does not fit whole is better than none.
  const cut = cutTo(lines[kept.length] ?? '', room - 1);
  const shown = cut === '' ? kept : [...kept, `${cut}…`];
  const rest = lines.length - shown.length;
  return rest === 0 ? shown.join('\n') : [...shown, `and ${rest} more: see the log`].join('\n');
}

/** Room for what is said of lines that do not fit, and for a sign of three bytes. */
const REST_BYTES = 48;

function cutTo(text: string, bytes: number): string {
  let cut = text.slice(0, Math.max(0, bytes));
  while (Buffer.byteLength(cut) > bytes) cut = cut.slice(0, -1);
  return cut;
}
