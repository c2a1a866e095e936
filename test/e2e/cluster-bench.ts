import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Home, type Image, reference } from '../../testdata/make/build.ts';
import { connect } from '../../testdata/make/client.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { startOlareg } from '../sigstore/registry.ts';
import { type Finished, mustRun } from '../sigstore/run.ts';
import type { Running } from '../sigstore/servers.ts';
import { buildTools, temporaryDirectory } from './bench.ts';
import { buildProgram, DIST } from './program.ts';

/** A cluster and a registry on loopback, the built program as kubectl's plugin, and a key that the policy trusts. */
export interface ClusterBench extends Running {
  readonly workdir: string;
  readonly toolsBin: string;
  readonly cluster: Cluster;
  home(repository: string): Home;
  /** Signs with the key that the policy names, as cosign does without a log. */
  sign(image: Image, digest?: string): Promise<void>;
  /** Attests an SBOM in CycloneDX with the key that the policy names; `digest` is of the image that it is said to be about. */
  attest(image: Image, document: object, digest?: string): Promise<void>;
  /** The path of a policy: everything in the registry is to be signed with the key. `tags` is a rule's, for all images. */
  policy(tags?: object): string;
  /** Runs `kubectl supplychain` as the administrator, or as whom the kubeconfig says. */
  supplychain(args: readonly string[], options?: { kubeconfig?: string; env?: Env }): Promise<Finished>;
}

type Env = Readonly<Record<string, string>>;

export async function startClusterBench(): Promise<ClusterBench> {
  const { path: workdir, remove } = temporaryDirectory();
  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    for (const one of running.splice(0).toReversed()) await one.stop();
    remove();
  };
  try {
    buildProgram();
    const toolsBin = buildTools('etcd', 'kubernetes', 'kwok', 'olareg', 'cosign');
    const olareg = await startOlareg({ workdir, toolsBin });
    running.push(olareg);
    const cluster = await startCluster({ workdir: join(workdir, 'cluster'), toolsBin, plugins: DIST });
    running.push(cluster);
    const cosign = (...args: string[]): Promise<unknown> =>
      mustRun(join(toolsBin, 'cosign'), args, {
        cwd: workdir,
        env: { HOME: workdir, COSIGN_PASSWORD: '', COSIGN_YES: 'true' },
      });
    await cosign('generate-key-pair');
    const client = connect(olareg.url);
    const home = join(workdir, 'home');
    mkdirSync(home);
    return {
      workdir,
      toolsBin,
      cluster,
      stop,
      home: (repository) => ({ client, host: olareg.host, repository }),
      sign: async (image, digest = image.digest) => {
        const how = ['--new-bundle-format=false', '--use-signing-config=false', '--tlog-upload=false'];
        await cosign('sign', '--key=cosign.key', ...how, reference(image, digest));
      },
      attest: async (image, document, digest = image.digest) => {
        const predicate = join(workdir, `${image.digest.slice(7)}.cdx.json`);
        writeFileSync(predicate, JSON.stringify(document));
        const how = ['--new-bundle-format=false', '--use-signing-config=false', '--tlog-upload=false'];
        const what = ['--type=cyclonedx', `--predicate=${predicate}`];
        await cosign('attest', '--key=cosign.key', ...how, ...what, reference(image, digest));
      },
      policy(tags) {
        const path = join(workdir, tags === undefined ? 'policy.yaml' : 'tags-policy.yaml');
        const key = { path: './cosign.pub', transparencyLog: false };
        const rule = {
          name: 'signed',
          match: { images: [`${olareg.host}/**`] },
          signature: { anyOf: ['us'] },
        };
        const tagRule = { name: 'tags', match: { images: ['**'] }, tags };
        const rules = tags === undefined ? [rule] : [rule, tagRule];
        const spec = { authorities: [{ name: 'us', key }], rules, default: 'deny' };
        const metadata = { name: 'loopback' };
        writeFileSync(
          path,
          JSON.stringify({ apiVersion: 'kubectl-supplychain/v1alpha1', kind: 'Policy', metadata, spec }),
        );
        return path;
      },
      supplychain: (args, { kubeconfig, env = {} } = {}) =>
        cluster.kubectl(['supplychain', ...args], {
          env: { HOME: home, ...env },
          cwd: home,
          ...(kubeconfig === undefined ? {} : { kubeconfig }),
        }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
