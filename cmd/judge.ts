import { resolve } from 'node:path';
import { z } from 'zod';
import { audit } from '../src/audit.ts';
import { parseDuration } from '../src/duration.ts';
import type { ReadSecret } from '../src/keychains/accounts.ts';
import { FAIL_ON, type FailOn } from '../src/policy/verdict.ts';
import type { Accounts } from '../src/registry/accounts.ts';
import { type Layout, openLayout } from '../src/registry/layout.ts';
import { findMirrors, type Mirror, withMirrors } from '../src/registry/mirrors.ts';
import type { Platform, Registry } from '../src/registry/registry.ts';
import type { Report } from '../src/report/report.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import { keptOf } from '../src/trust-roots/carried-roots.ts';
import type { WorkloadSource } from '../src/workloads/source.ts';
import { openCaching } from './cache.ts';
import { type CollectorsFor, findCollectors, savedBeside } from './collectors.ts';
import { type Io, UsageError, usageError } from './command.ts';
import { copyStoreOf } from './copies.ts';
import type { JudgingFlags } from './flags.ts';
import { askingGitHub, isGitHubs } from './github.ts';
import { keptSmall } from './heap.ts';
import { openKeyring, withKeyring } from './keyring.ts';
import { openOutputs, writeOutputs } from './outputs.ts';
import { checkSaving, saver } from './save-evidence.ts';
import { createProgress } from './progress.ts';
import { openRevocation } from './revocation.ts';
import { openTrusted } from './trusted.ts';
import { VERSION } from './version.ts';
import { allowedHosts, REQUESTS_SHOWN, wireOptions } from './wire-options.ts';

/** What a gate wants beside the report. */
interface Gate {
  /** Told the report before it is written. */
  readonly onReport: (report: Report) => void | Promise<void>;
}

/**
 * Turns flags into a job, runs the pipeline on a source, writes the report and returns the exit code. A gate holds images without a
 * digest for violations unless the policy says otherwise; `readPullSecret` asks a cluster for the secrets of its pods. Throws
 * `UsageError`.
 */
export async function judge(
  source: WorkloadSource,
  flags: JudgingFlags,
  io: Io,
  gate: Gate | null = null,
  readPullSecret?: ReadSecret,
  besides: CollectorsFor = () => [],
): Promise<number> {
  const failOn = readFailOn(flags['fail-on']);
  const platform = readPlatform(flags.platform);
  const concurrency = readCount('concurrency', flags.concurrency ?? '8');
  const timeout = readDuration('timeout', flags.timeout ?? '30s');
  const at = readTime('at', flags.at);
  const deadline = flags.deadline === undefined ? null : readDuration('deadline', flags.deadline);
  const verbosity = readVerbosity(flags.v ?? '0');
  const trusted = openTrusted(flags, io);
  const { policy, trust } = trusted;
  const collectors = [...findCollectors(flags, policy, io), ...besides(policy)];
  const outputs = await openOutputs(flags.output, io);
  const saving = flags['save-evidence'];
  if (saving !== undefined && flags.evidence !== undefined)
    throw new UsageError(
      '--save-evidence saves what registries answer, and --evidence asks none; name one of them',
    );
  if (saving !== undefined) await checkSaving(saving, '--save-evidence', io);
  const interrupt = io.onInterrupt?.();
  const signal = stopSignal(interrupt, deadline);
  const registry = await openRegistry(flags, concurrency, verbosity, io, signal, policy?.registryMirrors);
  const accounts = accountsOf(registry, readPullSecret);
  const trustRoots = () => keptOf(trusted.kept, copyStoreOf(io));
  const asking = {
    saved: registry.revocation,
    saving: saving !== undefined,
    concurrency,
    verbosity,
  };
  const revocation = await openRevocation(flags, trusted, asking, io, signal);
  const saved =
    saving === undefined
      ? null
      : saver(source, registry, saving, '--save-evidence', io, trustRoots, accounts, revocation);
  const progress = createProgress(io, !flags.quiet && verbosity < REQUESTS_SHOWN);
  interrupt?.addEventListener('abort', () => {
    progress.clear();
    if (!flags.quiet) io.stderr('interrupted: reporting what is known; once more to end at once\n');
  });
  try {
    const now = io.clock();
    const report = await audit({
      source: saved?.source ?? source,
      registry: saved?.registry ?? registry,
      accounts: saved?.accounts ?? accounts,
      collectors: [
        ...(saved ? collectors.map(saved.collector) : collectors),
        ...savedBeside(registry, policy),
      ],
      policy,
      trust,
      refreshed: trusted.refresh(signal, registry.trustRoots),
      revocation: saved ? saved.revocation : revocation,
      platform,
      concurrency,
      timeout,
      failOn,
      digestsRequired: gate !== null,
      generatedAt: now,
      judgedAt: at ?? now,
      tool: `kubectl-supplychain ${VERSION}`,
      signal,
      onProgress: (known) => progress.update(keptSmall(known)),
      onNotice: (notice) => {
        progress.clear();
        tellNotice(notice, flags, io);
      },
    });
    progress.clear();
    const color = !flags['no-color'] && !io.env['NO_COLOR'] && io.columns !== null;
    if (!signal.aborted) await saved?.save();
    else if (saved) io.stderr('nothing was saved: the run ended before all evidence was there\n');
    await gate?.onReport(report);
    writeOutputs(outputs, report, { columns: io.columns, color, headers: !flags['no-headers'] }, io);
    return exitCode(report, io);
  } finally {
    progress.clear();
    await Promise.all([registry.close(), revocation?.close()]);
  }
}

