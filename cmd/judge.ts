import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { audit } from '../src/audit.ts';
import { parseDuration } from '../src/duration.ts';
import { COLLECTORS } from '../src/evidence/collectors.ts';
import { TRUSTED_ROOT_BYTES } from '../src/limits.ts';
import { FAIL_ON, type FailOn } from '../src/policy/verdict.ts';
import { openLayout } from '../src/registry/layout.ts';
import type { Platform, Registry } from '../src/registry/registry.ts';
import type { Report } from '../src/report/report.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import { publicGoodRoot } from '../src/verify/public-good.ts';
import { DEFAULT_THRESHOLDS, parseTrustedRoot, type TrustRoot } from '../src/verify/trust-root.ts';
import type { WorkloadSource } from '../src/workloads/source.ts';
import { type Io, UsageError, usageError } from './command.ts';
import type { JudgingFlags } from './flags.ts';
import { openOutputs, writeOutputs } from './outputs.ts';
import { findPolicy, readBounded } from './policy-files.ts';
import { VERSION } from './version.ts';

/** Turns flags into a job, runs the pipeline on a source, writes the report and returns the exit code. Throws `UsageError`. */
export async function judge(source: WorkloadSource, flags: JudgingFlags, io: Io): Promise<number> {
  const failOn = readFailOn(flags['fail-on']);
  const platform = readPlatform(flags.platform);
  const concurrency = readCount('concurrency', flags.concurrency ?? '8');
  const timeout = readDuration('timeout', flags.timeout ?? '30s');
  const verbosity = readVerbosity(flags.v ?? '0');
  const roots = [readTrustRoot(flags['trusted-root'], io)];
  const policy = findPolicy(flags.policy, roots, flags.quiet, io);
  if (policy && flags['trusted-root'] !== undefined && policy.trust.roots.length > roots.length) {
    throw new UsageError(
      '--trusted-root cannot be used with a policy that defines trustRoots; add the root there',
    );
  }
  const trust = policy?.trust ?? { roots, keys: [] };
  const outputs = openOutputs(flags.output, io);
  const registry = await openRegistry(flags, concurrency, verbosity, io);
  try {
    const now = io.clock();
    const report = await audit({
      source,
      registry,
      collectors: COLLECTORS,
      policy,
      trust,
      platform,
      concurrency,
      timeout,
      failOn,
      gaps: [],
      generatedAt: now,
      judgedAt: now,
      tool: `kubectl-supplychain ${VERSION}`,
    });
    const color = !flags['no-color'] && !io.env['NO_COLOR'] && io.columns !== null;
    writeOutputs(outputs, report, { columns: io.columns, color }, io);
    return exitCode(report, io);
  } finally {
    await registry.close();
  }
}

/** That nothing was judged is said aloud, as a report without rows is easily taken for a good one. */
function exitCode({ workloads, verdict }: Report, io: Io): number {
  if (workloads.length === 0) io.stderr('error: no workload was found\n');
  return verdict.exitCode;
}

function readTrustRoot(path: string | undefined, io: Io): TrustRoot {
  if (path === undefined) return publicGoodRoot();
  const bytes = readBounded(resolve(io.cwd, path), path, TRUSTED_ROOT_BYTES);
  const root = bytes.ok ? parseTrustedRoot('sigstore', bytes.value, DEFAULT_THRESHOLDS, path) : bytes;
  if (root.ok) return root.value;
  throw usageError('--trusted-root', root.fault);
}

async function openRegistry(
  flags: JudgingFlags,
  concurrency: number,
  verbosity: number,
  io: Io,
): Promise<Registry> {
  if (flags.evidence !== undefined) {
    const layout = await openLayout(resolve(io.cwd, flags.evidence));
    if (layout.ok) return layout.value;
    throw usageError('--evidence', layout.fault);
  }
  const { createDistributionRegistry } = await import('../src/registry/distribution.ts');
  const { loadDockerCredentials } = await import('../src/registry/credentials.ts');
  const config = flags['registry-config'];
  const credentials = await loadDockerCredentials({
    env: io.env,
    homedir: homedir(),
    configPath: config === undefined ? undefined : resolve(io.cwd, config),
  });
  if (!credentials.ok) throw usageError('the registry credentials', credentials.fault);
  return createDistributionRegistry({
    clock: io.clock,
    credentials: credentials.value,
    plainHttp: new Set(flags['plain-http']),
    insecure: new Set(flags['insecure-registry']),
    userAgent: `kubectl-supplychain/${VERSION}`,
    concurrencyPerHost: concurrency,
    ...(verbosity >= 6
      ? {
          onRequest: (method, url, status, ms) =>
            io.stderr(terminalText(`${method} ${url} ${status} ${Math.round(ms)} ms`) + '\n'),
        }
      : {}),
  });
}

function readFailOn(text: string | undefined): FailOn {
  const failOn = FAIL_ON.find((one) => one === (text ?? 'unknown'));
  if (failOn) return failOn;
  throw new UsageError(`--fail-on: ${JSON.stringify(text)} is none of ${FAIL_ON.join(', ')}`);
}

function readPlatform(text: string | undefined): Platform | null {
  if (text === undefined) return null;
  const [os, architecture, variant, ...more] = text.split('/');
  if (!os || !architecture || variant === '' || more.length > 0) {
    throw new UsageError(
      `--platform: ${JSON.stringify(text)} is not os/arch or os/arch/variant, as linux/amd64`,
    );
  }
  return variant === undefined ? { os, architecture } : { os, architecture, variant };
}

function readCount(flag: string, text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new UsageError(`--${flag}: ${JSON.stringify(text)} is not a number from 1 to 999`);
}

function readVerbosity(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  throw new UsageError(`-v: ${JSON.stringify(text)} is not a number from 0 to 99`);
}

/** A timer that is set for longer than this runs out at once. */
const LONGEST_HOURS = 24;

function readDuration(flag: string, text: string): number {
  const duration = parseDuration(text);
  if (duration === null || duration <= 0)
    throw new UsageError(`--${flag}: ${JSON.stringify(text)} is not a duration, as 30s or 2m`);
  if (duration > LONGEST_HOURS * 3_600_000)
    throw new UsageError(`--${flag}: ${JSON.stringify(text)} is longer than ${LONGEST_HOURS}h`);
  return duration;
}
