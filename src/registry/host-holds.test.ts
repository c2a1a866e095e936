import { setImmediate as nextTurn } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { createHostHolds } from './host-holds.ts';
import { createTransport } from './transport.ts';
import type { Exchange, Wire } from './wire.ts';

const A = new URL('https://a.example/v2/x/manifests/v1?token=s3cret');
const B = new URL('https://b.example/');
const HOUR = 3_600_000;

describe('a host that wants to be left alone', () => {
  it('is asked by nobody until the pause is over, and the others go on', async () => {
    const end = new AbortController();
    const holds = createHostHolds(end.signal);
    holds.hold(A.host, 1);
    holds.hold(A.host, HOUR);
    holds.hold(A.host, 1);
    let admitted = false;
    const waiting = holds.admit(A).then((outcome) => {
      admitted = true;
      return outcome;
    });
    expect(await holds.admit(B)).toMatchObject({ ok: true });
    await nextTurn();
    expect(admitted).toBe(false);
    end.abort();
    expect(await waiting).toMatchObject({ ok: true });
  });

  it('for longer than anybody waits is not asked at all, which is said without the query', async () => {
    const holds = createHostHolds(undefined);
    holds.shut(A.host, HOUR);
    const outcome = await holds.admit(A);
    expect(outcome).toMatchObject({ ok: false, fault: { reason: 'RateLimited' } });
    expect(JSON.stringify(outcome)).toContain('https://a.example/v2/x/manifests/v1 was not asked');
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
    expect(await holds.admit(B)).toMatchObject({ ok: true });
  });
});

describe('what a registry says to one request', () => {
  const answer = (url: URL, status: number, headers: Record<string, string>): Exchange => ({
    ok: true,
    response: {
      status,
      url,
      headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])),
      body: new Uint8Array(),
    },
  });
  const wireOf = (exchange: (url: URL, asked: number) => Exchange): Wire & { readonly asked: URL[] } => {
    const asked: URL[] = [];
    return {
      asked,
      exchange: ({ url }) => {
        asked.push(url);
        return Promise.resolve(exchange(url, asked.length));
      },
      hosts: () => [],
      close: () => Promise.resolve(),
    };
  };
  const request = (url: URL) => ({ method: 'GET', url, headers: {}, limit: 1 }) as const;

  it.each([
    ['in seconds', { 'retry-after': '3600' }],
    ['as a date', { 'retry-after': 'Wed, 21 Oct 2065 07:28:00 GMT' }],
  ])('holds for the next: an hour %s ends the asking', async (_, headers) => {
    const wire = wireOf((url) => answer(url, 429, headers));
    const transport = createTransport(wire, () => new Date(), undefined);
    expect(await transport.send(request(A))).toMatchObject({ ok: true, value: { status: 429 } });
    expect(await transport.send(request(A))).toMatchObject({ ok: false, fault: { reason: 'RateLimited' } });
    expect(await transport.send(request(B))).toMatchObject({ ok: true });
    expect(wire.asked).toEqual([A, B]);
  });

  it('is asked again once the pause that it named is over', async () => {
    const wire = wireOf((url, asked) => answer(url, asked === 1 ? 429 : 200, { 'retry-after': '0' }));
    const transport = createTransport(wire, () => new Date(), undefined);
    expect(await transport.send(request(A))).toMatchObject({ ok: true, value: { status: 200 } });
  });

  it('does not end the asking where only a server is out of order', async () => {
    const wire = wireOf((url) => answer(url, 503, { 'retry-after': '3600' }));
    const transport = createTransport(wire, () => new Date(), undefined);
    await transport.send(request(A));
    await transport.send(request(A));
    expect(wire.asked).toHaveLength(2);
  });
});