/** Ends the waiting when the user wants it or the time is over, whatever comes first. */
export function stopSignal(interrupt: AbortSignal | undefined, deadline: number | null): AbortSignal {
  return AbortSignal.any([
    ...(interrupt ? [interrupt] : []),
    ...(deadline === null ? [] : [AbortSignal.timeout(deadline)]),
  ]);
}

/** That nothing was judged is said aloud, as a report without rows is easily taken for a good one. */
function exitCode({ workloads, verdict }: Report, io: Io): number {
  if (workloads.length === 0)
    io.stderr(`${verdict.exitCode === 2 ? 'error' : 'notice'}: no workload was found\n`);
  return verdict.exitCode;
}

/** What no verdict rests on. */
export function tellNotice(notice: string, { quiet }: Pick<JudgingFlags, 'quiet'>, io: Io): void {
  if (!quiet) io.stderr(`notice: ${terminalText(notice)}\n`);
}

/** A registry, what came with it where it is saved evidence, and what opens the accounts of pods where it is none. */
export type OpenedRegistry = Registry &
  Partial<Pick<Layout, 'trustRoots' | 'accounts' | 'revocation' | 'sboms'>> & {
    readonly openAccounts?: (read: ReadSecret, own: Registry) => Accounts;
  };

/** The accounts that pods pull with, as they were saved or as the cluster's secrets have them. */
export function accountsOf(registry: OpenedRegistry, read: ReadSecret | undefined): Accounts | undefined {
  return registry.accounts ?? (read && registry.openAccounts?.(read, registry));
}

export async function openRegistry(
  flags: JudgingFlags,
  concurrency: number,
  verbosity: number,
  io: Io,
  signal?: AbortSignal,
  mirrors: readonly Mirror[] = [],
): Promise<OpenedRegistry> {
  allowedHosts(flags);
  if (flags.evidence !== undefined) {
    const layout = await openLayout(resolve(io.cwd, flags.evidence));
    if (layout.ok) return layout.value;
    throw usageError('--evidence', layout.fault);
  }
  const { createAccounts } = await import('../src/keychains/accounts.ts');
  const { createDistribution } = await import('../src/registry/distribution.ts');
  const wire = await wireOptions(flags, concurrency, verbosity, io, signal);
  const plainHttp = new Set(flags['plain-http']);
  const keyring = await openKeyring(flags, wire, io);
  const distribution = createDistribution({ ...wire, plainHttp });
  const caching = await openCaching(flags['cache-dir'], verbosity, io);
  const usual = (registry: Registry): Registry => caching(withMirrors(registry, mirrors));
  const registry = usual(withKeyring(distribution(keyring.keychain), keyring));
  const asksGitHub = flags['github-attestations'].length > 0;
  return {
    ...(asksGitHub ? await askingGitHub(registry, wire, io) : registry),
    openAccounts: (read, own) =>
      createAccounts({
        read,
        own,
        open: (pullSecrets) => usual(distribution(keyring.withPullSecrets(pullSecrets))),
        places: (repository) =>
          asksGitHub && isGitHubs(repository, io)
            ? []
            : [repository, ...findMirrors(mirrors, repository).map((mirror) => mirror.repository)],
      }),
  };
}

function readFailOn(text: string | undefined): FailOn {
  const failOn = FAIL_ON.find((one) => one === (text ?? 'unknown'));
  if (failOn) return failOn;
  throw new UsageError(`--fail-on: ${JSON.stringify(text)} is none of ${FAIL_ON.join(', ')}`);
}

export function readPlatform(text: string | undefined): Platform | null {
  if (text === undefined) return null;
  const [os, architecture, variant, ...more] = text.split('/');
  if (!os || !architecture || variant === '' || more.length > 0) {
    throw new UsageError(
      `--platform: ${JSON.stringify(text)} is not os/arch or os/arch/variant, as linux/amd64`,
    );
  }
  return variant === undefined ? { os, architecture } : { os, architecture, variant };
}

export function readCount(flag: string, text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new UsageError(`--${flag}: ${JSON.stringify(text)} is not a number from 1 to 999`);
}

export function readVerbosity(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  throw new UsageError(`-v: ${JSON.stringify(text)} is not a number from 0 to 99`);
}

const TIME = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

function readTime(flag: string, text: string | undefined): Date | null {
  if (text === undefined) return null;
  if (TIME.safeParse(text).success) return new Date(text);
  throw new UsageError(
    `--${flag}: ${JSON.stringify(text)} is no RFC 3339 time or date, as 2026-01-31T12:00:00Z or 2026-01-31`,
  );
}

/** A timer that is set for longer than this runs out at once. */
const LONGEST_HOURS = 24;

export function readDuration(flag: string, text: string): number {
  const duration = parseDuration(text);
  if (duration === null || duration <= 0)
    throw new UsageError(`--${flag}: ${JSON.stringify(text)} is not a duration, as 30s or 2m`);
  if (duration > LONGEST_HOURS * 3_600_000)
    throw new UsageError(`--${flag}: ${JSON.stringify(text)} is longer than ${LONGEST_HOURS}h`);
  return duration;
}
