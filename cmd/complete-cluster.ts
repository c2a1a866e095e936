import type { ClusterApi } from '../src/cluster/api.ts';
import { connect } from '../src/cluster/connect.ts';
import { readKubeconfig } from '../src/cluster/kubeconfig.ts';
import { COMPLETION_MS } from '../src/limits.ts';
import { builtInTypes, customTypes, namespaceNames, objectNames } from '../src/workloads/cluster/names.ts';
import { connectOptions } from './cluster.ts';
import { type ClusterFlags, clusterFlagsSchema } from './cluster-flags.ts';
import { type Io, UsageError, type Values } from './command.ts';
import type { Typed } from './complete.ts';

/** What stands in a kubeconfig, or is asked of a cluster. */
type Named = Exclude<Values, readonly string[] | 'files' | 'directories'>;

/**
 * A name that a shell takes as it stands. Others are left out: who names an object must not choose what a terminal shows, add a choice
 * of his own, or have a shell run something.
 */
const PLAIN = /^[\p{L}\p{N}_][\p{L}\p{N}_.:@/+=,~-]*$/u;

/** The names that fit, as far as they are known in time; none where the cluster does not answer. */
export async function namesIn(named: Named, current: string, { words, typed, io }: Typed): Promise<string[]> {
  const flags = clusterFlagsSchema.parse(typed);
  try {
    const found = await find(named, current, words, flags, { ...io, stderr: () => {} });
    return found.filter((name) => PLAIN.test(name));
  } catch (cause) {
    if (cause instanceof UsageError) return [];
    throw cause;
  }
}

async function find(
  named: Named,
  current: string,
  words: readonly string[],
  flags: ClusterFlags,
  io: Io,
): Promise<readonly string[]> {
  if (named === 'namespaces') return asked(flags, io, namespaceNames);
  if (named === 'resources') return resources(current, words, flags, io);
  const config = await readKubeconfig(connectOptions(flags, io));
  return config.ok ? [...config.value[named].keys()] : [];
}

async function asked(
  flags: ClusterFlags,
  io: Io,
  ask: (api: ClusterApi) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(COMPLETION_MS);
  const options = { ...connectOptions(flags, io), signal, pluginMs: COMPLETION_MS, interactive: false };
  const connected = await connect(options);
  if (!connected.ok) return [];
  try {
    return await ask(connected.value);
  } finally {
    await connected.value.close();
  }
}

/** `TYPE`, `TYPE,TYPE`, `TYPE NAME...` and `TYPE/NAME...`. */
async function resources(
  current: string,
  words: readonly string[],
  flags: ClusterFlags,
  io: Io,
): Promise<readonly string[]> {
  // In all namespaces a name says nothing.
  const namesOf = async (types: readonly string[]) =>
    flags['all-namespaces']
      ? []
      : asked(flags, io, (api) => objectNames(api, types, flags.namespace ?? api.namespace));
  const [first] = words;
  const slash = current.indexOf('/');
  if (slash >= 0) {
    const type = current.slice(0, slash);
    return (await namesOf([type])).map((name) => `${type}/${name}`);
  }
  if (first === undefined || first.includes('/')) {
    const before = current.slice(0, current.lastIndexOf(',') + 1);
    const end = first === undefined ? '' : '/';
    const types = [...builtInTypes(), ...(await asked(flags, io, customTypes))];
    return types.map((type) => `${before}${type}${end}`);
  }
  return (await namesOf(first.split(','))).filter((name) => !words.includes(name));
}
