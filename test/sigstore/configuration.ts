import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './run.ts';

/** The public-looking hosts of the services. */
export const HOSTS = {
  fulcio: 'fulcio.example.com',
  rekor: 'rekor.example.com',
  rekorV1: 'rekor-v1.example.com',
  timestamp: 'timestamp.example.com',
  ctlog: 'ctlog.example.com',
} as const;

/** Which kinds of evidence cosign gathers when it signs. */
export type Witnesses = 'rekorV2' | 'rekorV1' | 'timestampOnly';

/** The files that cosign is led by. */
export interface Configuration {
  readonly trustedRootPath: string;
  /** What cosign v3 does by default: a Rekor v2 entry and a timestamp. */
  readonly signingConfigPath: string;
  /** All signing configurations; Rekor v1 is without a timestamp, as before Rekor v2. */
  readonly signingConfigs: Readonly<Record<Witnesses, string>>;
}

/** Certificate chains as files, public keys as PEM. */
export interface TrustMaterial {
  readonly fulcioChain: string;
  readonly timestampChain: string;
  readonly rekorKey: string;
  readonly rekorV1KeyPem: string;
  readonly ctlogKeyPem: string;
}

type Cosign = (args: readonly string[]) => Promise<unknown>;

/** Has cosign write the trusted root, for verifying, and the signing configurations. */
export async function writeConfiguration(
  command: string,
  workdir: string,
  trust: TrustMaterial,
  issuer: string,
  env: Readonly<Record<string, string>>,
): Promise<Configuration> {
  const cosign: Cosign = (args) => mustRun(command, args, { env });
  const since = `start-time=${new Date(Date.now() - 60_000).toISOString().replace(/\.\d+/, '')}`;
  const operator = `operator=example.com,${since}`;
  const trustedRootPath = join(workdir, 'trusted-root.json');
  await writeTrustedRoot(cosign, workdir, trustedRootPath, trust, since);

  const base = [
    `--fulcio=url=https://${HOSTS.fulcio},api-version=1,${operator}`,
    `--oidc-provider=url=${issuer},api-version=1,${operator}`,
  ];
  const rekor = (host: string, version: number): string[] => [
    `--rekor=url=https://${host},api-version=${version},${operator}`,
    '--rekor-config=ANY',
  ];
  const timestamp = [`--tsa=url=${TIMESTAMP_URL},api-version=1,${operator}`, '--tsa-config=ANY'];
  const services: Record<Witnesses, readonly string[]> = {
    rekorV2: [...rekor(HOSTS.rekor, 2), ...timestamp],
    rekorV1: rekor(HOSTS.rekorV1, 1),
    timestampOnly: timestamp,
  };
  const write = async (name: Witnesses): Promise<string> => {
    const path = join(workdir, `signing-config-${name}.json`);
    await cosign(['signing-config', 'create', '--out', path, ...base, ...services[name]]);
    return path;
  };
  const signingConfigs = {
    rekorV2: await write('rekorV2'),
    rekorV1: await write('rekorV1'),
    timestampOnly: await write('timestampOnly'),
  };
  return { trustedRootPath, signingConfigPath: signingConfigs.rekorV2, signingConfigs };
}

/** The timestamp authority's endpoint. */
export const TIMESTAMP_URL = `https://${HOSTS.timestamp}/api/v1/timestamp`;

async function writeTrustedRoot(
  cosign: Cosign,
  workdir: string,
  path: string,
  trust: TrustMaterial,
  since: string,
): Promise<void> {
  const pem = (name: string, text: string): string => {
    const file = join(workdir, name);
    writeFileSync(file, text);
    return file;
  };
  const ctlogKey = pem('ctlog.pub', trust.ctlogKeyPem);
  const rekorV1Key = pem('rekor-v1.pub', trust.rekorV1KeyPem);
  await cosign([
    'trusted-root',
    'create',
    `--out=${path}`,
    `--fulcio=url=https://${HOSTS.fulcio},certificate-chain=${trust.fulcioChain}`,
    `--ctfe=url=https://${HOSTS.ctlog},public-key=${ctlogKey},${since}`,
    `--rekor=url=https://${HOSTS.rekorV1},public-key=${rekorV1Key},${since}`,
    `--rekor=url=https://${HOSTS.rekor},public-key=${trust.rekorKey},origin=${HOSTS.rekor},${since}`,
    `--tsa=url=${TIMESTAMP_URL},certificate-chain=${trust.timestampChain}`,
  ]);
}
