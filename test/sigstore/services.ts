import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import type { CtLog } from './ctlog.ts';
import type { Pki } from './pki.ts';
import { freePorts, type Running, startServer } from './servers.ts';

/** A server of Sigstore on loopback. */
export interface Service extends Running {
  readonly origin: string;
}

/** Where programs are, where they may write, and the environment they run in. */
export interface Place {
  readonly workdir: string;
  readonly toolsBin: string;
}

/** Fulcio, the certificate authority. `issuers` maps an issuer's URL to its type. */
export async function startFulcio(
  place: Place,
  pki: Pki,
  ctlog: CtLog,
  issuers: Readonly<Record<string, 'email' | 'github'>>,
  env: Readonly<Record<string, string>>,
): Promise<Service> {
  const [http = 0, grpc = 0, metrics = 0] = await freePorts(3);
  const config = join(place.workdir, 'fulcio.yaml');
  const ctKey = join(place.workdir, 'ctlog.pub');
  writeFileSync(config, dump(fulcioConfig(issuers)));
  writeFileSync(ctKey, ctlog.publicKeyPem);
  const origin = `http://127.0.0.1:${http}`;
  const ca = [`--fileca-cert=${pki.fulcio.chain}`, `--fileca-key=${pki.fulcio.key}`, '--fileca-watch=false'];
  const ports = [`--port=${http}`, `--grpc-port=${grpc}`, `--metrics-port=${metrics}`];
  const loopback = [
    '--host=127.0.0.1',
    '--grpc-host=127.0.0.1',
    `--legacy-unix-domain-socket=@fulcio-${grpc}`,
  ];
  const ct = [`--ct-log-url=${ctlog.origin}`, `--ct-log-public-key-path=${ctKey}`];
  const server = await startServer({
    command: join(place.toolsBin, 'fulcio'),
    args: [
      'serve',
      '--ca=fileca',
      ...ca,
      `--fileca-key-passwd=${pki.fulcio.password}`,
      `--config-path=${config}`,
      ...ports,
      ...loopback,
      ...ct,
    ],
    env,
    log: join(place.workdir, 'fulcio.log'),
    ready: `${origin}/healthz`,
  });
  return { origin, ...server };
}

/** Rekor v2, the transparency log: `name` is the host that its checkpoints are signed for. */
export async function startRekor(place: Place, pki: Pki, name: string): Promise<Service> {
  const [http = 0, grpc = 0, metrics = 0] = await freePorts(3);
  const origin = `http://127.0.0.1:${http}`;
  const ports = [`--http-port=${http}`, `--grpc-port=${grpc}`, `--http-metrics-port=${metrics}`];
  const storage = ['--storage-dir', join(place.workdir, 'rekor'), '--signer-filepath', pki.rekor.key];
  const pace = ['--checkpoint-interval=100ms', '--batch-max-age=10ms'];
  const server = await startServer({
    command: join(place.toolsBin, 'rekor-server'),
    args: ['serve', `--hostname=${name}`, ...ports, ...storage, ...pace],
    log: join(place.workdir, 'rekor.log'),
    ready: `${origin}/healthz`,
  });
  return { origin, ...server };
}

/** The RFC 3161 timestamp authority, with a key of its own making unless it is told another; `chain` is its certificates as it serves them. */
export async function startTimestamps(
  place: Place,
  signer: readonly string[] = ['--timestamp-signer=memory'],
): Promise<Service & { readonly chain: string }> {
  const [port = 0] = await freePorts(1);
  const origin = `http://127.0.0.1:${port}`;
  const server = await startServer({
    command: join(place.toolsBin, 'timestamp-server'),
    args: ['serve', '--host=127.0.0.1', `--port=${port}`, ...signer, '--disable-ntp-monitoring'],
    log: join(place.workdir, 'timestamp.log'),
    ready: `${origin}/ping`,
  });
  const chain = join(place.workdir, 'timestamp.pem');
  writeFileSync(chain, await (await fetch(`${origin}/api/v1/timestamp/certchain`)).text());
  return { origin, chain, ...server };
}

/** Certificate extensions of a GitHub workflow, each from the claim of that name or from a template over claims. */
const GITHUB = {
  'github-workflow-trigger': 'event_name',
  'github-workflow-sha': 'sha',
  'github-workflow-name': 'workflow',
  'github-workflow-repository': 'repository',
  'github-workflow-ref': 'ref',
  'build-signer-uri': '{{ .url }}/{{ .job_workflow_ref }}',
  'build-signer-digest': 'job_workflow_sha',
  'build-config-uri': '{{ .url }}/{{ .workflow_ref }}',
  'build-config-digest': 'workflow_sha',
  'build-trigger': 'event_name',
  'runner-environment': 'runner_environment',
  'run-invocation-uri': '{{ .url }}/{{ .repository }}/actions/runs/{{ .run_id }}/attempts/{{ .run_attempt }}',
  'source-repository-uri': '{{ .url }}/{{ .repository }}',
  'source-repository-digest': 'sha',
  'source-repository-ref': 'ref',
  'source-repository-identifier': 'repository_id',
  'source-repository-owner-uri': '{{ .url }}/{{ .repository_owner }}',
  'source-repository-owner-identifier': 'repository_owner_id',
  'source-repository-visibility-at-signing': 'repository_visibility',
};

function fulcioConfig(issuers: Readonly<Record<string, 'email' | 'github'>>): unknown {
  const entry = (url: string, type: 'email' | 'github'): unknown =>
    type === 'email'
      ? { 'issuer-url': url, 'client-id': 'sigstore', type: 'email' }
      : { 'issuer-url': url, 'client-id': 'sigstore', type: 'ci-provider', 'ci-provider': 'github' };
  return {
    'oidc-issuers': Object.fromEntries(Object.entries(issuers).map(([url, type]) => [url, entry(url, type)])),
    'ci-issuer-metadata': {
      github: {
        'default-template-values': { url: 'https://github.com' },
        'subject-alternative-name-template': '{{ .url }}/{{ .job_workflow_ref }}',
        'extension-templates': GITHUB,
      },
    },
  };
}
