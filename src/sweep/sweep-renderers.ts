import type { ListedRenderer } from '../report/renderers.ts';
import type { SweepReport } from './sweep-report.ts';

/** Every output format of a sweep. A new one is one file and one line here. */
export const SWEEP_RENDERERS: readonly ListedRenderer<SweepReport>[] = [
  { format: 'table', load: async () => (await import('./sweep-table.ts')).sweepTable },
  { format: 'wide', load: async () => (await import('./sweep-table.ts')).sweepWide },
  { format: 'json', load: async () => (await import('../report/json.ts')).json },
  { format: 'yaml', load: async () => (await import('../report/yaml.ts')).yaml },
  { format: 'name', load: async () => (await import('./sweep-name.ts')).sweepName },
  { format: 'csv', load: async () => (await import('./sweep-csv.ts')).sweepCsv },
  { format: 'commands', load: async () => (await import('./sweep-commands.ts')).sweepCommands },
];
