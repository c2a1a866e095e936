import { resolve } from 'node:path';
import type { Collector } from '../src/evidence/collector.ts';
import { recordedSboms } from '../src/evidence/recorded-sboms.ts';
import { FORMER_REPORT_BYTES } from '../src/limits.ts';
import type { Registry } from '../src/registry/registry.ts';
import { savedFirst } from '../src/registry/saved-first.ts';
import { SBOM_SOURCES } from '../src/registry/saved-sboms.ts';
import { compare, type Place, readFormer } from '../src/sweep/former.ts';
import { asksEvidence, type Query } from '../src/sweep/query.ts';
import { type SweepJob, sweep } from '../src/sweep/sweep.ts';
import type { SweepReport } from '../src/sweep/sweep-report.ts';
import { type Accounts, OWN_ACCOUNT } from '../src/registry/accounts.ts';
import { SWEEP_RENDERERS } from '../src/sweep/sweep-renderers.ts';
import { clusterFlagsSchema } from './cluster-flags.ts';
import { advisoryHosts, findAdvisories } from './advisories.ts';
import { findCollectors } from './collectors.ts';
import { type Command, type Io, UsageError, usageError } from './command.ts';
import { keptFactsOf, readAnswers } from './kept-facts.ts';
import {
  type OpenedRegistry,
  openRegistry,
  readCount,
  readDuration,
  readPlatform,
  readVerbosity,
  stopSignal,
  tellNotice,
} from './judge.ts';
import { openRevocation } from './revocation.ts';
import { openScanner } from './scanner.ts';
import { openOutputsOf, writeOutputs } from './outputs.ts';
import { readBounded } from './policy-files.ts';
import { createProgress } from './progress.ts';
import { type SweepFlags, SWEEP_FLAGS, sweepFlagsSchema } from './sweep-flags.ts';
import { readQuery } from './sweep-query.ts';
import { asksRegistries, openSwept, type Swept } from './sweep-source.ts';
import { openTrusted } from './trusted.ts';
import { VERSION } from './version.ts';

export const sweepCommand: Command = {
  usage:
    'sweep QUERY... [-n NS] [--context NAME ... | --all-contexts] | (-f FILE|DIR|URL|- ... [-R] | -k DIR | --evidence DIR) [flags]',
  description:
    'Ask which workloads run an image, by package, vulnerability, digest, name, signer, builder or source: in clusters, in manifests, or in saved evidence. Values of one flag are alternatives, different flags must all hold, and a lone - as a value reads a list from standard input. What could not be determined is listed with its reason, and is never "not affected". Exit code: 1 there are hits, 3 none but something is undetermined, 0 none and all is known, 2 wrong usage.',
  examples: [
    {
      what: 'Which workloads run an image that turned out to be bad',
      command: 'kubectl supplychain sweep --digest sha256:…',
    },
    {
      what: 'The same of every cluster that the kubeconfig knows',
      command: 'kubectl supplychain sweep --all-contexts --digest sha256:…',
    },
    {
      what: 'Which workloads have Log4j before 2.17.1, by what their SBOMs say',
      command:
        'kubectl supplychain sweep --policy policy.yaml --package org.apache.logging.log4j:log4j-core --below 2.17.1',
    },
    {
      what: 'Which workloads a vulnerability affects, by the downloaded records of its ecosystem',
      command:
        'kubectl supplychain sweep --evidence evidence/ --vulnerability CVE-2021-44228 --osv all.zip --accept unsigned',
    },
    {
      what: 'What a builder that was broken into has built',
      command:
        "kubectl supplychain sweep -f manifests/ --builder 'https://github.com/acme/ci/.github/workflows/build.yml@**'",
    },
    {
      what: 'What of a repository nobody known has signed',
      command: "kubectl supplychain sweep -f manifests/ --image 'ghcr.io/acme/**' --unsigned -o wide",
    },
    {
      what: 'What has changed since yesterday, for a list of digests',
      command:
        'kubectl supplychain sweep --evidence evidence/ --digest - --since yesterday.json -o json=today.json < digests.txt',
    },
  ],
  flags: SWEEP_FLAGS,
  words: true,
  async run(words, typed, io) {
    if (words.length > 0)
      throw new UsageError(`sweep takes a query in flags, not the word ${JSON.stringify(words[0])}`);
    return runSweep(sweepFlagsSchema.parse(typed), typed, io);
  },
};

