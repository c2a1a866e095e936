import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Image, pushImage, reference } from '../../testdata/make/build.ts';
import { until } from '../cluster/cluster.ts';
import { type ClusterBench, startClusterBench } from './cluster-bench.ts';
import { namespace, tagged, workload } from './cluster-objects.ts';
import { reportOf } from './cluster-report.ts';
import { sweepOf } from './cluster-sweep.ts';
import { cyclonedx } from './log4j-sboms.ts';

/** Reports as Trivy Operator writes them, in the cluster itself: before there are such kinds, and with them. */
let bench: ClusterBench;
let pinned: Image;
let byTag: Image;
const NAMESPACE = 'reported';
const GROUP = 'aquasecurity.github.io';

function definition(kind: string, scope: 'Namespaced' | 'Cluster'): object {
  const singular = kind.toLowerCase();
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const schema = {
    openAPIV3Schema: { type: 'object', required: ['report'], properties: { report: anything } },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.${GROUP}` },
    spec: {
      group: GROUP,
      scope,
      names: { kind, singular, plural: `${singular}s` },
      versions: [{ name: 'v1alpha1', served: true, storage: true, schema }],
    },
  };
}

/** `digest` is what the operator writes there: the workload's, or the image ID where that names a tag alone. */
function report(name: string, of: Image, digest: string, scope: object = { namespace: NAMESPACE }) {
  const { host, repository } = of;
  const kind = 'namespace' in scope ? 'SbomReport' : 'ClusterSbomReport';
  const purl = 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1';
  return {
    apiVersion: `${GROUP}/v1alpha1`,
    kind,
    metadata: { name, ...scope },
    report: {
      artifact: { repository, digest },
      registry: { server: host },
      scanner: { name: 'Trivy', vendor: 'Aqua Security', version: '0.60.0' },
      summary: { componentsCount: 1, dependenciesCount: 0 },
      updateTimestamp: '2026-01-15T09:00:00Z',
      components: cyclonedx('1.6', purl, {
        metadata: {
          timestamp: '2026-01-15T09:00:00Z',
          tools: {
            components: [
              {
                type: 'application',
                group: 'aquasecurity',
                name: 'trivy',
                version: '0.60.0',
                supplier: {},
              },
            ],
          },
          component: {
            'bom-ref': 'image',
            type: 'container',
            name: `${host}/${repository}`,
            supplier: {},
            purl: `pkg:oci/${repository.split('/').at(-1)}@${of.digest.replace(':', '%3A')}?arch=amd64`,
          },
        },
        dependencies: [{ ref: 'image', dependsOn: ['package'] }],
      }),
    },
  };
}

function policy(): string {
  const path = join(bench.workdir, 'sbom-policy.yaml');
  const authorities = [{ name: 'us', key: { path: './cosign.pub', transparencyLog: false } }];
  const rules = [{ name: 'sbom', match: { images: ['**'] }, sbom: { allowUnsigned: true } }];
  const metadata = { name: 'sboms' };
  const spec = { authorities, rules, default: 'deny' };
  writeFileSync(
    path,
    JSON.stringify({ apiVersion: 'kubectl-supplychain/v1alpha1', kind: 'Policy', metadata, spec }),
  );
  return path;
}

/** What an audit says of the SBOM of each workload. */
async function audited(): Promise<{ sboms: Record<string, string>; stderr: string }> {
  const args = ['audit', '-n', NAMESPACE, '--policy', policy(), '--cache-dir', 'none', '-o', 'json'];
  const finished = await bench.supplychain(args);
  const sboms = reportOf(finished).workloads.map(({ name, containers }) => {
    const found = containers[0]?.findings.find(({ check }) => check === 'sbom');
    return [name, `${found?.status} ${found?.reason}`] as const;
  });
  return { sboms: Object.fromEntries(sboms), stderr: finished.stderr };
}

const Standings = z.object({
  hits: z.array(
    z.object({ name: z.string(), component: z.object({ sbom: z.object({ standing: z.string() }) }) }),
  ),
});

/** The workloads in which log4j-core is found with whose word it is, and those of which nothing is known. */
async function swept(...more: readonly string[]) {
  const ask = ['--package', 'org.apache.logging.log4j:log4j-core', '--below', '2.17.1', ...more];
  const args = ['sweep', ...ask, '-n', NAMESPACE, '--policy', policy(), '--cache-dir', 'none', '-o', 'json'];
  const finished = await bench.supplychain(args);
  const { exitCode, undetermined } = sweepOf(finished);
  const { hits } = Standings.parse(JSON.parse(finished.stdout));
  const found = hits.map(({ name, component }) => `${name} ${component.sbom.standing}`).sort();
  return { exitCode, found, undetermined: undetermined.sort(), stderr: finished.stderr };
}

/** The paths of the group that the API server was asked for, by its own log. */
function asked(): Set<string> {
  const paths = readFileSync(bench.cluster.auditLog, 'utf8').matchAll(/"requestURI":"([^"?]*)/g);
  return new Set([...paths].flatMap(([, path = '']) => (path.includes(`/${GROUP}/`) ? [path] : [])));
}

beforeAll(async () => {
  bench = await startClusterBench();
  pinned = await pushImage(bench.home('reported/pinned'), 'pinned');
  byTag = await pushImage(bench.home('reported/tagged'), 'tagged');
  const other = await pushImage(bench.home('reported/other'), 'other');
  await bench.cluster.apply([
    namespace(NAMESPACE),
    workload('Deployment', NAMESPACE, 'pinned', {
      ...tagged(pinned),
      image: reference(pinned, pinned.digest),
    }),
    workload('Deployment', NAMESPACE, 'tagged', tagged(byTag)),
    workload('Deployment', NAMESPACE, 'other', tagged(other)),
  ]);
  await until('all pods run', async () => {
    const phases = ['get', 'pods', '-n', NAMESPACE, '-o', 'jsonpath={.items[*].status.phase}'];
    return (await bench.cluster.mustKubectl(phases)) === 'Running Running Running';
  });
});
afterAll(() => bench?.stop());

describe("a cluster without Trivy Operator's kinds", () => {
  it('has no SBOMs, is asked for none of them, and nothing is said', async () => {
    const none = 'fail SbomMissing';
    expect(await audited()).toMatchObject({ sboms: { pinned: none, tagged: none, other: none } });
    expect(await swept('--accept', 'unsigned')).toMatchObject({
      found: [],
      undetermined: ['other', 'pinned', 'tagged'],
    });
    for (const { stderr } of [await audited(), await swept()]) expect(stderr).not.toMatch(/trivy/i);
    expect([...asked()].filter((path) => path.includes('sbomreports'))).toEqual([]);
  });
});

describe("Trivy Operator's reports", () => {
  beforeAll(async () => {
    await bench.cluster.apply([
      definition('SbomReport', 'Namespaced'),
      definition('ClusterSbomReport', 'Cluster'),
    ]);
    await bench.cluster.mustKubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    const manifest = await byTag.client.manifest(byTag.repository, byTag.digest);
    const { config } = z
      .object({ config: z.object({ digest: z.string() }) })
      .parse(JSON.parse(Buffer.from(manifest.bytes).toString('utf8')));
    await bench.cluster.apply([
      report('replicaset-pinned-app', pinned, pinned.digest),
      report('replicaset-tagged-app', byTag, config.digest),
      report('replicaset-former-app', pinned, `sha256:${'7'.repeat(64)}`),
    ]);
  });

  const PASSED = 'pass SbomAccepted';
  it('are SBOMs of the images that they name, by digest or by image ID, and of no others', async () => {
    const { sboms, stderr } = await audited();
    expect(sboms).toEqual({ pinned: PASSED, tagged: PASSED, other: 'fail SbomMissing' });
    expect(stderr).not.toMatch(/trivy/i);
    expect([...asked()]).toContain(`/apis/${GROUP}/v1alpha1/clustersbomreports`);
  });

  it.each([[[]], [['--accept', 'unsigned']]])('are swept for packages, as unsigned (%s)', async (more) => {
    expect(await swept(...more)).toMatchObject({
      exitCode: 1,
      found: ['pinned unsigned', 'tagged unsigned'],
      undetermined: ['other'],
    });
  });

  it('of the whole cluster count as well', async () => {
    const { cluster } = bench;
    await cluster.mustKubectl(['delete', 'sbomreports', '-n', NAMESPACE, 'replicaset-pinned-app']);
    expect((await audited()).sboms).toMatchObject({ pinned: 'fail SbomMissing' });
    await cluster.apply([report('pinned', pinned, pinned.digest, {})]);
    expect((await audited()).sboms).toMatchObject({ pinned: PASSED });
  });
});
