import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Image, pushImage, reference } from '../../testdata/make/build.ts';
import { ARGOCD, type ArgoCd, startArgoCd } from '../argocd/argocd.ts';
import { makeRepository, type Repository } from '../argocd/git.ts';
import { type Kubelet, LABEL, startKubelet } from '../argocd/kubelet.ts';
import { type Cluster, until } from '../cluster/cluster.ts';
import type { Running } from '../sigstore/servers.ts';
import { buildTools } from './bench.ts';
import { type ClusterBench, startClusterBench } from './cluster-bench.ts';
import { DIST, REPOSITORY_ROOT } from './program.ts';

/** The manifests that users install. */
export const MANIFESTS = join(REPOSITORY_ROOT, 'plugin-manifest', 'argocd');
export const GATES = 'supplychain-gate';
const IN_CLUSTER = 'https://kubernetes.default.svc';

const operationSchema = z.object({
  phase: z.string(),
  message: z.string().default(''),
  retryCount: z.number().default(0),
  syncResult: z
    .object({
      revision: z.string().default(''),
      resources: z
        .array(
          z.object({
            kind: z.string(),
            name: z.string(),
            hookType: z.string().optional(),
            message: z.string().default(''),
          }),
        )
        .default([]),
    })
    .optional(),
});
const applicationSchema = z.object({
  operation: z.unknown().optional(),
  status: z
    .object({
      operationState: operationSchema.optional(),
      sync: z
        .object({ revision: z.string().optional(), revisions: z.array(z.string()).optional() })
        .optional(),
    })
    .optional(),
});
export type Operation = z.infer<typeof operationSchema>;

/** Argo CD on a cluster with a gate as its manifests install it, a repository, a registry, and images signed and not. */
export interface ArgoBench extends Running {
  readonly bench: ClusterBench;
  readonly argo: ArgoCd;
  readonly kubelet: Kubelet;
  readonly signed: Image;
  readonly unsigned: Image;
  /** Everything that is pushed is held back until this resolves. */
  hold(until: Promise<void>): void;
  repository(name: string): Promise<Repository>;
  /** The gate as users install it, for an Application: its hook as one YAML document. */
  hook(application: string, kind?: 'pod' | 'job', more?: Readonly<Record<string, string>>): Promise<string>;
  /** Gives the gate of an Application its token. */
  token(application: string, token: string, cluster?: Cluster): Promise<void>;
  /** Makes an Application of one or several sources in a namespace of its own name. */
  application(name: string, sources: readonly object[], destination?: object): Promise<void>;
  /** Begins a sync without waiting for it. */
  begin(application: string, sync?: object): Promise<void>;
  /** Waits for the end of a sync. */
  ended(application: string): Promise<Operation>;
  sync(application: string, sync?: object): Promise<Operation>;
  /** Asks Argo CD to look for new commits. */
  refresh(application: string): Promise<void>;
  /** The commit that Argo CD has compared the cluster with: of the first source, where there are several. */
  compared(application: string): Promise<string | undefined>;
  /** Changes an Application by a merge patch. */
  patch(application: string, change: object): Promise<void>;
  /** A kustomization of one of the components alone, in the namespace of the gate. */
  component(folder: string): string;
  /** Whether a Deployment is in the cluster. */
  exists(namespace: string, name: string, cluster?: Cluster): Promise<boolean>;
}

