import { expect, it } from 'vitest';
import { failed, ok } from '../reasons.ts';
import type { Transport } from '../registry/transport.ts';
import { findByApi, OSV_API } from './api.ts';

/** A server that has these records, and what it was asked for. */
function server(records: Readonly<Record<string, string>>, status = 200) {
  const asked: string[] = [];
  const send: Transport['send'] = ({ url }) => {
    asked.push(url.pathname);
    const body = records[url.pathname.replace('/v1/vulns/', '')];
    return Promise.resolve(
      ok({
        status: body === undefined ? 404 : status,
        headers: new Map(),
        body: Buffer.from(body ?? '{}'),
        url,
      }),
    );
  };
  return { asked, transport: { send, follow: send } };
}

const RECORDS = {
  'CVE-1': JSON.stringify({ id: 'CVE-1', aliases: ['GHSA-1', 'PYSEC-1'] }),
  'GHSA-1': JSON.stringify({ id: 'GHSA-1', aliases: ['CVE-1'] }),
};

async function found(id: string, { transport }: { readonly transport: Transport }) {
  const records = await findByApi(transport, OSV_API, id);
  return records.ok ? records.value.records.map((record) => record.id) : records.fault.reason;
}

it('has the record of a vulnerability and those of its other names', async () => {
  const there = server(RECORDS);
  expect(await found('CVE-1', there)).toEqual(['CVE-1', 'GHSA-1']);
  expect(there.asked.slice(0, 3)).toEqual(['/v1/vulns/CVE-1', '/v1/vulns/GHSA-1', '/v1/vulns/PYSEC-1']);
});

it('has what distributions derive from it, whose ids can be told, and says what it covers', async () => {
  const record = (id: string, ecosystem: string, more: object = {}) =>
    JSON.stringify({ id, affected: [{ package: { ecosystem, name: 'a' } }], ...more });
  const there = server({
    'GHSA-1': record('GHSA-1', 'npm', { aliases: ['CVE-1'] }),
    'DEBIAN-CVE-1': record('DEBIAN-CVE-1', 'Debian:12'),
    'ALPINE-CVE-1': record('ALPINE-CVE-1', 'Alpine:v3.19', { withdrawn: '2026-01-01T00:00:00Z' }),
  });
  const records = await findByApi(there.transport, OSV_API, 'GHSA-1');
  if (!records.ok) throw new Error(records.fault.message);
  expect(records.value.records.map(({ id }) => id)).toEqual(['GHSA-1', 'ALPINE-CVE-1', 'DEBIAN-CVE-1']);
  expect([...(records.value.covers ?? [])]).toEqual(['npm', 'Debian']);
  expect(there.asked).toContain('/v1/vulns/UBUNTU-CVE-1');
});

it.each([
  ['nothing of an unknown one', server(RECORDS), []],
  ['a fault where it fails', server({ 'CVE-9': '{}' }, 500), 'RegistryError'],
  ['a fault where it answers with something else', server({ 'CVE-9': '<html>' }), 'RegistryResponseInvalid'],
  [
    'a fault where it names too many',
    server({
      'CVE-9': JSON.stringify({ id: 'CVE-9', aliases: Array.from({ length: 51 }, (_, at) => `X-${at}`) }),
    }),
    'LimitExceeded',
  ],
])('has %s', async (_what, there, is) => {
  expect(await found('CVE-9', there)).toEqual(is);
});

it('is not known where nobody answers', async () => {
  const send: Transport['send'] = () => Promise.resolve(failed('RegistryUnreachable', 'nobody answers'));
  expect(await found('CVE-1', { transport: { send, follow: send } })).toBe('RegistryUnreachable');
});
