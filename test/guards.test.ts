import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectedOf, GUARDS, outcomeOf } from './guards/guards.ts';

const names = readdirSync(GUARDS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const isDeadly = (name: string): boolean => expectedOf(name).deadly === true;

describe('evidence that one guard keeps from passing', () => {
  it.each(names.filter((name) => !isDeadly(name)))('%s', (name) => {
    const outcome = outcomeOf(name);
    const expected = expectedOf(name).classes.some((one) => one === outcome.class);
    expect({ ...outcome, expected }).toEqual({ ...outcome, expected: true });
  });

  it.each(names.filter((name) => isDeadly(name)))('%s, in a process of its own', (name) => {
    const program = `
      import { outcomeOf } from './test/guards/guards.ts';
      console.log(outcomeOf(process.argv[1]).class);
    `;
    const { status, signal, stdout } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', program, name],
      { encoding: 'utf8' },
    );
    expect({ status, signal }).toEqual({ status: 0, signal: null });
    expect(expectedOf(name).classes).toContain(stdout.trim());
  });

  it('is there for every guard that is known', () => expect(names.length).toBeGreaterThan(130));
});
