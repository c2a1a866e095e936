import { resolve } from 'node:path';
import type { OsvRecords } from '../src/osv/record.ts';
import type { Outcome } from '../src/reasons.ts';
import type { Vulnerability } from '../src/sweep/vulnerability.ts';
import { type Io, UndeterminedError, UsageError, usageError } from './command.ts';
import { readVerbosity } from './judge.ts';
import { onlyOne } from './sweep-query.ts';
import { wireOptions } from './wire-options.ts';
import type { SweepFlags } from './sweep-flags.ts';

/** Ids as the databases of OSV have them: CVE-2021-44228, RHSA-2021:5128. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/;
const API = 'api';

/** Finds the records of vulnerabilities where `--osv` says. Throws `UsageError`, and `UndeterminedError` where OSV's API gives none. */
export async function findAdvisories(
  ids: readonly string[],
  flags: SweepFlags,
  io: Io,
  signal: AbortSignal,
): Promise<readonly Vulnerability[]> {
  const { offline, evidence } = flags;
  const osv = onlyOne('osv', flags.osv);
  const wrong = ids.find((id) => !ID.test(id));
  if (wrong !== undefined)
    throw new UsageError(
      `--vulnerability: ${JSON.stringify(wrong)} is no id of a vulnerability, as CVE-2021-44228`,
    );
  if (osv === null)
    throw new UsageError(
      '--vulnerability: name the records to go by with --osv FILE|DIR|ZIP, or --osv api to ask api.osv.dev',
    );
  if (osv === API && (offline || evidence !== undefined))
    throw new UsageError(
      '--osv api: with --offline and --evidence no network is touched; name a record or database that was downloaded',
    );
  const find = osv === API ? await apiFinder(flags, io, signal) : fileFinder(resolve(io.cwd, osv), osv);
  const found: Vulnerability[] = [];
  for (const id of ids) {
    const records = await find(id);
    if (!records.ok) throw failure(osv, records.fault);
    if (records.value.records.length === 0)
      throw new UsageError(`--osv ${osv}: no record there speaks of ${id}`);
    found.push({ id, ...records.value });
  }
  return found;
}

/** The hosts that were asked for records. */
export function advisoryHosts({
  osv,
  vulnerability,
}: Pick<SweepFlags, 'osv' | 'vulnerability'>): readonly string[] {
  return osv.includes(API) && vulnerability.length > 0 ? ['api.osv.dev'] : [];
}

type Find = (id: string) => Promise<Outcome<OsvRecords>>;

function fileFinder(path: string, shown: string): Find {
  return async (id) => {
    const { findInDatabase } = await import('../src/osv/database.ts');
    return findInDatabase(path, shown, id);
  };
}

async function apiFinder(flags: SweepFlags, io: Io, signal: AbortSignal): Promise<Find> {
  const { findByApi, OSV_API } = await import('../src/osv/api.ts');
  const { createTransport } = await import('../src/registry/transport.ts');
  const { createWire } = await import('../src/registry/wire.ts');
  const options = await wireOptions(flags, 1, readVerbosity(flags.v ?? '0'), io, signal);
  const transport = createTransport(createWire(options), options.clock, options.signal);
  return (id) => findByApi(transport, OSV_API, id);
}

/** What the user named is wrong input; what a server did not say cannot be determined. */
function failure(osv: string, fault: Parameters<typeof usageError>[1]): Error {
  const error = usageError('--osv', fault);
  return osv === API ? new UndeterminedError(error.message) : error;
}
