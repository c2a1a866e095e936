import { createManifestSource } from '../src/workloads/manifests.ts';
import { type Command, UsageError } from './command.ts';
import { JUDGING_FLAGS, judgingFlagsSchema, SOURCE_FLAGS, sourceFlagsSchema } from './flags.ts';
import { judge } from './judge.ts';

export const auditCommand: Command = {
  usage: 'audit -f FILE|DIR|- ... [-R] [flags]',
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
    const { filename, recursive, namespace = null } = sourceFlagsSchema.parse(typed);
    if (words.length > 0)
      throw new UsageError(
        `reading ${words.join(' ')} from a cluster is not in this version; audit manifests with -f`,
      );
    if (filename.length === 0)
      throw new UsageError(
        'auditing a cluster is not in this version; name manifests with -f FILE, -f DIR or -f -',
      );
    const url = filename.find((path) => /^https?:\/\//.test(path));
    if (url !== undefined)
      throw new UsageError(
        `-f ${url}: reading a URL is not in this version; pipe it: curl URL | … audit -f -`,
      );
    const source = createManifestSource({ paths: filename, recursive, namespace, stdin: io.stdin });
    return judge(source, judgingFlagsSchema.parse(typed), io);
  },
};
