import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Cluster } from '../cluster/cluster.ts';
import type { Running } from '../sigstore/servers.ts';

export interface KubeletOptions {
  readonly workdir: string;
  readonly cluster: Cluster;
  /** What every image has as its entrypoint. */
  readonly entrypoint: string;
  /** Waited for before a pod is run. */
  readonly hold?: () => Promise<void>;
}

export interface Kubelet extends Running {
  /** What the pods of this name have printed, until now. */
  log(pod: string): string;
  /** The names of all pods that were run. */
  ran(): readonly string[];
}

/** Pods with this label are run; kwok leaves them alone. */
export const LABEL = 'supplychain.test/kubelet';

const env = z.object({
  name: z.string(),
  value: z.string().default(''),
  valueFrom: z
    .object({ fieldRef: z.object({ fieldPath: z.string() }) })
    .partial()
    .optional(),
});
const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({
    serviceAccountName: z.string().default('default'),
    automountServiceAccountToken: z.boolean().default(true),
    activeDeadlineSeconds: z.number().optional(),
    volumes: z
      .array(
        z.object({
          name: z.string(),
          configMap: z.object({ name: z.string() }).optional(),
          secret: z.object({ secretName: z.string() }).optional(),
        }),
      )
      .default([]),
    containers: z.array(
      z.object({
        name: z.string(),
        image: z.string(),
        command: z.array(z.string()).optional(),
        args: z.array(z.string()).default([]),
        env: z.array(env).default([]),
        volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })).default([]),
      }),
    ),
  }),
  status: z.object({ phase: z.string() }),
});
type Pod = z.infer<typeof podSchema>;
const podsSchema = z.object({ items: z.array(podSchema) });
const dataSchema = z.object({ data: z.record(z.string(), z.string()).default({}) });

/** In a mount namespace of its own: /var/run is the pod's, with its service account and what is mounted below. */
const IN_POD = 'mount -t tmpfs pod /var/run && cp -r "$POD_DIR"/var/run/. /var/run && exec "$@"';
const SERVICE_ACCOUNT = 'var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Plays the kubelet for pods with the label: runs the first container as a process, with its service account's token, its config maps
 * and secrets (below /var/run only), ends it when the pod is deleted or its time is over, and writes exit code and termination message
 * into the pod's status, as a kubelet does. Needs the right to make a mount namespace.
 */
export function startKubelet(options: KubeletOptions): Kubelet {
  const { cluster, workdir } = options;
  mkdirSync(workdir, { recursive: true });
  const started = new Map<
    string,
    { readonly name: string; readonly child: ChildProcess | null; log: string }
  >();
  const stopping = new AbortController();
  const step = async (): Promise<void> => {
    const path = `/api/v1/pods?labelSelector=${encodeURIComponent(LABEL)}`;
    const { items } = podsSchema.parse(await cluster.request('GET', path));
    const there = new Set(
      items.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => metadata.uid),
    );
    for (const [uid, { child }] of started) if (!there.has(uid)) child?.kill('SIGTERM');
    for (const pod of items) {
      const { uid, name } = pod.metadata;
      if (!there.has(uid) || started.has(uid) || pod.status.phase !== 'Pending') continue;
      started.set(uid, { name, child: null, log: '' });
      const entry = await runPod(pod, options);
      const record = { name, child: entry.child, log: '' };
      started.set(uid, record);
      entry.onLog((text) => (record.log += text));
    }
  };
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      // The API server is taken away from its cluster in some tests.
      await step().catch(() => undefined);
      await delay(100);
    }
  })();
  return {
    log: (pod) =>
      [...started.values()]
        .filter(({ name }) => name === pod)
        .map(({ log }) => log)
        .join(''),
    ran: () => [...started.values()].map(({ name }) => name),
    async stop() {
      stopping.abort();
      await loop;
      for (const { child } of started.values()) child?.kill('SIGKILL');
    },
  };
}

