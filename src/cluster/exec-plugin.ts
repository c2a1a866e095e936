import { spawn } from 'node:child_process';
import { z } from 'zod';
import { EXEC_CREDENTIAL_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import type { ClusterEntry, ExecEntry } from './kubeconfig.ts';

/** What an exec credential plugin gives (client.authentication.k8s.io, ExecCredential.status). */
export interface ExecCredential {
  readonly token: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

export interface ExecSurroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Whether somebody sits at a terminal whom a plugin may ask. */
  readonly interactive: boolean;
  /** How long it may take, in milliseconds. */
  readonly timeout: number;
}

const text = z
  .string()
  .nullish()
  .transform((value) => value || undefined);
const credentialSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.literal('ExecCredential'),
  status: z.looseObject({ token: text, clientCertificateData: text, clientKeyData: text }),
});

/** A group that client-go reads; others have been removed from Kubernetes. */
const VERSION = /^client\.authentication\.k8s\.io\/v1(?:beta1)?$/;

/**
 * Runs an exec credential plugin as client-go does (plugin/pkg/client/auth/exec), with KUBERNETES_EXEC_INFO and an end to its
 * time. What it says on stderr goes to the user's; neither that nor its answer is in any message, as credentials may stand there.
 */
export async function runExecPlugin(
  exec: ExecEntry,
  cluster: ClusterEntry & { readonly caData: string | undefined },
  { env, interactive, timeout }: ExecSurroundings,
): Promise<Outcome<ExecCredential>> {
  const { apiVersion = '', command, args, interactiveMode = 'IfAvailable' } = exec;
  const rejected = (what: string, remediation: string) =>
    failed(
      'ClusterCredentialsRejected',
      `the credential plugin ${JSON.stringify(command)} of the kubeconfig ${what}`,
      remediation,
    );
  if (!VERSION.test(apiVersion))
    return rejected(
      `is of ${JSON.stringify(apiVersion)}, which Kubernetes no longer has`,
      'let its installer write the kubeconfig again',
    );
  if (interactiveMode === 'Always' && !interactive)
    return rejected('wants a terminal, and there is none', 'run it in a terminal, or log in before');
  const asking = interactive && interactiveMode !== 'Never';
  const info = {
    apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: asking,
      ...(exec.provideClusterInfo ? { cluster: clusterInfo(cluster) } : {}),
    },
  };
  const own = Object.fromEntries(exec.env.map(({ name, value }) => [name, value]));
  const ran = await run(command, args, {
    env: { ...env, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    asking,
    timeout,
  });
  switch (ran.end) {
    case 'missing':
      return rejected(`cannot be run (${ran.code})`, 'install it, or let PATH lead to it');
    case 'late':
      return rejected(`did not end within ${timeout / 1000} s`, 'log in with it before, then try again');
    case 'long':
      return rejected(
        `wrote more than the limit of ${EXEC_CREDENTIAL_BYTES} bytes`,
        'run it by hand to see why',
      );
    case 'failed':
      return rejected(`failed with exit code ${ran.code}`, 'run it by hand to see why, or log in with it');
    case 'good':
      break;
  }
  const credential = credentialSchema.safeParse(parsed(ran.output));
  if (!credential.success || credential.data.apiVersion !== apiVersion)
    return rejected(`did not answer with an ExecCredential of ${apiVersion}`, 'update it, or run it by hand');
  const { token, clientCertificateData: certificate, clientKeyData: key } = credential.data.status;
  if (token === undefined && (certificate === undefined || key === undefined))
    return rejected('gave neither a token nor a certificate with its key', 'log in with it, then try again');
  return ok({ token, certificate, key });
}

function clusterInfo(cluster: ClusterEntry & { readonly caData: string | undefined }) {
  return {
    server: cluster.server,
    'tls-server-name': cluster['tls-server-name'],
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'] || undefined,
    'certificate-authority-data': cluster.caData,
    'proxy-url': cluster['proxy-url'],
  };
}

type Ran =
  | { readonly end: 'good'; readonly output: string }
  | { readonly end: 'missing' | 'failed'; readonly code: string }
  | { readonly end: 'late' | 'long' };

interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly asking: boolean;
  readonly timeout: number;
}

function run(command: string, args: readonly string[], { env, asking, timeout }: RunOptions): Promise<Ran> {
  return new Promise((settle) => {
    const child = spawn(command, args, {
      env,
      windowsHide: true,
      stdio: [asking ? 'inherit' : 'ignore', 'pipe', 'inherit'],
    });
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (ran: Ran): void => {
      clearTimeout(timer);
      settle(ran);
    };
    const kill = (why: 'late' | 'long'): void => {
      child.stdout.destroy();
      child.kill('SIGKILL');
      end({ end: why });
    };
    const timer = setTimeout(() => kill('late'), timeout);
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > EXEC_CREDENTIAL_BYTES) kill('long');
    });
    child.on('error', (error) =>
      end({ end: 'missing', code: 'code' in error ? String(error.code) : error.name }),
    );
    child.on('close', (code, signal) => {
      if (code === 0) end({ end: 'good', output: Buffer.concat(chunks).toString('utf8') });
      else end({ end: 'failed', code: String(code ?? signal) });
    });
  });
}

function parsed(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return null;
  }
}
