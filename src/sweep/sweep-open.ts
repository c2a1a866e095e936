import type { Screen } from '../report/renderer.ts';
import { shortDigests, shortReference, statusText, terminalText, wrapped } from '../report/terminal-text.ts';
import type { Gap } from '../workloads/source.ts';
import type { SweepReport, SweepUndetermined } from './sweep-report.ts';
import { plural } from './sweep-summary.ts';

/** What could not be determined and why, once for all containers of which the same is said; gaps come last. */
export function openQuestions({ undetermined, coverage }: SweepReport, screen: Screen): string {
  const alike = Map.groupBy(undetermined, ({ reason, message, remediation }) =>
    JSON.stringify([reason, message, remediation]),
  );
  const questions = [...alike.values()].map((same) => question(same, screen));
  const gaps = coverage.gaps.map(({ reason, message, remediation, ...where }) =>
    paragraph(
      `${statusText('unknown', screen.color, 'not seen')}  ${reason}`,
      [...clusterOf(where), message, ...next(remediation)],
      screen,
    ),
  );
  return [...questions, ...gaps].join('\n\n');
}

/** Which cluster it is, as its user knows it. */
function clusterOf({ scope, name, cluster }: Pick<Gap, 'scope' | 'name' | 'cluster'>): string[] {
  const of = cluster === null ? [] : [`cluster ${cluster}`];
  return scope === 'context' && name !== cluster ? [[`context ${name}`, ...of].join(', ')] : of;
}

/** How many places are named before the rest is only counted; the other formats name them all. */
const PLACES = 3;

function question(same: readonly SweepUndetermined[], screen: Screen): string {
  const [first] = same;
  if (!first) return '';
  const images = new Set(same.map(({ image }) => image));
  const places = new Set(
    same.map(({ cluster, namespace, kind, name, container, image }) => {
      const path = [cluster, namespace, kind, name].filter((part) => part !== null).join('/');
      return `${path} (${container})${images.size === 1 ? '' : `: ${shortReference(image)}`}`;
    }),
  );
  const named = [...places].slice(0, PLACES).map((place) => `in ${place}`);
  const more = places.size - named.length;
  return paragraph(
    `${statusText('unknown', screen.color, 'undetermined')}  ${first.reason}`,
    [
      images.size === 1 ? shortReference(first.image) : plural(images.size, 'image'),
      screen.columns === null ? first.message : shortDigests(first.message),
      ...(images.size === 1 ? evidenceLines(first, screen) : []),
      ...named,
      ...(more > 0 ? [`and in ${plural(more, 'more container')}`] : []),
      ...next(first.remediation),
    ],
    screen,
  );
}

function evidenceLines({ evidence }: SweepUndetermined, { columns }: Screen): string[] {
  const lines = new Set(evidence.map(({ location }) => `seen: ${location}`));
  return [...lines].map((line) =>
    columns === null || line.length + 2 <= columns ? line : shortDigests(line),
  );
}

function next(remediation: string | null | undefined): string[] {
  return remediation ? [`next: ${remediation}`] : [];
}

function paragraph(title: string, lines: readonly string[], { columns }: Screen): string {
  return [title, ...lines.map((line) => wrapped(terminalText(line), columns, '  ', '    '))].join('\n');
}
