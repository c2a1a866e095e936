import type { Resource } from '../../cluster/discovery.ts';
import { carriedKinds } from '../carriers.ts';

function builtIn(group: string, kind: string, shortNames: readonly string[] = [], version = 'v1'): Resource {
  const singular = kind.toLowerCase();
  return {
    group,
    version,
    kind,
    plural: `${singular}s`,
    singular,
    shortNames,
    categories: ['all'],
    namespaced: kind !== 'Node' && kind !== 'Namespace',
  };
}

export const PODS = builtIn('', 'Pod', ['po']);
export const NODES = builtIn('', 'Node', ['no']);
export const NAMESPACES = builtIn('', 'Namespace', ['ns']);
export const SERVICE_ACCOUNTS = builtIn('', 'ServiceAccount', ['sa']);

/** The kinds that Kubernetes itself runs pods for. Every server has them, so that nothing has to be discovered for them. */
export const BUILT_IN: readonly Resource[] = [
  PODS,
  builtIn('', 'ReplicationController', ['rc']),
  builtIn('apps', 'Deployment', ['deploy']),
  builtIn('apps', 'ReplicaSet', ['rs']),
  builtIn('apps', 'StatefulSet', ['sts']),
  builtIn('apps', 'DaemonSet', ['ds']),
  builtIn('batch', 'Job'),
  builtIn('batch', 'CronJob', ['cj']),
];

/** Custom kinds that run containers, as far as the cluster serves them. */
export function customWorkloads(discovered: readonly Resource[]): Resource[] {
  return discovered.filter(({ group, kind }) =>
    carriedKinds().some(([itsGroup, kinds]) => itsGroup === group && kinds.includes(kind)),
  );
}

/** Whether a group has custom kinds that run containers. */
export function mayCarry(group: string): boolean {
  return carriedKinds().some(([itsGroup]) => itsGroup === group);
}

/** Whether TYPE names this kind, as kubectl takes it: plural, singular, short or kind, with `.group` or `.version.group` behind it. */
export function isCalled(resource: Resource, type: string): boolean {
  const [word = '', ...rest] = type.toLowerCase().split('.');
  const { plural, singular, shortNames, kind, group, version } = resource;
  if (![plural, singular, kind.toLowerCase(), ...shortNames].includes(word)) return false;
  const suffix = rest.join('.');
  return suffix === '' || suffix === group || suffix === `${version}.${group}`;
}
