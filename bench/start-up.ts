import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { median } from './measured.ts';

/** Medians in milliseconds. */
export interface StartUp {
  readonly bareNode: number;
  /** `version` without the launcher. */
  readonly main: number;
  /** `version` as a user calls it, through the launcher. */
  readonly launcher: number;
  /** One signed image of the test data, out of saved evidence and so without a network. */
  readonly image: number;
}

const IMAGE = 'registry.example.com/shop/cart:v1';
const WITHOUT_POLICY = ['--policy', 'none', '--fail-on', 'never'];
const LAYOUT = resolve(import.meta.dirname, '../testdata/layout');

const WARM_UPS = 3;
const RUNS = 20;

/** Runs `node -e 0` and the others in turn, with the same Node. */
export function measureStartUp(program: string): StartUp {
  const node = join(program, '..', 'node_modules', '.bin', 'node');
  const commands = {
    bareNode: [node, '-e', '0'],
    main: [node, join(program, 'main.mjs'), 'version'],
    launcher: [join(program, 'kubectl-supplychain'), 'version'],
    image: [join(program, 'kubectl-supplychain'), 'verify', IMAGE, ...WITHOUT_POLICY, '--evidence', LAYOUT],
  };
  const times: Record<keyof typeof commands, number[]> = { bareNode: [], main: [], launcher: [], image: [] };
  for (let round = -WARM_UPS; round < RUNS; round++) {
    for (const name of ['bareNode', 'main', 'launcher', 'image'] as const) {
      const [command = '', ...args] = commands[name];
      const started = performance.now();
      execFileSync(command, args, { stdio: 'ignore' });
      if (round >= 0) times[name].push(performance.now() - started);
    }
  }
  return {
    bareNode: median(times.bareNode),
    main: median(times.main),
    launcher: median(times.launcher),
    image: median(times.image),
  };
}
