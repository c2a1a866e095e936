import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Home, Image } from '../../testdata/make/build.ts';
import { connect } from '../../testdata/make/client.ts';
import { ELSEWHERE, signing } from '../../testdata/make/sign.ts';
import type { Bench } from '../../testdata/make/steps.ts';
import { startDockerRegistry, startOlareg } from '../sigstore/registry.ts';
import { mustRun } from '../sigstore/run.ts';
import type { Running } from '../sigstore/servers.ts';
import { type Sigstore, startSigstore } from '../sigstore/start.ts';
import { withFallbackTags } from './fallback.ts';
import { REPOSITORY_ROOT } from './program.ts';

/** A registry with the referrers API, and one that knows referrers only by the tag that clients keep. */
export type RegistryKind = 'referrers API' | 'fallback tag';

/** An issuer whose name begins with that of the workflow issuer. */
export const LOOKALIKE_ISSUER = 'https://token.actions.example.com.evil.example';

/** What the images of one registry are made with. */
export interface RegistryBench extends Bench {
  readonly sigstore: Sigstore;
  readonly workdir: string;
}

/** Like `Step` in testdata/make, with Sigstore at hand for what its signing has no words for. */
export type BenchStep = (bench: RegistryBench, image: Image, name: string) => Promise<void>;

/** A whole Sigstore and two registries on loopback. */
export interface Loopback extends Running {
  readonly workdir: string;
  readonly sigstore: Sigstore;
  home(kind: RegistryKind, repository: string): Home;
  bench(kind: RegistryKind): RegistryBench;
}

/** Key pairs as `NAME.key` and `NAME.pub` in the working directory; the algorithm is openssl's word, null is cosign's default. */
const KEYS: Readonly<Record<string, readonly string[] | null>> = {
  release: null,
  intruder: null,
  p384: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  p521: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-521'],
  rsa: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  ed25519: ['-algorithm', 'ed25519'],
};

/** The folder of the pinned Go tools; these, or all of them, are built if they are not there. */
export function buildTools(...tools: readonly string[]): string {
  const script = join(REPOSITORY_ROOT, 'test', 'tools', 'build.sh');
  return execFileSync('bash', [script, ...tools], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}

/** A directory that is gone when the process is, at the latest. */
export function temporaryDirectory(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'supplychain-e2e-'));
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  process.once('exit', remove);
  return { path, remove };
}

/** Boots everything. What has been started is stopped again if the rest does not start. */
export async function startLoopback(): Promise<Loopback> {
  const { path: workdir, remove } = temporaryDirectory();
  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    for (const service of running.splice(0).toReversed()) await service.stop();
    remove();
  };
  try {
    const toolsBin = buildTools();
    const olareg = await startOlareg({ workdir, toolsBin });
    running.push(olareg);
    const docker = await startDockerRegistry({ workdir });
    running.push(docker);
    const sigstore = await startSigstore({ workdir, toolsBin, otherIssuers: [ELSEWHERE, LOOKALIKE_ISSUER] });
    running.push(sigstore);
    for (const [name, algorithm] of Object.entries(KEYS)) await makeKey(sigstore, workdir, name, algorithm);

    const registries = {
      'referrers API': { client: connect(olareg.url), host: olareg.host },
      'fallback tag': { client: withFallbackTags(connect(docker.url)), host: docker.host },
    };
    const home: Loopback['home'] = (kind, repository) => ({ ...registries[kind], repository });
    return {
      workdir,
      sigstore,
      stop,
      home,
      bench: (kind) => ({
        sigstore,
        workdir,
        signing: signing(sigstore, workdir),
        scratch: (name) => home(kind, `scratch/${name}`),
      }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeKey(
  sigstore: Sigstore,
  workdir: string,
  name: string,
  algorithm: readonly string[] | null,
): Promise<void> {
  const prefix = `--output-key-prefix=${name}`;
  const cosign = async (args: readonly string[]): Promise<void> => {
    const { code, stderr } = await sigstore.cosign(args);
    if (code !== 0) throw new Error(`cosign ${args.join(' ')}: ${stderr}`);
  };
  if (algorithm === null) return cosign(['generate-key-pair', prefix]);
  const pem = join(workdir, `${name}.pem`);
  await mustRun('openssl', ['genpkey', ...algorithm, '-out', pem]);
  return cosign(['import-key-pair', `--key=${pem}`, prefix]);
}