async function runSweep(typedFlags: SweepFlags, typed: unknown, io: Io): Promise<number> {
  // Where registries are asked, saved evidence is what need not be asked of them, and all else is as without it.
  const isLive = asksRegistries(typedFlags, typed);
  const flags = isLive ? { ...typedFlags, evidence: undefined } : typedFlags;
  const platform = readPlatform(flags.platform);
  const concurrency = readCount('concurrency', flags.concurrency ?? '8');
  const timeout = readDuration('timeout', flags.timeout ?? '30s');
  const deadline = flags.deadline === undefined ? null : readDuration('deadline', flags.deadline);
  const verbosity = readVerbosity(flags.v ?? '0');
  const interrupt = io.onInterrupt?.();
  const signal = stopSignal(interrupt, deadline);
  const query = await readQuery(flags, io, (ids) => findAdvisories(ids, flags, io, signal));
  const scanner = await openScanner(flags, asksEvidence(query).contents, io);
  if (flags['base-images'] && (!isLive || flags.offline))
    throw new UsageError(
      '--base-images asks registries, and with --offline or --evidence alone no network is touched',
    );
  const since = flags.since === undefined ? null : readSince(flags.since, query, typed, io);
  // Whom the user knows says nothing of names and digests: there a policy is read where it is named, for its mirrors.
  const { evidence: aboutEvidence, contents } = asksEvidence(query);
  const trusted = aboutEvidence || flags.policy.length > 0 ? openTrusted(flags, io) : null;
  const policy = trusted?.policy ?? null;
  const places = aboutEvidence ? findCollectors(flags, policy, io) : [];
  const outputs = await openOutputsOf(flags.output, SWEEP_RENDERERS, io);
  const swept = await openSwept(typedFlags, typed, io, signal);
  try {
    const saved = swept.saved?.saved ?? null;
    // A hit counts from any SBOM, of those too that nobody has signed.
    const collectors = contents ? [...places, ...outsideOf(swept)] : places;
    // What lies outside of the evidence may be another one in the next run.
    const isWithin = collectors.every(({ outside }) => outside === undefined);
    const kept =
      aboutEvidence && (isWithin || !contents)
        ? keptFactsOf(saved, {
            cacheDir: flags['cache-dir'],
            mirrors: policy?.registryMirrors ?? [],
            // What registries say now is no part of the evidence, and another run must not take it for one.
            readOnly: isLive,
            contents,
            program: import.meta.url,
            env: io.env,
          })
        : null;
    if (kept === null) readAnswers(saved);
    const live = isLive
      ? await openRegistry(flags, concurrency, verbosity, io, signal, policy?.registryMirrors)
      : null;
    const registry = registryOf(swept.saved, live);
    const revocation =
      aboutEvidence && trusted
        ? await openRevocation(
            flags,
            trusted,
            { saved: isLive ? undefined : swept.saved?.revocation, saving: false, concurrency, verbosity },
            io,
            signal,
          )
        : null;
    const progress = createProgress(io, !flags.quiet && verbosity === 0);
    interrupt?.addEventListener('abort', () => {
      progress.clear();
      if (!flags.quiet) io.stderr('interrupted: reporting what is known; once more to end at once\n');
    });
    try {
      const now = io.clock();
      const report = await sweep({
        source: swept.source,
        query,
        scanner,
        registry,
        accounts: accountsFor(swept, live, registry),
        revocation,
        collectors,
        bases: {
          saved: !isLive,
          mirrors: policy?.registryMirrors ?? [],
          elsewhere: !isLive || flags['base-images'] ? registry : swept.saved,
        },
        platform,
        concurrency,
        timeout,
        signal,
        trusted: async () => {
          if (!trusted) throw new Error('a query about names asks for no trust root');
          const known = await trusted.refresh(signal, swept.saved?.trustRoots);
          return { ...known, hosts: [...known.hosts, ...advisoryHosts(flags)] };
        },
        kept,
        generatedAt: now,
        takenAt: swept.takenAt ?? now,
        evidence: evidenceOf(swept, typedFlags),
        tool: `kubectl-supplychain ${VERSION}`,
        since,
        onProgress: (known) => progress.update(known),
        onNotice: (notice) => tellNotice(notice, flags, io),
      });
      progress.clear();
      const color = !flags['no-color'] && !io.env['NO_COLOR'] && io.columns !== null;
      writeOutputs(outputs, report, { columns: io.columns, color, headers: !flags['no-headers'] }, io);
      return exitCode(report, io);
    } finally {
      progress.clear();
      await Promise.all([registry.close(), revocation?.close()]);
    }
  } finally {
    await swept.close();
  }
}

