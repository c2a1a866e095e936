import { createManifestSource } from '../src/workloads/manifests.ts';
import { type Command, UsageError } from './command.ts';
import { JUDGING_FLAGS, judgingFlagsSchema, SOURCE_FLAGS, sourceFlagsSchema } from './flags.ts';
import { judge } from './judge.ts';
import { savedInventory } from './saved-inventory.ts';

export const auditCommand: Command = {
  usage: 'audit (-f FILE|DIR|URL|- ... [-R] | -k DIR) [flags]',
  description:
    'Say for every container of rendered manifests whether its image may run, why, and what to do next.',
  examples: [
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
  flags: { ...SOURCE_FLAGS, ...JUDGING_FLAGS },
  words: true,
  async run(words, typed, io) {
    const { filename, kustomize = null, recursive, namespace = null } = sourceFlagsSchema.parse(typed);
    if (words.length > 0)
      throw new UsageError(
        `reading ${words.join(' ')} from a cluster is not in this version; audit manifests with -f`,
      );
    if (filename.length > 0 && kustomize !== null) throw new UsageError('-k excludes -f; name one of them');
    if (kustomize !== null && recursive) throw new UsageError('-R goes with -f DIR, not with -k');
    const flags = judgingFlagsSchema.parse(typed);
    if (filename.length === 0 && kustomize === null && flags.evidence !== undefined)
      return judge(await savedInventory(flags.evidence, io), flags, io);
    if (filename.length === 0 && kustomize === null)
      throw new UsageError(
        'auditing a cluster is not in this version; name manifests with -f FILE, -f DIR, -f URL, -f - or -k DIR',
      );
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
