import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from '../sigstore/run.ts';
import { type Cluster, startCluster } from './cluster.ts';

/** What a prepared cluster holds. */
export interface Recipe {
  readonly name: string;
  /** All that decides what `fill` makes, as JSON: other contents are another state. */
  readonly contents: unknown;
  readonly fill: (cluster: Cluster) => Promise<void>;
}

/** What else decides what is in a cluster: who played its kubelets, and in which version it was written. */
const DECIDING = ['cluster/kubelet.yaml', 'tools/kubernetes/go.mod', 'tools/etcd/go.mod'];

/**
 * The path of a cluster's state, for `startCluster`. It is made once for each recipe, and kept outside the tree, in
 * ${XDG_CACHE_HOME:-~/.cache}/kubectl-supplychain/clusters.
 */
export async function preparedState(toolsBin: string, { name, contents, fill }: Recipe): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(contents));
  for (const file of DECIDING) hash.update(readFileSync(join(import.meta.dirname, '..', file)));
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const directory = join(cache, 'kubectl-supplychain', 'clusters');
  const archive = join(directory, `${name}-${hash.digest('hex').slice(0, 16)}.tar.gz`);
  if (existsSync(archive)) return archive;
  mkdirSync(directory, { recursive: true });
  const workdir = mkdtempSync(join(tmpdir(), 'supplychain-cluster-'));
  try {
    const cluster = await startCluster({ workdir, toolsBin });
    try {
      await fill(cluster);
    } finally {
      await cluster.stop();
    }
    await mustRun('tar', ['-czf', `${archive}.new`, '-C', workdir, 'etcd', 'pki']);
    await mustRun('mv', [`${archive}.new`, archive]);
  } finally {
    rmSync(workdir, { recursive: true, force: true });
  }
  return archive;
}