/** SBOMs that lie in no registry: those of the clusters, and those that were saved from there and from directories. */
function outsideOf({ saved, sboms }: Swept): readonly Collector[] {
  // Clusters that are asked now say themselves what they have.
  const sources = sboms === undefined ? SBOM_SOURCES : (['ownDirectory'] as const);
  return [...(sboms ?? []), ...(saved?.sboms ? [recordedSboms(saved.sboms, sources)] : [])];
}

/** Of pods' accounts that which was saved for the same versions of the same secrets counts first, as for the user. */
function accountsFor(
  { saved, readPullSecret }: Swept,
  live: OpenedRegistry | null,
  own: Registry,
): Accounts | undefined {
  if (live === null) return saved?.accounts;
  const now = readPullSecret && live.openAccounts?.(readPullSecret, own);
  const then = saved?.accounts;
  if (!now || !then) return now;
  return {
    ...now,
    registry: (account) =>
      account === OWN_ACCOUNT ? own : savedFirst(then.registry(account), now.registry(account)),
  };
}

function registryOf(saved: Registry | null, live: Registry | null): Registry {
  if (saved && live) return savedFirst(saved, live);
  const one = saved ?? live;
  if (!one) throw new Error('nothing was opened to be asked');
  return one;
}

function evidenceOf({ saved }: Swept, { evidence = '' }: SweepFlags): SweepJob['evidence'] {
  return saved && { path: evidence, savedAt: saved.savedAt?.toISOString() ?? null };
}

/** That nothing was there to ask is said aloud, as an answer without hits is easily taken for a good one. */
function exitCode({ summary, verdict, coverage }: SweepReport, io: Io): number {
  const { affected, undetermined, notAffected } = summary;
  if (affected + undetermined + notAffected === 0 && coverage.complete)
    io.stderr(verdict.exitCode === 0 ? 'no workload was found\n' : 'error: no workload was found\n');
  return verdict.exitCode;
}

/** What holds the hits of now against those of a former report. Throws `UsageError`. */
function readSince(path: string, query: Query, typed: unknown, io: Io): SweepJob['since'] {
  const bytes = readBounded(resolve(io.cwd, path), path, FORMER_REPORT_BYTES);
  if (!bytes.ok) throw usageError('--since', bytes.fault);
  const read = readFormer(parsed(bytes.value), query);
  if (!read.ok) throw new UsageError(`--since ${path}: ${read.message}`);
  // Manifests and saved workloads are asked as a whole; of a cluster the flags may leave something out.
  const { namespace, selector, 'field-selector': fields } = clusterFlagsSchema.parse(typed);
  const isAsked = (place: Place): boolean =>
    place.cluster === null ||
    (selector === null && fields === null && (namespace === null || namespace === place.namespace));
  return (now) => compare(read.former, now, isAsked);
}

/** `undefined`, which is no report, for what is no JSON. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
