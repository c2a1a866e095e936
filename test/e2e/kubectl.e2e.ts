import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, run } from '../sigstore/run.ts';
import { buildTools, temporaryDirectory } from './bench.ts';
import { buildProgram, DIST, REPOSITORY_ROOT, timeless } from './program.ts';

let command: string;
const { path: home, remove } = temporaryDirectory();

/** Runs kubectl with the built program on PATH; it has no cluster, and none is needed. */
function kubectl(...args: string[]): Promise<Finished> {
  const env = { PATH: `${DIST}:${process.env['PATH'] ?? ''}`, HOME: home, KUBECONFIG: '/dev/null' };
  return run(command, args, { cwd: REPOSITORY_ROOT, env });
}

const AUDIT = [
  'supplychain',
  'audit',
  '-f',
  'testdata/manifests',
  '--evidence',
  'testdata/layout',
  '--policy',
  'testdata/policy.yaml',
];

beforeAll(() => {
  buildProgram();
  command = join(buildTools('kubernetes'), 'kubectl');
});
afterAll(remove);

describe('as a plugin of kubectl', () => {
  it('is found', async () => {
    const { stdout } = await kubectl('plugin', 'list');
    expect(stdout.split('\n')).toContain(join(DIST, 'kubectl-supplychain'));
  });

  it('leaves kubectl nothing to warn of in its folder', async () => {
    const { stderr } = await kubectl('plugin', 'list');
    expect(stderr.split('\n').filter((line) => line.includes(DIST))).toEqual([]);
  });

  it('audits the demonstration: the table begins with the policy, and the exit code is kept', async () => {
    const { code, stdout } = await kubectl(...AUDIT);
    expect(stdout.split('\n')[0]).toBe('policy: shop (testdata/policy.yaml)');
    expect(code).toBe(1);
  });

  it('says that wrong usage is that', async () => {
    const { code, stdout, stderr } = await kubectl('supplychain', 'audit', '--no-such-flag');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('no-such-flag');
  });

  it('writes the same bytes again, but for what the report says of the run itself', async () => {
    const [first, second] = [await kubectl(...AUDIT), await kubectl(...AUDIT)];
    expect(second).toEqual(first);
    const json = [await kubectl(...AUDIT, '-o', 'json'), await kubectl(...AUDIT, '-o', 'json')].map(timeless);
    expect(json[1]).toEqual(json[0]);
  });
});
