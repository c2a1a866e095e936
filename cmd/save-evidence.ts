import { resolve } from 'node:path';
import type { Collector } from '../src/evidence/collector.ts';
import { recordRevocation } from '../src/evidence/recorded-revocation.ts';
import { recordSboms } from '../src/evidence/recorded-sboms.ts';
import type { RevocationClient } from '../src/evidence/revocation-client.ts';
import type { Accounts } from '../src/registry/accounts.ts';
import { checkSaveAt, saveAt } from '../src/registry/evidence-archive.ts';
import { checkSaveDirectory, writeLayout } from '../src/registry/layout-writer.ts';
import { recordAccounts } from '../src/registry/recorded-accounts.ts';
import { type Recording, recordRegistry } from '../src/registry/recording.ts';
import type { Registry } from '../src/registry/registry.ts';
import { inventoryOf } from '../src/workloads/inventory.ts';
import type { Discovery, WorkloadSource } from '../src/workloads/source.ts';
import { type Io, usageError } from './command.ts';
import { VERSION } from './version.ts';

/** A source and a registry that remember what they answered, until it is saved. */
export interface Saver {
  readonly source: WorkloadSource;
  readonly registry: Registry;
  readonly accounts: Accounts | undefined;
  readonly revocation: RevocationClient | null;
  /** Has what a collector finds outside of registries remembered as well. */
  readonly collector: (one: Collector) => Collector;
  /** Writes everything that was answered, and the inventory of workloads, into the directory. Throws `UsageError`. */
  save(): Promise<{ readonly answers: number; readonly written: number }>;
}

/** Refuses a directory that nothing may be saved into, before any work. Throws `UsageError`. */
export async function checkSaving(directory: string, flag: string, io: Io): Promise<void> {
  const checked = await checkSaveAt(resolve(io.cwd, directory), checkSaveDirectory);
  if (!checked.ok) throw usageError(flag, checked.fault);
}

/**
 * Wraps a source and a registry for saving into `directory`; `flag` names it in errors. What is known of the TUF repositories that a run
 * rests on is taken when it is saved, after they were asked.
 */
export function saver(
  source: WorkloadSource,
  registry: Registry,
  directory: string,
  flag: string,
  io: Io,
  trustRoots: () => Readonly<Record<string, unknown>> = () => ({}),
  accounts?: Accounts,
  revocation: RevocationClient | null = null,
): Saver {
  const own = recordRegistry(registry, io.clock);
  const pulling = accounts && recordAccounts(accounts, own, io.clock);
  const asking = revocation && recordRevocation(revocation, io.clock);
  const outside = recordSboms(io.clock);
  const recorded = (): Recording => {
    const registries = (pulling ?? own).recorded();
    const { answers = [], contents = [] } = asking?.recorded() ?? {};
    return {
      ...registries,
      revocation: answers,
      sboms: outside.recorded().answers,
      contents: new Map([...registries.contents, ...contents, ...outside.recorded().contents]),
    };
  };
  let discovered: Promise<Discovery> | null = null;
  const discover: WorkloadSource['discover'] = (waiting) => (discovered ??= source.discover(waiting));
  return {
    source: { ...source, discover },
    registry: own.registry,
    accounts: pulling?.accounts,
    revocation: asking?.client ?? null,
    collector: outside.collector,
    async save() {
      const inventory = inventoryOf(source.kind, await discover());
      const tool = `kubectl-supplychain ${VERSION}`;
      const saved = await saveAt(resolve(io.cwd, directory), (into) =>
        writeLayout(into, recorded(), inventory, tool, trustRoots()),
      );
      if (!saved.ok) throw usageError(flag, saved.fault);
      return saved.value;
    },
  };
}
