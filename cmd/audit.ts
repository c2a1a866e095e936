import { createManifestSource } from '../src/workloads/manifests.ts';
import { z } from 'zod';
import { CLUSTER_FLAGS, clusterFlagsIn } from './cluster-flags.ts';
import { type Command, UsageError } from './command.ts';
import { JUDGING_FLAGS, judgingFlagsSchema, SOURCE_FLAGS, sourceFlagsSchema } from './flags.ts';
import { judge } from './judge.ts';
import { inventoryIn, openSaved } from './saved-inventory.ts';

const typedSchema = z.record(z.string(), z.unknown());

export const auditCommand: Command = {
  usage:
    'audit [TYPE | TYPE NAME... | TYPE/NAME... | TYPE,TYPE] [-n NS | -A] | (-f FILE|DIR|URL|- ... [-R] | -k DIR) [flags]',
  description:
    'Say for every container that runs in a cluster, or stands in rendered manifests, whether its image may run, why, and what to do next.',
  examples: [
    {
      what: 'Audit what runs in a namespace, by a policy',
      command: 'kubectl supplychain audit -n shop --policy policy.yaml',
    },
    {
      what: 'Audit the deployments of all namespaces that have a label',
      command: 'kubectl supplychain audit deployments -A -l tier=prod --policy policy.yaml',
    },
    {
      what: 'Audit a directory of manifests by a policy',
      command: 'kubectl supplychain audit -f manifests/ --policy policy.yaml',
    },
    {
      what: 'Audit what a chart renders, and keep the report',
      command: 'helm template shop | kubectl supplychain audit -f - -o table -o json=report.json',
    },
    {
      what: 'Audit without a network, from saved evidence',
      command: 'kubectl supplychain audit -f manifests/ --evidence evidence/ --policy policy.yaml',
    },
    {
      what: 'See who has signed what, before there is a policy',
      command: 'kubectl supplychain audit -f manifests/ --policy none',
    },
  ],
  flags: {
    ...SOURCE_FLAGS,
    namespace: {
      ...SOURCE_FLAGS.namespace,
      values: 'namespaces',
      describe:
        "namespace of the cluster (default: the context's), or of manifests that name none (default: default)",
    },
    ...CLUSTER_FLAGS,
    ...JUDGING_FLAGS,
  },
  words: 'resources',
  async run(words, typed, io) {
    const { filename, kustomize = null, recursive, namespace = null } = sourceFlagsSchema.parse(typed);
    if (filename.length > 0 && kustomize !== null) throw new UsageError('-k excludes -f; name one of them');
    if (kustomize !== null && recursive) throw new UsageError('-R goes with -f DIR, not with -k');
    const flags = judgingFlagsSchema.parse(typed);
    const manifests = filename.length > 0 || kustomize !== null;
    const [ofCluster] = [...words, ...clusterFlagsIn(typedSchema.parse(typed)).map((name) => `--${name}`)];
    if (manifests && ofCluster !== undefined)
      throw new UsageError(`${ofCluster} is of a cluster, and manifests are read with -f and -k`);
    if (!manifests && flags.evidence !== undefined) {
      if (ofCluster !== undefined)
        throw new UsageError(
          `${ofCluster} is of a cluster, and --evidence touches no network: it audits the workloads that were saved`,
        );
      const saved = await openSaved(flags.evidence, io);
      const source = await inventoryIn(saved, flags.evidence, namespace);
      await saved.close();
      return judge(source, flags, io);
    }
    if (!manifests) {
      // The cluster's client is not small, and manifests need none of it.
      const { openCluster } = await import('./cluster.ts');
      const { source, readPullSecret, collectors, close } = await openCluster(words, typed, io);
      try {
        return await judge(source, flags, io, null, readPullSecret, collectors);
      } finally {
        await close();
      }
    }
    const source = createManifestSource({
      paths: filename,
      kustomize,
      recursive,
      namespace,
      stdin: io.stdin,
    });
    return judge(source, flags, io);
  },
};
