import { OSV_API_RECORDS, OSV_RECORD_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { printableUrl } from '../registry/printable.ts';
import type { Transport } from '../registry/transport.ts';
import { ecosystemsIn, type OsvRecord, type OsvRecords, readOsvRecord } from './record.ts';

/** OSV's own server. */
export const OSV_API = new URL('https://api.osv.dev/');

/** Distributions whose advisory about a CVE has its id in its own, so that it can be asked for: the API lists none that are derived. */
const DERIVED = ['ALPINE', 'DEBIAN', 'UBUNTU'];

/**
 * The record of a vulnerability, those of its other names, and those that distributions derive from it as far as their ids can be told,
 * from OSV's API ("GET /v1/vulns/{id}"). Empty where there is none of this id. Nothing else than the ids is told to the server. Only the
 * ecosystems that these name are covered: which others have an advisory of their own the API does not say.
 */
export async function findByApi(transport: Transport, base: URL, id: string): Promise<Outcome<OsvRecords>> {
  const first = await recordOf(transport, base, id);
  if (!first.ok) return first;
  if (first.value === null) return ok({ records: [], covers: new Set() });
  const records = [first.value];
  const names = [...new Set([id, first.value.id, ...first.value.aliases])];
  if (names.length > OSV_API_RECORDS)
    return failed('LimitExceeded', `${id} has more than ${OSV_API_RECORDS} other names (OSV_API_RECORDS)`);
  const derived = names
    .filter((name) => name.startsWith('CVE-'))
    .flatMap((cve) => DERIVED.map((of) => `${of}-${cve}`));
  for (const name of [...names.slice(1), ...derived]) {
    const record = await recordOf(transport, base, name);
    if (!record.ok) return record;
    // Not everybody who gave it a name has a record.
    if (record.value) records.push(record.value);
  }
  return ok({ records, covers: ecosystemsIn(records) });
}

async function recordOf(transport: Transport, base: URL, id: string): Promise<Outcome<OsvRecord | null>> {
  const url = new URL(`v1/vulns/${encodeURIComponent(id)}`, base);
  const answer = await transport.send({
    method: 'GET',
    url,
    headers: { accept: 'application/json' },
    limit: OSV_RECORD_BYTES,
  });
  if (!answer.ok) return answer;
  const { status, body } = answer.value;
  if (status === 404) return ok(null);
  if (status !== 200)
    return failed('RegistryError', `${printableUrl(url)} answered HTTP ${String(status)}`, OTHERWISE);
  const record = readOsvRecord(body);
  return record.ok
    ? ok(record.value)
    : failed('RegistryResponseInvalid', `the answer of ${printableUrl(url)}: ${record.message}`, OTHERWISE);
}

const OTHERWISE = 'try again, or name a record or a database that was downloaded with --osv FILE|DIR|ZIP';
