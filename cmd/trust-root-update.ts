import { resolve } from 'node:path';
import { z } from 'zod';
import { TRUST_ROOT_UPDATE_MS, TUF_METADATA_BYTES } from '../src/limits.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import { BUILT_IN_ROOTS } from '../src/trust-roots/built-in-roots.ts';
import type { KeptRoot } from '../src/trust-roots/kept-root.ts';
import { newestCopy, refreshAll } from '../src/trust-roots/refresh.ts';
import { DEFAULT_THRESHOLDS } from '../src/verify/trust-root.ts';
import { type Io, UsageError, usageError } from './command.ts';
import { copyStoreOf } from './copies.ts';
import { readBounded } from './policy-files.ts';
import { trustRootFlagsSchema } from './trust-root-flags.ts';
import { openTrusted } from './trusted.ts';
import { VERSION } from './version.ts';

/** `trust-root update`: asks the TUF repositories now. Exit code 3 where one gave nothing that may be used. */
export async function updateTrustRoots(typed: unknown, io: Io): Promise<number> {
  const flags = trustRootFlagsSchema.parse(typed);
  if (flags.output !== undefined) throw new UsageError('-o goes with trust-root show');
  if (flags['trusted-root'] !== undefined)
    throw new UsageError('--trusted-root names a file, which whoever made it has to update');
  const roots =
    (flags.mirror ?? flags.root)
      ? [namedRoot(flags.mirror, flags.root, flags.policy, io)]
      : rootsOf(flags.policy, io);
  const store = copyStoreOf(io);
  if (!store)
    throw new UsageError(
      'there is no place to keep trust roots in; set HOME, or XDG_CACHE_HOME to an absolute path',
    );
  const before = new Map(roots.map((root) => [root, newestCopy(root, store)]));
  const options = {
    env: io.env,
    userAgent: `kubectl-supplychain/${VERSION}`,
    signal: AbortSignal.timeout(TRUST_ROOT_UPDATE_MS),
  };
  const { refreshed } = await refreshAll(roots, store, options, io.clock());
  for (const { root, outcome } of refreshed) {
    const { name, mirror } = root;
    if (outcome.ok) {
      const changed =
        !before.get(root) ||
        !Buffer.from(outcome.value.bytes).equals(before.get(root)?.bytes ?? Buffer.alloc(0));
      io.stdout(`${terminalText(`${name}: ${changed ? 'updated' : 'nothing new'} from ${mirror}`)}\n`);
      continue;
    }
    const { message, remediation } = outcome.fault;
    const next = remediation === undefined ? '' : `\n       next: ${terminalText(remediation)}`;
    io.stderr(`${terminalText(`${name}: not updated: ${message}`)}${next}\n`);
  }
  if (flags.mirror !== undefined && flags.root !== undefined && refreshed.every(({ outcome }) => outcome.ok))
    io.stdout(
      `a policy names it as ${terminalText(`tuf: { mirror: ${JSON.stringify(flags.mirror)}, root: ${JSON.stringify(flags.root)} }`)}\n`,
    );
  return refreshed.every(({ outcome }) => outcome.ok) ? 0 : 3;
}

/** The built-in roots, and those of a policy. */
function rootsOf(policy: readonly string[], io: Io): KeptRoot[] {
  if (policy.length === 0) return [...BUILT_IN_ROOTS];
  const { kept } = openTrusted({ policy: [...policy], quiet: true, offline: true }, io);
  return [...BUILT_IN_ROOTS, ...kept.filter((root) => !BUILT_IN_ROOTS.includes(root))];
}

/** The TUF repository that flags name. A policy that names the same mirror and root.json finds what was fetched for it. */
function namedRoot(
  mirror: string | undefined,
  path: string | undefined,
  policy: readonly string[],
  io: Io,
): KeptRoot {
  if (mirror === undefined || path === undefined) throw new UsageError('--mirror and --root go together');
  if (policy.length > 0) throw new UsageError('--mirror excludes --policy; name one of them');
  if (!z.url({ protocol: /^https?$/ }).safeParse(mirror).success)
    throw new UsageError(`--mirror: ${JSON.stringify(mirror)} is no address, as https://tuf.example.com`);
  const root = readBounded(resolve(io.cwd, path), path, TUF_METADATA_BYTES);
  if (!root.ok) throw usageError('--root', root.fault);
  return {
    name: mirror,
    mirror,
    firstRoot: root.value,
    thresholds: DEFAULT_THRESHOLDS,
    shipped: () => null,
  };
}