async function runPod(pod: Pod, { cluster, workdir, entrypoint, hold }: KubeletOptions) {
  await hold?.();
  const { metadata, spec } = pod;
  const { namespace, name } = metadata;
  const [container] = spec.containers;
  if (!container) throw new Error(`${name} has no container`);
  const dir = mkdtempSync(join(workdir, 'pod-'));
  const write = (path: string, text: string | Buffer): void => {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  mkdirSync(join(dir, 'var/run'), { recursive: true });
  if (spec.automountServiceAccountToken) {
    const token = await cluster.mustKubectl([
      '-n',
      namespace,
      'create',
      'token',
      spec.serviceAccountName,
      '--duration=1h',
    ]);
    write(`${SERVICE_ACCOUNT}/token`, token.trim());
    write(`${SERVICE_ACCOUNT}/namespace`, namespace);
    write(`${SERVICE_ACCOUNT}/ca.crt`, readFileSync(cluster.certificates.ca));
  }
  for (const { name: volume, mountPath } of container.volumeMounts) {
    const { configMap, secret } = spec.volumes.find((one) => one.name === volume) ?? {};
    if (!mountPath.startsWith('/var/run/') || (!configMap && !secret)) continue;
    const path = configMap ? `configmaps/${configMap.name}` : `secrets/${secret?.secretName}`;
    const { data } = dataSchema.parse(
      await cluster.request('GET', `/api/v1/namespaces/${namespace}/${path}`),
    );
    for (const [file, text] of Object.entries(data))
      write(join(mountPath.slice(1), file), secret ? Buffer.from(text, 'base64') : text);
  }
  const api = new URL(cluster.server);
  const said = Object.fromEntries(container.env.map((one) => [one.name, valueOf(one, pod)]));
  const expanded = container.args.map((text) =>
    text.replaceAll(/\$\((\w+)\)/g, (whole, key: string) => said[key] ?? whole),
  );
  const log = join(dir, 'termination-log');
  const startedAt = now();
  await patch(cluster, pod, 'Running', { running: { startedAt } });
  const child = spawn(
    'unshare',
    ['-m', 'sh', '-c', IN_POD, 'sh', ...(container.command ?? [entrypoint]), ...expanded],
    {
      cwd: dir,
      env: {
        PATH: process.env['PATH'],
        HOSTNAME: name,
        HOME: dir,
        POD_DIR: dir,
        TERMINATION_LOG: log,
        KUBERNETES_SERVICE_HOST: api.hostname,
        KUBERNETES_SERVICE_PORT: api.port,
        ...said,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const { activeDeadlineSeconds: seconds } = spec;
  const timer = seconds === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  child.once('close', (code, signal) => {
    clearTimeout(timer);
    const exitCode = code ?? (signal ? 137 : 127);
    const message = existsSync(log) ? readFileSync(log, 'utf8') : '';
    const terminated = {
      exitCode,
      reason: exitCode ? 'Error' : 'Completed',
      message,
      startedAt,
      finishedAt: now(),
    };
    // A pod that was deleted has no status.
    patch(cluster, pod, exitCode ? 'Failed' : 'Succeeded', { terminated }).catch(() => undefined);
  });
  return {
    child,
    onLog: (tell: (text: string) => void) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (data: Buffer) => tell(data.toString()));
    },
  };
}

/** The downward API, as far as hooks use it. */
function valueOf({ value, valueFrom }: z.infer<typeof env>, { metadata, spec }: Pod): string {
  const path = valueFrom?.fieldRef?.fieldPath;
  if (path === undefined) return value;
  const annotation = /^metadata\.annotations\['(.*)'\]$/.exec(path)?.[1];
  if (annotation !== undefined) return metadata.annotations[annotation] ?? '';
  const fields = new Map([
    ['metadata.name', metadata.name],
    ['metadata.namespace', metadata.namespace],
    ['metadata.uid', metadata.uid],
    ['spec.serviceAccountName', spec.serviceAccountName],
  ]);
  return fields.get(path) ?? '';
}

async function patch(cluster: Cluster, { metadata, spec }: Pod, phase: string, state: object): Promise<void> {
  const ready = phase === 'Running';
  const containerStatuses = spec.containers.map(({ name, image }) => ({
    name,
    image,
    imageID: image,
    ready,
    started: ready,
    restartCount: 0,
    state,
  }));
  const condition = { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: now() };
  const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/status`;
  await cluster.request('PATCH', path, {
    status: { phase, startTime: now(), conditions: [condition], containerStatuses },
  });
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z/, 'Z');
}
