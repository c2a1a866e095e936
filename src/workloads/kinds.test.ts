import { expect, it } from 'vitest';
import { listedKind, podKind } from './kinds.ts';

it.each<[string, string, string | null]>([
  ['v1', 'Pod', ''],
  ['v1', 'PodTemplate', 'template'],
  ['v1', 'ReplicationController', 'spec.template'],
  ['apps/v1', 'Deployment', 'spec.template'],
  ['apps/v1beta1', 'Deployment', 'spec.template'],
  ['extensions/v1beta1', 'Deployment', 'spec.template'],
  ['apps/v1', 'StatefulSet', 'spec.template'],
  ['apps/v1', 'ReplicaSet', 'spec.template'],
  ['extensions/v1beta1', 'DaemonSet', 'spec.template'],
  ['batch/v1', 'Job', 'spec.template'],
  ['batch/v1beta1', 'CronJob', 'spec.jobTemplate.spec.template'],
  ['apps.kruise.io/v1beta1', 'StatefulSet', null],
  ['v1', 'Deployment', null],
  ['v1', 'Service', null],
  ['serving.knative.dev/v1', 'Service', null],
])('knows the pod template of %s %s', (apiVersion, kind, template) => {
  expect(podKind(apiVersion, kind)?.template.join('.') ?? null).toBe(template);
});

it.each<[string, string, string | null]>([
  ['v1', 'List', ''],
  ['v1', 'PodList', 'Pod'],
  ['apps/v1', 'DeploymentList', 'Deployment'],
  ['v1', 'ServiceList', null],
  ['example.com/v1', 'AllowList', null],
  ['example.com/v1', 'List', null],
])('knows what a %s %s lists', (apiVersion, kind, listed) => {
  expect(listedKind(apiVersion, kind)).toBe(listed);
});
