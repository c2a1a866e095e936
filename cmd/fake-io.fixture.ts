import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { runCommandLine } from './cli.ts';
import type { Io } from './command.ts';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const TESTDATA = resolve('testdata');
export const LAYOUT = join(TESTDATA, 'layout');
export const POLICY = join(TESTDATA, 'policy.yaml');
export const TRUSTED_ROOT = join(TESTDATA, 'trusted-root.json');
export const MANIFESTS = join(TESTDATA, 'manifests');

/** An empty directory with these files in it. */
export function directory(files: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'supplychain-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

/** Runs a command line as a process would, in a directory of its own. */
export async function run(
  args: readonly string[],
  { stdin, ...more }: Partial<Omit<Io, 'stdin'>> & { readonly stdin?: string } = {},
): Promise<Ran> {
  const out = { stdout: '', stderr: '' };
  const exitCode = await runCommandLine(args, {
    env: {},
    cwd: directory(),
    stdin: async function* () {
      await Promise.resolve();
      yield Buffer.from(stdin ?? '');
    },
    stdout: (text) => {
      out.stdout += text;
    },
    stderr: (text) => {
      out.stderr += text;
    },
    columns: null,
    clock: () => new Date('2026-01-02T03:04:05Z'),
    ...more,
  });
  return { exitCode, ...out };
}

export function pod(image: string, name = 'app'): string {
  return `apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  containers:
    - name: app
      image: ${image}
`;
}

export const POLICY_TEXT = `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: small }
spec:
  rules:
    - { name: registries, registries: { allow: ["registry.example.com/**"] } }
  default: allow
`;
