import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startCtLog } from './ctlog.ts';
import { startFront } from './front.ts';
import { type Claims, startIssuer } from './oidc.ts';
import { makePki } from './pki.ts';
import { type Finished, mustRun, run } from './run.ts';
import type { Running } from './servers.ts';
import { startFulcio, startRekor, startTimestamps } from './services.ts';

export interface SigstoreOptions {
  /** An existing or new directory for keys, logs and configuration; its private keys are worth nothing elsewhere. */
  readonly workdir: string;
  /** The folder that test/tools/build.sh prints. */
  readonly toolsBin: string;
  /** The issuers as certificates name them. */
  readonly issuers?: { readonly github: string; readonly email: string };
  /** Registries that cosign sees under a public-looking name: host → `http://127.0.0.1:port`. */
  readonly registries?: Readonly<Record<string, string>>;
}

export interface Sigstore extends Running {
  readonly trustedRootPath: string;
  readonly signingConfigPath: string;
  readonly urls: Readonly<
    Record<'fulcio' | 'rekor' | 'timestamp' | 'ctlog' | 'githubIssuer' | 'emailIssuer', string>
  >;
  /** What another program needs in its environment to reach `urls` and the named registries. */
  readonly env: Readonly<Record<string, string>>;
  /** An identity token: with an `email` claim by the e-mail issuer, else by the workflow issuer. */
  token(claims: Claims): string;
  /** Runs cosign; its exit code is part of the answer. */
  cosign(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished>;
}

const HOSTS = {
  fulcio: 'fulcio.example.com',
  rekor: 'rekor.example.com',
  timestamp: 'timestamp.example.com',
  ctlog: 'ctlog.example.com',
};
const ISSUERS = { github: 'https://token.actions.example.com', email: 'https://accounts.example.com' };

/** Boots Fulcio, a CT log, Rekor v2, a timestamp authority and two OIDC issuers, and writes cosign's files for them. */
export async function startSigstore(options: SigstoreOptions): Promise<Sigstore> {
  const { workdir, toolsBin, issuers = ISSUERS, registries = {} } = options;
  mkdirSync(workdir, { recursive: true });
  const running: Running[] = [];
  const started = async <T extends Running>(service: Promise<T>): Promise<T> => {
    running.unshift(await service);
    return service;
  };
  const stop = async (): Promise<void> => {
    for (const service of running.splice(0)) await service.stop();
  };
  try {
    const issuerHosts = Object.values(issuers).map((url) => new URL(url).host);
    const pki = await makePki(workdir, [...Object.values(HOSTS), ...issuerHosts, ...Object.keys(registries)]);
    const github = await started(startIssuer(issuers.github));
    const email = await started(startIssuer(issuers.email));
    const ctlog = await started(startCtLog());
    const rekor = await started(startRekor(options, pki, HOSTS.rekor));
    const timestamp = await started(startTimestamps(options));
    // Fulcio asks the issuers for their keys, cosign asks Fulcio: two fronts, since Fulcio's address is known only later.
    const issuerOrigins = {
      [new URL(issuers.github).host]: github.origin,
      [new URL(issuers.email).host]: email.origin,
    };
    const back = await started(startFront(pki.tls, issuerOrigins));
    const types = { [issuers.github]: 'github', [issuers.email]: 'email' } as const;
    const fulcio = await started(startFulcio(options, pki, ctlog, types, back.env));
    const origins = {
      [HOSTS.fulcio]: fulcio.origin,
      [HOSTS.rekor]: rekor.origin,
      [HOSTS.timestamp]: timestamp.origin,
    };
    const front = await started(
      startFront(pki.tls, { ...issuerOrigins, ...origins, [HOSTS.ctlog]: ctlog.origin, ...registries }),
    );

    const files = { fulcio: pki.fulcio.chain, rekor: pki.rekor.publicKey, timestamp: timestamp.chain };
    const command = join(toolsBin, 'cosign');
    const env = {
      ...front.env,
      HOME: workdir,
      COSIGN_PASSWORD: '',
      COSIGN_YES: 'true',
      TUF_ROOT: join(workdir, 'tuf'),
    };
    const configuration = await writeConfiguration(command, workdir, files, issuers.github, env);
    return {
      ...configuration,
      urls: {
        fulcio: `https://${HOSTS.fulcio}`,
        rekor: `https://${HOSTS.rekor}`,
        timestamp: `https://${HOSTS.timestamp}/api/v1/timestamp`,
        ctlog: `https://${HOSTS.ctlog}`,
        githubIssuer: issuers.github,
        emailIssuer: issuers.email,
      },
      env: front.env,
      token: (claims) => (claims['email'] === undefined ? github : email).token(claims),
      cosign: (args, more = {}) => run(command, args, { cwd: workdir, env: { ...env, ...more } }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Configuration {
  readonly trustedRootPath: string;
  readonly signingConfigPath: string;
}

/** Has cosign write the trusted root, for verifying, and the signing configuration. */
async function writeConfiguration(
  cosign: string,
  workdir: string,
  files: Readonly<Record<'fulcio' | 'rekor' | 'timestamp', string>>,
  issuer: string,
  env: Readonly<Record<string, string>>,
): Promise<Configuration> {
  const trustedRootPath = join(workdir, 'trusted-root.json');
  const signingConfigPath = join(workdir, 'signing-config.json');
  const since = `start-time=${new Date(Date.now() - 60_000).toISOString().replace(/\.\d+/, '')}`;
  const url = (service: keyof typeof HOSTS, path = ''): string => `url=https://${HOSTS[service]}${path}`;
  const tsa = url('timestamp', '/api/v1/timestamp');
  const trust = [
    ['--fulcio', `${url('fulcio')},certificate-chain=${files.fulcio}`],
    ['--ctfe', `${url('ctlog')},public-key=${join(workdir, 'ctlog.pub')},${since}`],
    ['--rekor', `${url('rekor')},public-key=${files.rekor},origin=${HOSTS.rekor},${since}`],
    ['--tsa', `${tsa},certificate-chain=${files.timestamp}`],
  ];
  await mustRun(cosign, ['trusted-root', 'create', '--out', trustedRootPath, ...trust.flat()], { env });
  const operator = `operator=example.com,${since}`;
  const signing = [
    ['--fulcio', `${url('fulcio')},api-version=1,${operator}`],
    ['--rekor', `${url('rekor')},api-version=2,${operator}`],
    ['--rekor-config', 'ANY'],
    ['--tsa', `${tsa},api-version=1,${operator}`],
    ['--tsa-config', 'ANY'],
    ['--oidc-provider', `url=${issuer},api-version=1,${operator}`],
  ];
  await mustRun(cosign, ['signing-config', 'create', '--out', signingConfigPath, ...signing.flat()], { env });
  return { trustedRootPath, signingConfigPath };
}