/** Starts all of it; Argo CD has the plugin of the manifests. */
export async function startArgoBench(): Promise<ArgoBench> {
  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    for (const one of running.splice(0).toReversed()) await one.stop();
  };
  try {
    const bench = await startClusterBench();
    running.push(bench);
    const { cluster, workdir } = bench;
    const toolsBin = buildTools('argocd');
    await installGate(bench, cluster);
    const plugin = {
      folder: join(MANIFESTS, 'plugin'),
      // What a container has of its own.
      env: {
        SUPPLYCHAIN_POLICY: join(workdir, 'install', 'policy.yaml'),
        PATH: `${DIST}:${process.env['PATH'] ?? ''}`,
      },
    };
    const argo = await startArgoCd({
      workdir: join(workdir, 'argocd'),
      toolsBin,
      cluster,
      plugin,
    });
    running.push(argo);
    let held = Promise.resolve();
    const kubelet = startKubelet({
      workdir: join(workdir, 'kubelet'),
      cluster,
      entrypoint: join(DIST, 'kubectl-supplychain'),
      hold: () => held,
    });
    running.push(kubelet);
    const signed = await pushImage(bench.home('shop/cart'), 'cart');
    const unsigned = await pushImage(bench.home('shop/debug'), 'debug');
    const gate = await pushImage(bench.home('platform/supplychain'), 'gate');
    await bench.sign(signed);
    await bench.sign(gate);
    const policies = ['p, proj:default:gate, applications, get, default/*, allow'];
    const project = { spec: { roles: [{ name: 'gate', policies }] } };
    await cluster.mustKubectl([
      '-n',
      ARGOCD,
      'patch',
      'appproject',
      'default',
      '--type=merge',
      '-p',
      JSON.stringify(project),
    ]);
    const read = async (name: string) =>
      applicationSchema.parse(
        await cluster.request('GET', `/apis/argoproj.io/v1alpha1/namespaces/${ARGOCD}/applications/${name}`),
      );
    const patch: ArgoBench['patch'] = async (name, change) => {
      const how = ['--type=merge', '-p', JSON.stringify(change)];
      await cluster.mustKubectl(['-n', ARGOCD, 'patch', 'application', name, ...how]);
    };
    const begin: ArgoBench['begin'] = (name, sync = {}) =>
      patch(name, { operation: { initiatedBy: { username: 'test' }, sync } });
    const ended: ArgoBench['ended'] = async (name) => {
      let state: Operation | undefined;
      await until(`the sync of ${name} has ended`, async () => {
        const { operation, status } = await read(name);
        state = status?.operationState;
        return operation === undefined && state?.phase !== 'Running';
      });
      if (state === undefined) throw new Error(`${name} was never synced`);
      return state;
    };
    return {
      bench,
      argo,
      kubelet,
      signed,
      unsigned,
      stop,
      hold: (promise) => (held = promise),
      repository: (name) => makeRepository(join(workdir, 'repositories', name)),
      async hook(application, kind = 'pod', more = {}) {
        const yaml = await cluster.mustKubectl(['kustomize', join(MANIFESTS, `hook-${kind}`)]);
        const replaced: Readonly<Record<string, string>> = {
          'https://argocd-server.argocd.svc': argo.server,
          '--deadline=8m': '--offline',
          '--application=APPLICATION': `--application=${application}`,
          'secretName: supplychain-argocd': `secretName: supplychain-argocd-${application}`,
          'name: supplychain-gate\n  namespace': `name: ${application}-supplychain-gate\n  namespace`,
          'app.kubernetes.io/name: supplychain-gate': `${LABEL}: run`,
          ...more,
        };
        const pinned = yaml.replaceAll(/image: .*/g, `image: ${reference(gate, gate.digest)}`);
        return Object.entries(replaced).reduce((text, [from, to]) => text.replaceAll(from, to), pinned);
      },
      token: (application, token, to = cluster) =>
        to.apply([
          {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: `supplychain-argocd-${application}`, namespace: GATES },
            stringData: { token, 'ca.crt': argo.ca },
          },
        ]),
      async application(name, sources, destination = { server: IN_CLUSTER }) {
        const spec = { project: 'default', destination: { namespace: name, ...destination } };
        const [source, ...others] = sources;
        await cluster.apply([
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
          {
            apiVersion: 'argoproj.io/v1alpha1',
            kind: 'Application',
            metadata: { name, namespace: ARGOCD },
            spec: { ...spec, ...(others.length === 0 ? { source } : { sources }) },
          },
        ]);
      },
      begin,
      ended,
      async sync(name, sync) {
        await begin(name, sync);
        return ended(name);
      },
      refresh: (name) =>
        patch(name, { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } }),
      async compared(name) {
        const { revision, revisions } = (await read(name)).status?.sync ?? {};
        return revisions?.[0] ?? revision;
      },
      patch,
      component(folder) {
        const path = join(workdir, folder);
        mkdirSync(path, { recursive: true });
        // kustomize takes no absolute paths for components.
        cpSync(join(MANIFESTS, folder), join(path, 'component'), { recursive: true });
        writeFileSync(join(path, 'kustomization.yaml'), `namespace: ${GATES}\ncomponents: [component]\n`);
        return path;
      },
      async exists(namespace, name, of = cluster) {
        const { code } = await of.kubectl(['-n', namespace, 'get', 'deployment', name]);
        return code === 0;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Installs the namespace of the gate with the policy of the bench, from the manifests that users have. */
export async function installGate(bench: ClusterBench, cluster: Cluster): Promise<void> {
  const folder = join(bench.workdir, 'install');
  mkdirSync(folder, { recursive: true });
  cpSync(join(MANIFESTS, 'install'), folder, { recursive: true });
  // As in the manifests: all images, wherever they are.
  const policy = readFileSync(bench.policy(), 'utf8').replaceAll(/"images":\["[^"]*"\]/g, '"images":["**"]');
  writeFileSync(join(folder, 'policy.yaml'), policy);
  copyFileSync(join(bench.workdir, 'cosign.pub'), join(folder, 'cosign.pub'));
  await cluster.mustKubectl(['apply', '--server-side', '-k', folder]);
}

/** A Deployment as a developer writes it. */
export function deployment(name: string, image: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: app, image: "${image}" }] }
`;
}

export function pinned(image: Image): string {
  return reference(image, image.digest);
}

/** What Argo CD shows of the gate: the message of its hook. */
export function gateMessage({ syncResult }: Operation): string {
  return syncResult?.resources.find(({ hookType }) => hookType === 'PreSync')?.message ?? '';
}
