import type { Thing } from '../../cluster/api-server.fixture.ts';

/** Objects as an API server gives them, for the tests of what reads them. */

export const D1 = `sha256:${'1'.repeat(64)}`;
export const D2 = `sha256:${'2'.repeat(64)}`;
export const NAMESPACE = 'shop';
export const IMAGE = 'registry.example.com/shop/cart:v1';

interface Named {
  readonly namespace?: string | null;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner?: Thing;
}

export function metadata(
  name: string,
  kind: string,
  { namespace = NAMESPACE, labels, annotations, owner }: Named = {},
): Thing {
  return {
    name,
    ...(namespace === null ? {} : { namespace }),
    uid: uidOf(kind, name),
    ...(labels ? { labels } : {}),
    ...(annotations ? { annotations } : {}),
    ...(owner ? { ownerReferences: [owner] } : {}),
    managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:spec': {} } }],
  };
}

export function uidOf(kind: string, name: string): string {
  return `uid-${kind}-${name}`.toLowerCase();
}

export function ownedBy(apiVersion: string, kind: string, name: string, more: Thing = {}): Thing {
  return { apiVersion, kind, name, uid: uidOf(kind, name), controller: true, ...more };
}

export function podSpec(image = IMAGE, name = 'app'): Thing {
  return { containers: [{ name, image }] };
}

interface PodMore extends Named {
  readonly imageID?: string;
  readonly image?: string;
  readonly node?: string;
  readonly phase?: string;
  readonly startedAt?: string;
  readonly spec?: Thing;
  readonly status?: Thing;
}

export function pod(name: string, more: PodMore = {}): Thing {
  const {
    imageID = `registry.example.com/shop/cart@${D1}`,
    image = IMAGE,
    node = 'node-1',
    phase = 'Running',
  } = more;
  const startedAt = more.startedAt ?? '2026-01-01T00:00:00Z';
  return {
    metadata: metadata(name, 'Pod', more),
    spec: { nodeName: node, ...(more.spec ?? podSpec(image)) },
    status: {
      phase,
      containerStatuses: [
        { name: 'app', image, imageID, state: imageID === '' ? { waiting: {} } : { running: { startedAt } } },
      ],
      ...more.status,
    },
  };
}

export function templated(
  kind: string,
  name: string,
  more: Named & { readonly image?: string; readonly spec?: Thing; readonly status?: Thing } = {},
): Thing {
  const labels = { app: name };
  return {
    metadata: metadata(name, kind, more),
    spec: { replicas: 1, template: { metadata: { labels }, spec: podSpec(more.image) }, ...more.spec },
    status: more.status ?? {},
  };
}

export function cronJob(name: string, more: Named & { readonly suspend?: boolean } = {}): Thing {
  const { suspend = false } = more;
  return {
    metadata: metadata(name, 'CronJob', more),
    spec: { schedule: '@daily', suspend, jobTemplate: { spec: { template: { spec: podSpec() } } } },
  };
}

export function node(name: string, architecture: string): Thing {
  return {
    metadata: { name, uid: uidOf('Node', name) },
    status: { nodeInfo: { operatingSystem: 'linux', architecture } },
  };
}
