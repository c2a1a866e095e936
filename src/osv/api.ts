import { OSV_API_RECORDS, OSV_RECORD_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { printableUrl } from '../registry/printable.ts';
import type { Transport } from '../registry/transport.ts';
import { type OsvRecord, readOsvRecord } from './record.ts';

/** OSV's own server. */
export const OSV_API = new URL('https://api.osv.dev/');

/**
 * The record of a vulnerability and those of its other names, from OSV's API ("GET /v1/vulns/{id}"). Null where there is none of this
 * id. Nothing else than the ids is told to the server.
 */
export async function findByApi(
  transport: Transport,
  base: URL,
  id: string,
): Promise<Outcome<readonly OsvRecord[]>> {
  const first = await recordOf(transport, base, id);
  if (!first.ok) return first;
  if (first.value === null) return ok([]);
  const records = [first.value];
  const others = first.value.aliases.filter((alias) => alias !== id);
  if (others.length > OSV_API_RECORDS)
    return failed('LimitExceeded', `${id} has more than ${OSV_API_RECORDS} other names (OSV_API_RECORDS)`);
  for (const alias of others) {
    const record = await recordOf(transport, base, alias);
    if (!record.ok) return record;
    // Not everybody who gave it a name has a record.
    if (record.value) records.push(record.value);
  }
  return ok(records);
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
