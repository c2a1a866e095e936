import type { FakeApiServer, Thing } from '../../cluster/api-server.fixture.ts';

/** Pull secrets as an API server gives them. */

/** A docker config.json with these users and passwords, by registry or path. */
export function dockerConfig(logins: Readonly<Record<string, readonly [user: string, password: string]>>) {
  const auths = Object.entries(logins).map(([key, login]) => [
    key,
    { auth: Buffer.from(login.join(':')).toString('base64') },
  ]);
  return JSON.stringify({ auths: Object.fromEntries(auths) as unknown });
}

/** Serves a Secret of the type that kubectl create secret docker-registry makes. */
export function serveSecret(
  server: Pick<FakeApiServer, 'serve'>,
  namespace: string,
  name: string,
  config: string,
  more: Thing = {},
): void {
  server.serve(`/api/v1/namespaces/${namespace}/secrets/${name}`, {
    status: 200,
    body: {
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: { name, namespace, uid: `uid-${namespace}-${name}`, resourceVersion: '1' },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': Buffer.from(config).toString('base64') },
      ...more,
    },
  });
}

/** A pod's list. */
export function pullSecrets(...names: readonly string[]): Thing {
  return { imagePullSecrets: names.map((name) => ({ name })) };
}
