import { homedir } from 'node:os';
import { REQUEST_MS, TRANSFER_MS } from '../src/limits.ts';
import type { WireOptions } from '../src/registry/wire.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import { type Io, UsageError } from './command.ts';
import type { JudgingFlags } from './flags.ts';
import { VERSION } from './version.ts';

/** From here on every request is named. */
export const REQUESTS_SHOWN = 6;

/** How hosts are asked, registries as others. Throws `UsageError`. */
export async function wireOptions(
  flags: JudgingFlags,
  concurrency: number,
  verbosity: number,
  io: Io,
  signal?: AbortSignal,
): Promise<WireOptions> {
  const { createCertificateSource } = await import('../src/registry/host-certificates.ts');
  const { createProxies } = await import('../src/registry/proxy.ts');
  return {
    clock: io.clock,
    insecure: new Set(flags['insecure-registry']),
    allowRedirect: allowedHosts(flags),
    userAgent: `kubectl-supplychain/${VERSION}`,
    certificates: createCertificateSource({ env: io.env, homedir: homedir() }),
    proxies: createProxies(io.env),
    concurrencyPerHost: concurrency,
    signal,
    requestMs: REQUEST_MS,
    transferMs: TRANSFER_MS,
    ...(verbosity >= REQUESTS_SHOWN
      ? {
          onRequest: (method, url, status, ms) =>
            io.stderr(terminalText(`${method} ${url} ${status} ${Math.round(ms)} ms`) + '\n'),
        }
      : {}),
  };
}

/** Throws `UsageError`, whether or not anybody is asked. */
export function allowedHosts(flags: JudgingFlags): ReadonlySet<string> {
  return new Set(flags['allow-redirect'].map((host) => readHost('allow-redirect', host)));
}

/** A host as addresses spell it: `storage.example:8443`. */
function readHost(flag: string, text: string): string {
  const url = URL.canParse(`https://${text}`) ? new URL(`https://${text}`) : null;
  if (url !== null && url.href === `https://${url.host}/`) return url.host;
  throw new UsageError(`--${flag}: ${JSON.stringify(text)} is no host or host:port, as storage.example:8443`);
}
