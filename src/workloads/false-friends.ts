/**
 * Kinds that have containers or images as their subject and run none of them: what a policy forbids, what a chart or an
 * application is configured with. `*` stands for every kind; a group that begins with a dot, for all below it.
 */
const FALSE_FRIENDS: readonly (readonly [group: string, kind: string])[] = [
  ['argoproj.io', 'Application'],
  ['argoproj.io', 'ApplicationSet'],
  ['argoproj.io', 'AppProject'],
  ['kustomize.config.k8s.io', '*'],
  ['.toolkit.fluxcd.io', '*'],
  ['kyverno.io', '*'],
  ['.kyverno.io', '*'],
  ['wgpolicyk8s.io', '*'],
  ['.gatekeeper.sh', '*'],
  ['policy.sigstore.dev', '*'],
  ['policies.kubewarden.io', '*'],
];

/** The groups of Kubernetes itself whose names have a dot; custom resources must have one in theirs. */
const BUILT_IN_GROUPS: ReadonlySet<string> = new Set([
  'admission.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'imagepolicy.k8s.io',
  'internal.apiserver.k8s.io',
  'metrics.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
]);

/** Whether images are to be looked for in objects of a kind that is not known here. */
export function mayRunImages(group: string, kind: string): boolean {
  if (!group.includes('.') || BUILT_IN_GROUPS.has(group)) return false;
  return !FALSE_FRIENDS.some(
    ([friend, itsKind]) =>
      (friend.startsWith('.') ? group.endsWith(friend) : group === friend) &&
      (itsKind === '*' || itsKind === kind),
  );
}
