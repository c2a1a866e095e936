import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { POLICY_BYTES } from '../src/limits.ts';
import type { ReadTrustStore } from '../src/policy/known.ts';
import { loadPolicy, type Loaded } from '../src/policy/load.ts';
import type { PolicyBytes } from '../src/policy/policy-file.ts';
import { failed, ok, type Outcome } from '../src/reasons.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import type { KeptRoots } from '../src/trust-roots/kept-roots.ts';
import { readTrustStore } from '../src/trust-roots/notation-store.ts';
import type { TrustRoot } from '../src/verify/trust-root.ts';
import { type Io, UsageError, usageError } from './command.ts';
import { keptRootsOf } from './copies.ts';

const DEFAULT_POLICY = 'supplychain.yaml';
const VARIABLE = 'SUPPLYCHAIN_POLICY';

/** A policy, and its files as they are written. */
export type LoadedPolicy = Extract<Loaded, { ok: true }>;

/**
 * Finds and loads the policy: `--policy`, else SUPPLYCHAIN_POLICY, else ./supplychain.yaml. In CI and in a cluster nothing is looked
 * for, as a file that is missing there would silently mean no policy. Returns null for no policy. Throws `UsageError`.
 */
export function findLoadedPolicy(
  flag: readonly string[],
  roots: readonly TrustRoot[],
  quiet: boolean,
  io: Io,
  kept: KeptRoots = keptRootsOf(io),
): LoadedPolicy | null {
  const fromEnvironment = io.env[VARIABLE];
  const named = flag.length > 0 ? flag : fromEnvironment ? [fromEnvironment] : null;
  if (named?.includes('none')) {
    if (named.length > 1) throw new UsageError('--policy none stands alone');
    return null;
  }
  if (named) return loadPolicyFiles(flag.length > 0 ? '--policy' : VARIABLE, named, roots, io, kept);
  if (io.env['CI'] || io.env['KUBERNETES_SERVICE_HOST']) {
    throw new UsageError(
      'in CI and in a cluster the policy must be named: --policy FILE, or --policy none to audit without one',
    );
  }
  if (!existsSync(resolve(io.cwd, DEFAULT_POLICY))) return null;
  if (!quiet) io.stderr(`using the policy ./${DEFAULT_POLICY}\n`);
  return loadPolicyFiles('the working directory', [DEFAULT_POLICY], roots, io, kept);
}

/** Loads files and directories as one policy; `where` named them. Throws `UsageError` with every error of all of them. */
export function loadPolicyFiles(
  where: string,
  paths: readonly string[],
  roots: readonly TrustRoot[],
  io: Io,
  kept: KeptRoots = keptRootsOf(io),
): LoadedPolicy {
  return loadAgain(
    paths.flatMap((path) => policyFiles(where, path, io)),
    roots,
    io,
    kept,
  );
}

/** Loads files that were read: once more where trust roots were fetched since. */
export function loadAgain(
  files: readonly PolicyBytes[],
  roots: readonly TrustRoot[],
  io: Io,
  kept: KeptRoots,
): LoadedPolicy {
  const readFile = (path: string, limit: number) => readBounded(resolve(io.cwd, path), path, limit);
  const readStore: ReadTrustStore = (directory, store) => readTrustStore(resolve(io.cwd, directory), store);
  const loaded = loadPolicy(files, roots, readFile, kept, readStore);
  if (loaded.ok) return loaded;
  const errors = loaded.errors.map(({ message, remediation }) => {
    const next = remediation === null ? '' : `\n    next: ${terminalText(remediation)}`;
    return `  ${terminalText(message)}${next}`;
  });
  throw new UsageError(`the policy cannot be used:\n${errors.join('\n')}`);
}

function policyFiles(where: string, path: string, io: Io): PolicyBytes[] {
  const absolute = resolve(io.cwd, path);
  const directory = statSync(absolute, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const names = directory
    ? readdirSync(absolute)
        .filter((name) => /\.ya?ml$/.test(name))
        .toSorted()
    : [];
  if (directory && names.length === 0)
    throw new UsageError(`${where}: the directory ${path} holds no .yaml or .yml file`);
  const files = directory ? names.map((name) => join(path, name)) : [path];
  return files.map((file) => {
    const bytes = readBounded(resolve(io.cwd, file), file, POLICY_BYTES);
    if (!bytes.ok) throw usageError(where, bytes.fault);
    return { path: file, bytes: bytes.value };
  });
}

/** Reads a file of at most `limit` bytes; `shown` is its name in errors. */
export function readBounded(path: string, shown: string, limit: number): Outcome<Uint8Array> {
  try {
    const { size } = statSync(path);
    if (size > limit)
      return failed('LimitExceeded', `${shown} has ${size} bytes, more than the limit of ${limit}`);
    return ok(readFileSync(path));
  } catch (cause) {
    return failed('FileUnreadable', `${shown} ${whyUnreadable(cause)}`);
  }
}

function whyUnreadable(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist';
    case 'EISDIR':
      return 'is a directory';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read';
    default:
      return `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}
