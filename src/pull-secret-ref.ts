/** What a pod is pulled with: a Secret of its namespace, by name; or its service account, where which Secrets that names could not be read. */
export interface PullSecretRef {
  readonly cluster: string | null;
  readonly namespace: string;
  readonly kind: 'Secret' | 'ServiceAccount';
  readonly name: string;
}

/** Tells a list of pull secrets from others; '' for none. The order counts: it is that in which they are tried. */
export function pullSecretsKey(refs: readonly PullSecretRef[] | undefined): string {
  if (refs === undefined || refs.length === 0) return '';
  return JSON.stringify(refs.map(({ cluster, namespace, kind, name }) => [cluster, namespace, kind, name]));
}

/** As people and messages name it: `the pull secret shop/registry`. */
export function describePullSecret({ kind, namespace, name }: PullSecretRef): string {
  return `the ${kind === 'Secret' ? 'pull secret' : 'service account'} ${namespace}/${name}`;
}
