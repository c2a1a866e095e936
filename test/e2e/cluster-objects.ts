import type { Image } from '../../testdata/make/build.ts';

/** Objects for a cluster whose kubelets say what an annotation tells them to: see test/cluster/kubelet.yaml. */

export interface Template {
  readonly image: string;
  /** What the status is to say of the container `app`. */
  readonly imageID?: string;
  readonly statusImage?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** More of the pod's spec. */
  readonly spec?: object;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An image by its tag, and what nodes say when they have pulled it. */
export function tagged({ host, repository, digest }: Image): Template & { readonly imageID: string } {
  const name = `${host}/${repository}`;
  return { image: `${name}:v1`, imageID: `${name}@${digest}` };
}

/** The definition of a custom kind that takes anything. */
export function definition(group: string, kind: string, shortNames: readonly string[] = []): object {
  const singular = kind.toLowerCase();
  const names = { kind, singular, plural: `${singular}s`, shortNames, categories: ['shops'] };
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names,
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}

/** One object of such a kind, in the namespace `shop`. */
export function custom(group: string, kind: string, name: string, spec: object): object {
  return {
    apiVersion: `${group}/v1`,
    kind,
    metadata: { namespace: 'shop', name, labels: { app: name } },
    spec,
  };
}

interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

export function namespace(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** Both template and pod: metadata and spec. */
function podParts(app: string, template: Template) {
  const { image, imageID, statusImage, labels = {}, spec = {}, annotations = {} } = template;
  return {
    metadata: {
      labels: { app, ...labels },
      annotations: {
        ...(imageID === undefined ? {} : { 'imageid.test/app': imageID }),
        ...(statusImage === undefined ? {} : { 'image.test/app': statusImage }),
        ...annotations,
      },
    },
    spec: { containers: [{ name: 'app', image }], ...spec },
  };
}

export function pod(
  namespace: string,
  name: string,
  template: Template,
  owners: readonly Owner[] = [],
): object {
  const { metadata, spec } = podParts(name, template);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, namespace, name, ...(owners.length > 0 && { ownerReferences: owners }) },
    spec,
  };
}

type Kind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'ReplicaSet';

/** One of `apps/v1`. */
export function workload(
  kind: Kind,
  namespace: string,
  name: string,
  template: Template,
  replicas = 1,
): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { namespace, name, labels: { ...labels, ...template.labels } },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas }),
      ...(kind === 'StatefulSet' ? { serviceName: name, podManagementPolicy: 'Parallel' } : {}),
      selector: { matchLabels: labels },
      template: podParts(name, template),
    },
  };
}

export function job(namespace: string, name: string, template: Template): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { namespace, name, labels: { app: name } },
    spec: { template: neverRestarted(name, template) },
  };
}

export function cronJob(namespace: string, name: string, template: Template, suspend = false): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { namespace, name, labels: { app: name } },
    spec: {
      schedule: '0 0 1 1 *',
      suspend,
      jobTemplate: { spec: { template: neverRestarted(name, template) } },
    },
  };
}

function neverRestarted(name: string, template: Template): object {
  return podParts(name, { ...template, spec: { restartPolicy: 'Never', ...template.spec } });
}
