import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FakeApiServer } from '../src/cluster/api-server.fixture.ts';
import type { Report } from '../src/report/report.ts';
import { pod } from '../src/workloads/cluster/objects.fixture.ts';
import { listPath, serveCluster } from '../src/workloads/cluster/served-cluster.fixture.ts';
import { run } from './fake-io.fixture.ts';

const PAGE = 500;
const PODS = Array.from({ length: PAGE + 1 }, (_, at) => pod(`pod-${at}`, { image: 'ghcr.io/acme/app:v1' }));

// The Kubernetes client is large: reading it is no part of what is ended here.
beforeAll(async () => {
  await import('../src/cluster/identity.ts');
}, 60_000);

let api: FakeApiServer | null = null;
let registry: Server | null = null;
afterEach(async () => {
  await api?.close();
  registry?.closeAllConnections();
  registry?.close();
  [api, registry] = [null, null];
});

/** A cluster that gives the first page of its pods, and then says nothing more. */
async function silentAfterOnePage(then: () => void): Promise<FakeApiServer> {
  const server = await serveCluster();
  server.serve(listPath('pods'), ({ query }) => {
    if (!query.has('continue')) return { items: PODS };
    then();
    return 'say nothing';
  });
  return server;
}

async function audited(server: FakeApiServer, interrupt: AbortController, more: readonly string[] = []) {
  api = server;
  const flags = ['--policy', 'none', '--offline', '--cache-dir', 'none', '-q', '-o', 'json'];
  const ran = await run(['audit', '-n', 'shop', '-s', server.url, ...flags, ...more], {
    onInterrupt: () => interrupt.signal,
    clock: () => new Date(),
  });
  const { workloads, coverage, verdict } = JSON.parse(ran.stdout) as Report;
  const findings = workloads.flatMap(({ containers }) => containers.flatMap((one) => one.findings));
  const said = [...new Set(findings.map(({ status, reason }) => `${status} ${reason}`))];
  return { exitCode: ran.exitCode, verdict, workloads: workloads.length, said, gaps: coverage.gaps };
}

describe('an audit of a cluster that is ended before its time', () => {
  it('by a signal while it lists reports the pods that it has seen, and that there are more', async () => {
    const interrupt = new AbortController();
    const server = await silentAfterOnePage(() => interrupt.abort());
    const { exitCode, workloads, said, gaps } = await audited(server, interrupt);
    expect({ exitCode, workloads, said }).toEqual({
      exitCode: 130,
      workloads: PAGE,
      said: ['unknown Interrupted'],
    });
    // Other kinds may still be waited for as well.
    expect(gaps.filter(({ name }) => name === 'pods')).toMatchObject([
      {
        scope: 'kind',
        name: 'pods',
        reason: 'Interrupted',
        message: expect.stringContaining(
          `pods in the namespace shop were not seen beyond the first ${PAGE}`,
        ) as unknown,
      },
    ]);
  });

  it('by its deadline has the verdict of what is not known', async () => {
    const server = await silentAfterOnePage(() => {});
    const { exitCode, said, gaps } = await audited(server, new AbortController(), ['--deadline', '1s']);
    expect({ exitCode, said }).toEqual({ exitCode: 3, said: ['unknown TimedOut'] });
    expect(gaps.find(({ name }) => name === 'pods')).toMatchObject({
      reason: 'TimedOut',
      remediation: 'give it more time with --deadline',
    });
  });

  it('by a signal while it asks a registry reports every workload', async () => {
    const interrupt = new AbortController();
    registry = createServer(() => interrupt.abort());
    await new Promise<void>((listening) => registry?.listen(0, '127.0.0.1', listening));
    const host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
    const pods = ['a', 'b', 'c'].map((name) => pod(name, { image: `${host}/${name}:v1`, imageID: '' }));
    const { exitCode, workloads, said, gaps } = await audited(await serveCluster({ pods }), interrupt, [
      '--plain-http',
      host,
    ]);
    expect({ exitCode, workloads, said, gaps }).toEqual({
      exitCode: 130,
      workloads: 3,
      said: ['unknown Interrupted'],
      gaps: [],
    });
  });
});
