import { describe, expect, it } from 'vitest';
import type { ClusterApi } from './api.ts';
import { type ListingProgress, watchedApi } from './watched-api.ts';

/** An API that answers with the value of a path, and remembers the signals of its requests. */
function answering(values: Readonly<Record<string, unknown>>) {
  const signals: (AbortSignal | undefined)[] = [];
  const api: ClusterApi = {
    cluster: 'prod',
    namespace: 'shop',
    host: 'prod.example.com',
    get({ path, signal }) {
      signals.push(signal);
      const value = values[path];
      const fault = { reason: 'ClusterError', message: 'refused' } as const;
      return Promise.resolve(value === undefined ? { ok: false, status: 500, fault } : { ok: true, value });
    },
    create: () => Promise.reject(new Error('nothing is made here')),
    close: () => Promise.resolve(),
  };
  return { api, signals };
}

describe('an API that is watched', () => {
  it('tells of the objects that were listed, and of what is waited for', async () => {
    const told: ListingProgress[] = [];
    const { api } = answering({
      '/api/v1/pods': { items: [1, 2, 3] },
      '/apis/apps/v1/deployments': { items: [1] },
      '/apis': { groups: [] },
    });
    const watched = watchedApi(api, { onProgress: (progress) => told.push(progress) });
    const get = (path: string) => watched.get({ path, limit: 1 });
    await Promise.all([get('/api/v1/pods'), get('/apis/apps/v1/deployments')]);
    await get('/apis');
    await get('/api/v1/nodes');
    expect(told).toEqual([
      { listed: 0, waitingFor: ['pods'] },
      { listed: 0, waitingFor: ['pods', 'deployments'] },
      { listed: 3, waitingFor: ['deployments'] },
      { listed: 4, waitingFor: [] },
      { listed: 4, waitingFor: ['apis'] },
      { listed: 4, waitingFor: [] },
      { listed: 4, waitingFor: ['nodes'] },
      { listed: 4, waitingFor: [] },
    ]);
  });

  it('ends its requests with the waiting', async () => {
    const { signal } = new AbortController();
    const { api, signals } = answering({});
    await watchedApi(api, { signal }).get({ path: '/apis', limit: 1 });
    expect(signals).toEqual([signal]);
  });
});
