import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { directory, LAYOUT, POLICY, run } from './fake-io.fixture.ts';

const VERIFY = ['verify', 'registry.example.com/shop/cart:v1', '--evidence', LAYOUT, '--policy', POLICY];

describe('outputs', () => {
  it.each([
    [
      'an expression with = in it',
      'jsonpath={.workloads[?(@.status=="warn")].name}',
      'registry.example.com/shop/cart:v1',
    ],
    ['a text with = in it', 'jsonpath=status={.verdict.status}{"\\n"}', 'status=warn\n'],
    ['columns', 'custom-columns=S:.status', 'S\nwarn\n'],
    ['names', 'name', 'registry.example.com/shop/cart:v1\n'],
  ])('of %s go to stdout', async (_name, output, stdout) => {
    expect(await run([...VERIFY, '-o', output])).toEqual({ exitCode: 0, stdout, stderr: '' });
  });

  it('of several formats are drawn in one run', async () => {
    const cwd = directory();
    const outputs = [
      '-o',
      'jsonpath={.verdict.status}',
      '-o',
      'csv=a=b.csv',
      '-o',
      'markdown=a.md',
      '-o',
      'wide=a.txt',
    ];
    const ran = await run([...VERIFY, ...outputs, '--no-headers'], { cwd, columns: 80 });
    expect(ran).toEqual({ exitCode: 0, stdout: 'warn', stderr: '' });
    expect(readFileSync(join(cwd, 'a=b.csv'), 'utf8')).not.toContain('CLUSTER');
    expect(readFileSync(join(cwd, 'a.md'), 'utf8')).toMatch(/^\*\*warn\*\* /);
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toMatch(/sha256:[0-9a-f]{64} /);
  });

  it.each<[string[], string]>([
    [['jsonpath'], "-o jsonpath: name what to print behind the =, as -o jsonpath='{.verdict.status}'"],
    [
      ['custom-columns='],
      '-o custom-columns: name what to print behind the =, as -o custom-columns=NAME:.name,STATUS:.status',
    ],
    [['jsonpath={.a'], '-o jsonpath: it ends where a step of the path or } is wanted, at character 4: {.a'],
    [
      ['custom-columns=A'],
      '-o custom-columns: ":" is missing between the title "A" and a path, as in NAME:.name, at character 2: A',
    ],
    [
      ['jsonpath={.a}', 'table'],
      'only one output can go to stdout; give the others a file, as -o json=report.json',
    ],
  ])('%j are refused', async (outputs, message) => {
    const ran = await run([...VERIFY, ...outputs.flatMap((output) => ['-o', output])]);
    expect(ran).toEqual({ exitCode: 2, stdout: '', stderr: `error: ${message}\n` });
  });
});
