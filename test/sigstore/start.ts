import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Configuration, HOSTS, TIMESTAMP_URL, writeConfiguration } from './configuration.ts';
import { startCtLog } from './ctlog.ts';
import { startFront } from './front.ts';
import { type Claims, type Issuer, startIssuer } from './oidc.ts';
import { makePki } from './pki.ts';
import { startRekorV1 } from './rekor1.ts';
import { type Finished, run } from './run.ts';
import type { Running } from './servers.ts';
import { startFulcio, startRekor, startTimestamps } from './services.ts';

export interface SigstoreOptions {
  /** A directory, made if need be, for keys, logs and configuration; its private keys are worth nothing elsewhere. */
  readonly workdir: string;
  /** The folder that test/tools/build.sh prints. */
  readonly toolsBin: string;
  /** The issuers as certificates name them. */
  readonly issuers?: { readonly github: string; readonly email: string };
  /** Further issuers of GitHub workflow identities. */
  readonly otherIssuers?: readonly string[];
  /** Registries that cosign sees under a public-looking name: host → `http://127.0.0.1:port`. */
  readonly registries?: Readonly<Record<string, string>>;
}

export interface Sigstore extends Running, Configuration {
  readonly urls: Readonly<Record<keyof typeof HOSTS | 'githubIssuer' | 'emailIssuer', string>>;
  /** What another program needs in its environment to reach `urls` and the named registries. */
  readonly env: Readonly<Record<string, string>>;
  /** An identity token: by the issuer that is named, else with an `email` claim by the e-mail issuer, else by the workflow issuer. */
  token(claims: Claims, issuer?: string): string;
  /** Runs cosign; its exit code is part of the answer. */
  cosign(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished>;
}

const ISSUERS = { github: 'https://token.actions.example.com', email: 'https://accounts.example.com' };

/** Boots Fulcio, a CT log, Rekor v2 and v1, a timestamp authority and two OIDC issuers, and writes cosign's files for them. */
export async function startSigstore(options: SigstoreOptions): Promise<Sigstore> {
  mkdirSync(options.workdir, { recursive: true });
  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    for (const service of running.splice(0).toReversed()) await service.stop();
  };
  try {
    return { ...(await startAll(options, running)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(options: SigstoreOptions, running: Running[]): Promise<Omit<Sigstore, 'stop'>> {
  const { workdir, toolsBin, issuers = ISSUERS, otherIssuers = [], registries = {} } = options;
  const keep = <T extends Running>(service: T): T => {
    running.push(service);
    return service;
  };
  const issuerUrls = [issuers.github, issuers.email, ...otherIssuers];
  const hosts = [...Object.values(HOSTS), ...issuerUrls.map(hostOf), ...Object.keys(registries)];
  const pki = await makePki(workdir, hosts);
  const minters = new Map<string, Issuer>();
  for (const url of issuerUrls) minters.set(url, keep(await startIssuer(url)));
  const ctlog = keep(await startCtLog());
  const rekorV1 = keep(await startRekorV1(HOSTS.rekorV1));
  const rekor = keep(await startRekor(options, pki, HOSTS.rekor));
  const timestamp = keep(await startTimestamps(options));

  // Fulcio asks the issuers for their keys, and cosign asks Fulcio, whose port is not known before it runs: two fronts.
  const issuerOrigins = Object.fromEntries([...minters].map(([url, { origin }]) => [hostOf(url), origin]));
  const behind = keep(await startFront(pki.tls, issuerOrigins));
  const type = (url: string): 'email' | 'github' => (url === issuers.email ? 'email' : 'github');
  const types = Object.fromEntries(issuerUrls.map((url) => [url, type(url)]));
  const fulcio = keep(await startFulcio(options, pki, ctlog, types, behind.env));
  const origins = {
    [HOSTS.fulcio]: fulcio.origin,
    [HOSTS.rekor]: rekor.origin,
    [HOSTS.rekorV1]: rekorV1.origin,
    [HOSTS.timestamp]: timestamp.origin,
    [HOSTS.ctlog]: ctlog.origin,
  };
  const front = keep(await startFront(pki.tls, { ...issuerOrigins, ...origins, ...registries }));

  const command = join(toolsBin, 'cosign');
  const own = { HOME: workdir, TUF_ROOT: join(workdir, 'tuf'), COSIGN_PASSWORD: '', COSIGN_YES: 'true' };
  const env = { ...front.env, ...own };
  const trust = {
    fulcioChain: pki.fulcio.chain,
    timestampChain: timestamp.chain,
    rekorKey: pki.rekor.publicKey,
    rekorV1KeyPem: rekorV1.publicKeyPem,
    ctlogKeyPem: ctlog.publicKeyPem,
  };
  return {
    ...(await writeConfiguration(command, workdir, trust, issuers.github, env)),
    urls: {
      fulcio: `https://${HOSTS.fulcio}`,
      rekor: `https://${HOSTS.rekor}`,
      rekorV1: `https://${HOSTS.rekorV1}`,
      timestamp: TIMESTAMP_URL,
      ctlog: `https://${HOSTS.ctlog}`,
      githubIssuer: issuers.github,
      emailIssuer: issuers.email,
    },
    env: front.env,
    token: (claims, issuer = claims['email'] === undefined ? issuers.github : issuers.email) => {
      const minter = minters.get(issuer);
      if (minter === undefined) throw new Error(`no issuer ${issuer}`);
      return minter.token(claims);
    },
    cosign: (args, more = {}) => run(command, args, { cwd: workdir, env: { ...env, ...more } }),
  };
}

function hostOf(url: string): string {
  return new URL(url).host;
}
