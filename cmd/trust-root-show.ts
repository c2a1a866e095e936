import { dump } from 'js-yaml';
import { escapeObeyed } from '../src/report/obeyed.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import { contentsOf, type Trusts } from '../src/trust-roots/contents.ts';
import type { KeptRoot } from '../src/trust-roots/kept-root.ts';
import { lastFailure, newestCopy } from '../src/trust-roots/refresh.ts';
import type { TrustRoot } from '../src/verify/trust-root.ts';
import { type Io, UsageError } from './command.ts';
import { copyStoreOf, keptRootsOf } from './copies.ts';
import { SHOW_FORMATS, trustRootFlagsSchema } from './trust-root-flags.ts';
import { openTrusted } from './trusted.ts';

/** A trust root as it is shown; one that is not here says why. */
interface Shown {
  readonly name: string;
  readonly from: string;
  readonly sha256: string | null;
  readonly updatedAt: Date | null;
  readonly missing: string | null;
  /** Whether the policy that was named rests on it. */
  readonly wanted: boolean;
  readonly trusts: readonly Trusts[];
}

/** `trust-root show`: every trust root with its age and whom it trusts. Exit code 3 where one that a policy rests on is not here. */
export function showTrustRoots(typed: unknown, io: Io): Promise<number> {
  const { output = 'table', ...flags } = trustRootFlagsSchema.parse(typed);
  if (flags.mirror !== undefined || flags.root !== undefined)
    throw new UsageError('--mirror and --root go with trust-root update');
  const format = SHOW_FORMATS.find((one) => one === output);
  if (format === undefined)
    throw new UsageError(
      `unknown output format ${JSON.stringify(output)}; there are: ${SHOW_FORMATS.join(', ')}`,
    );
  const roots = trustRoots(flags.policy, flags['trusted-root'], io);
  io.stdout(format === 'table' ? tables(roots, io.clock()) : printed(roots, format));
  return Promise.resolve(roots.some(({ missing, wanted }) => wanted && missing !== null) ? 3 : 0);
}

function trustRoots(policy: readonly string[], trustedRoot: string | undefined, io: Io): Shown[] {
  const named = policy.length > 0;
  const flags = { policy: named ? [...policy] : ['none'], 'trusted-root': trustedRoot };
  const { trust, kept } = openTrusted({ ...flags, quiet: true, offline: true }, io);
  const builtIn = keptRootsOf(io, trustedRoot === undefined ? null : new Uint8Array()).builtIn;
  const byTuf = new Map([...builtIn, ...kept].map((root) => [root.name, root]));
  const own = trust.roots.filter(({ name }) => !byTuf.has(name));
  return [
    ...[...byTuf.values()].map((root) => keptRoot(root, named && kept.includes(root), io)),
    ...own.map((root) => shown(root, root.name === 'sigstore' ? (trustedRoot ?? '') : 'the policy', null)),
  ];
}

function keptRoot(root: KeptRoot, wanted: boolean, io: Io): Shown {
  const store = copyStoreOf(io);
  const copy = newestCopy(root, store);
  const outcome = keptRootsOf(io).read(root);
  if (outcome.ok)
    return shown(
      outcome.value,
      copy?.from === 'shipped' ? 'this program' : root.mirror,
      copy?.updatedAt ?? null,
    );
  const failure = lastFailure(root, store);
  return {
    name: root.name,
    from: root.mirror,
    sha256: null,
    updatedAt: null,
    missing:
      copy === null ? `not fetched yet${failure === null ? '' : `: ${failure}`}` : outcome.fault.message,
    wanted,
    trusts: [],
  };
}

function shown(root: TrustRoot, from: string, updatedAt: Date | null): Shown {
  const { name, sha256 } = root;
  return { name, from, sha256, updatedAt, missing: null, wanted: false, trusts: contentsOf(root) };
}

function printed(roots: readonly Shown[], form: 'json' | 'yaml'): string {
  const document = {
    trustRoots: roots.map(({ trusts, wanted: _wanted, ...root }) => ({
      ...root,
      updatedAt: root.updatedAt?.toISOString() ?? null,
      trusts: trusts.map((one) => ({
        ...one,
        validFrom: one.validFrom?.toISOString() ?? null,
        validUntil: one.validUntil?.toISOString() ?? null,
      })),
    })),
  };
  const text =
    form === 'json'
      ? `${JSON.stringify(document, null, 2)}\n`
      : dump(document, { lineWidth: -1, noRefs: true });
  return escapeObeyed(text);
}

function tables(roots: readonly Shown[], now: Date): string {
  const summary = roots.map(({ name, from, sha256, updatedAt }) => [
    name,
    from,
    day(updatedAt),
    sha256 ?? '-',
  ]);
  const contents = roots.flatMap(({ name, trusts }) =>
    trusts.map((one) => [name, one.kind, day(one.validFrom), until(one.validUntil, now), one.name]),
  );
  const absent = roots.flatMap(({ name, missing }) =>
    missing === null ? [] : [`\n${terminalText(`${name} is ${missing}`)}\n`],
  );
  return [
    table([['NAME', 'FROM', 'UPDATED', 'SHA256'], ...summary]),
    '\n',
    table([['TRUST ROOT', 'TRUSTS', 'FROM', 'UNTIL', 'NAME'], ...contents]),
    ...absent,
    absent.length > 0 ? 'next: kubectl supplychain trust-root update\n' : '',
  ].join('');
}

function until(time: Date | null, now: Date): string {
  return time !== null && time < now ? `${day(time)} (over)` : day(time);
}

function day(time: Date | null): string {
  return time?.toISOString().slice(0, 10) ?? '-';
}

/** Columns as kubectl has them; the last is as long as it is. */
function table(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((row) => row.map(terminalText));
  const width = (column: number) => Math.max(...lines.map((row) => row[column]?.length ?? 0));
  return lines
    .map((row) =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(width(column)))).join('   '),
    )
    .map((line) => `${line}\n`)
    .join('');
}
