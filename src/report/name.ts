import type { Renderer } from './renderer.ts';
import type { ReportWorkload } from './report.ts';
import { terminalText } from './terminal-text.ts';

/** A line per workload as `kubectl get -o name` has it: `deployment.apps/cart`. An image that was named by itself is its reference. */
export const name: Renderer = {
  render: (report) =>
    report.workloads
      .flatMap((workload) => namesOf(workload))
      .map((line) => `${terminalText(line)}\n`)
      .join(''),
};

function namesOf({ apiVersion, kind, name, containers }: ReportWorkload): string[] {
  if (apiVersion === '') return containers.map(({ image }) => image.reference);
  return [resourceName({ apiVersion, kind, name })];
}

/** As kubectl names an object: `deployment.apps/cart`. */
export function resourceName({
  apiVersion,
  kind,
  name,
}: Pick<ReportWorkload, 'apiVersion' | 'kind' | 'name'>): string {
  const [group, version] = apiVersion.split('/');
  const of = version === undefined ? '' : `.${group}`;
  return `${kind.toLowerCase()}${of}/${name}`;
}
