import type { Screen } from '../report/renderer.ts';
import { shortReference, terminalText, wrapped } from '../report/terminal-text.ts';
import type { Changes, Place } from './former.ts';
import type { SweepReport } from './sweep-report.ts';

/** What is different from a former report; nothing where none was named. */
export function changeLines({ since }: SweepReport, screen: Screen): string {
  if (since === null) return '';
  const { generatedAt, gone, changed } = since;
  const title = `since ${generatedAt}: ${since.new.length} new, ${gone.length} gone, ${changed.length} changed`;
  const lines = [
    ...since.new.map((one) => `new      ${described(one)}`),
    ...gone.map(
      (one) => `gone     ${described(one)}${one.now === 'undetermined' ? ', now undetermined' : ''}`,
    ),
    ...changed.map((one) => `changed  ${described(one)}, was ${imageOf(one.was)}`),
  ];
  const shown = lines.map((line) => wrapped(terminalText(line), screen.columns, '  ', '    '));
  return [wrapped(terminalText(title), screen.columns), ...shown].join('\n');
}

function described(place: Place): string {
  const { cluster, namespace, kind, name, container } = place;
  const path = [cluster, namespace, kind, name].filter((part) => part !== null).join('/');
  return `${path} (${container}) ${imageOf(place)}`;
}

/** With the digest, where the reference does not name it: a tag that moved is what changed. */
function imageOf({ image, digest }: Changes['changed'][number]['was']): string {
  return shortReference(image.includes('@') || digest === null ? image : `${image}@${digest}`);
}
