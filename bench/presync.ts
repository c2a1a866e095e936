// npm run bench:presync [-- --images N]: a gate against the bare audit of the same images. Argo CD's API is one on loopback that answers at
// once, so that what is measured is what the gate does beside judging.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serveApi } from '../src/cluster/api-server.fixture.ts';
import { application, POD } from '../src/workloads/argocd/operation.fixture.ts';
import { pushImage, reference } from '../testdata/make/build.ts';
import { connect } from '../testdata/make/client.ts';
import { startOlareg } from '../test/sigstore/registry.ts';
import { mustRun } from '../test/sigstore/run.ts';
import { alternately, measured } from './measured.ts';
import { buildTools } from './setup.ts';
import { table } from './table.ts';

const ROUNDS = 5;
const AT_MOST = 3;
const PROGRAM = join(import.meta.dirname, '..', 'dist', 'kubectl-supplychain');

const { values } = parseArgs({ options: { images: { type: 'string', default: '50' } } });
const count = Number(values.images);
const workdir = mkdtempSync(join(tmpdir(), 'supplychain-bench-'));
mkdirSync(join(workdir, 'home'));
const toolsBin = buildTools(['olareg', 'cosign']);
const olareg = await startOlareg({ workdir, toolsBin });
const argo = await serveApi();
try {
  console.log(await measure());
} finally {
  await argo.close();
  await olareg.stop();
  rmSync(workdir, { recursive: true });
}

async function measure(): Promise<string> {
  const cosign = (...args: string[]) =>
    mustRun(join(toolsBin, 'cosign'), args, {
      cwd: workdir,
      env: { HOME: workdir, COSIGN_PASSWORD: '', COSIGN_YES: 'true' },
    });
  await cosign('generate-key-pair');
  const objects: object[] = [];
  for (let at = 0; at < count; at += 1) {
    const name = `service-${at}`;
    const home = { client: connect(olareg.url), host: olareg.host, repository: `bench/${name}` };
    const image = await pushImage(home, name);
    const pinned = reference(image, image.digest);
    await cosign(
      'sign',
      '--key=cosign.key',
      '--new-bundle-format=false',
      '--use-signing-config=false',
      '--tlog-upload=false',
      pinned,
    );
    objects.push(deployment(name, pinned));
  }
  const gate = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'gate-', annotations: { 'argocd.argoproj.io/hook': 'PreSync' } },
    spec: { containers: [{ name: 'gate', image: imageOf(objects[0]) }] },
  };
  argo.serve('/api/v1/applications/shop', { status: 200, body: application() });
  const manifests = [gate, ...objects].map((object) => JSON.stringify(object));
  argo.serve('/api/v1/applications/shop/manifests', { status: 200, body: { manifests } });
  writeFileSync(
    join(workdir, 'all.json'),
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  );
  writeFileSync(join(workdir, 'policy.yaml'), policy());
  const env = {
    HOME: join(workdir, 'home'),
    POD_NAME: POD.name,
    POD_NAMESPACE: POD.namespace,
    ARGOCD_TRACKING_ID: 'shop:/Pod:shop/gate',
    ARGOCD_SERVER: argo.url,
    ARGOCD_AUTH_TOKEN: 'token',
    TERMINATION_LOG: join(workdir, 'termination-log'),
  };
  const ours = (...args: string[]) =>
    measured(PROGRAM, [...args, '--policy', 'policy.yaml', '--cache-dir', 'none', '--offline'], {
      cwd: workdir,
      env,
    });
  const { gated, audited } = await alternately(ROUNDS, {
    gated: () => ours('presync'),
    audited: () => ours('audit', '-f', 'all.json'),
  });
  const ratio = gated.seconds / audited.seconds;
  return table([
    {
      what: `a gate over ${count} images, against the bare audit of them`,
      ours: `${Math.round(gated.seconds * 1000)} ms`,
      peer: `${Math.round(audited.seconds * 1000)} ms (ours)`,
      ratio: `${ratio.toFixed(2)} ×`,
      target: { text: `≤ ${AT_MOST} ×`, met: ratio <= AT_MOST },
    },
  ]);
}

function deployment(name: string, image: string) {
  const labels = { app: name };
  const spec = {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'app', image }] } },
  };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'shop' }, spec };
}

function imageOf(object: object | undefined): string {
  return /"image":"([^"]*)"/.exec(JSON.stringify(object))?.[1] ?? '';
}

function policy(): string {
  return `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: bench }
spec:
  authorities: [{ name: us, key: { path: ./cosign.pub, transparencyLog: false } }]
  rules: [{ name: signed, match: { images: ["**"] }, signature: { anyOf: [us] } }]
  default: deny
`;
}
