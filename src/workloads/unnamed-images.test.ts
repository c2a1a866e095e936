import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createManifestSource } from './manifests.ts';
import type { Discovery } from './source.ts';

function discover(...objects: string[]): Promise<Discovery> {
  const stdin = (): Readable => Readable.from([Buffer.from(objects.join('\n---\n'))]);
  return createManifestSource({ paths: ['-'], recursive: false, stdin, namespace: null }).discover();
}

function object(type: string, spec: string, metadata = 'name: x'): string {
  const [apiVersion, kind] = type.split(' ');
  return `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {${metadata}}, spec: ${spec}}`;
}

function messages({ gaps }: Discovery): string[] {
  return gaps.map(({ message }) => message);
}

describe('a bare image field', () => {
  it.each<[string, string, [name: string, field: string, image: string][]]>([
    ['monitoring.coreos.com/v1 Prometheus', '{image: a/b:v1}', [['image', 'spec.image', 'a/b:v1']]],
    [
      'monitoring.coreos.com/v1 Prometheus',
      '{image: a, thanos: {image: b}, containers: [{name: c, image: d}, {name: prometheus}]}',
      [
        ['c', 'spec.containers[0].image', 'd'],
        ['image', 'spec.image', 'a'],
        ['thanos', 'spec.thanos.image', 'b'],
      ],
    ],
    ['monitoring.coreos.com/v1 ThanosRuler', '{image: a}', [['image', 'spec.image', 'a']]],
    [
      'kafka.strimzi.io/v1beta2 Kafka',
      '{kafka: {image: a}, entityOperator: {topicOperator: {image: b}}}',
      [
        ['topicOperator', 'spec.entityOperator.topicOperator.image', 'b'],
        ['kafka', 'spec.kafka.image', 'a'],
      ],
    ],
    [
      'ceph.rook.io/v1 CephCluster',
      '{cephVersion: {image: quay.io/ceph/ceph:v19}}',
      [['cephVersion', 'spec.cephVersion.image', 'quay.io/ceph/ceph:v19']],
    ],
    ['ceph.rook.io/v1 CephCluster', '{external: {enable: true}}', []],
    [
      'sparkoperator.k8s.io/v1beta2 SparkApplication',
      '{image: a, driver: {}, executor: {}}',
      [['image', 'spec.image', 'a']],
    ],
    [
      'sparkoperator.k8s.io/v1beta2 SparkApplication',
      '{driver: {image: a}, executor: {image: b}}',
      [
        ['driver', 'spec.driver.image', 'a'],
        ['executor', 'spec.executor.image', 'b'],
      ],
    ],
    [
      'sparkoperator.k8s.io/v1beta2 ScheduledSparkApplication',
      '{template: {image: a, driver: {}}}',
      [['image', 'spec.template.image', 'a']],
    ],
    ['postgresql.cnpg.io/v1 Cluster', '{imageName: a}', [['imageName', 'spec.imageName', 'a']]],
    [
      'postgresql.cnpg.io/v1 ImageCatalog',
      '{images: [{major: 16, image: a}, {major: 17, image: b}]}',
      [
        ['image (spec.images[0])', 'spec.images[0].image', 'a'],
        ['image (spec.images[1])', 'spec.images[1].image', 'b'],
      ],
    ],
    [
      'kubevirt.io/v1 VirtualMachine',
      '{template: {spec: {volumes: [{name: a, containerDisk: {image: b}}, {name: c, cloudInitNoCloud: {}}]}}}',
      [['containerDisk', 'spec.template.spec.volumes[0].containerDisk.image', 'b']],
    ],
    ['pkg.crossplane.io/v1 Provider', '{package: a/b:v1}', [['package', 'spec.package', 'a/b:v1']]],
    [
      'psmdb.percona.com/v1 PerconaServerMongoDB',
      '{image: a, backup: {enabled: false}}',
      [['image', 'spec.image', 'a']],
    ],
    ['operators.coreos.com/v1alpha1 CatalogSource', '{sourceType: grpc, address: "a:50051"}', []],
  ])('of %s %s', async (type, spec, expected) => {
    const { workloads, gaps } = await discover(object(type, spec));
    expect(gaps).toEqual([]);
    expect(
      workloads.flatMap(({ containers }) => containers.map(({ name, field, image }) => [name, field, image])),
    ).toEqual(expected);
    expect(workloads.flatMap(({ containers }) => containers).every(({ type }) => type === 'container')).toBe(
      true,
    );
  });

  it('that is no text is wrong input', async () => {
    const { gaps } = await discover(object('monitoring.coreos.com/v1 Prometheus', '{image: 2}'));
    expect(gaps).toMatchObject([
      { wrongInput: true, message: '-:1: spec.image must be a string, found the number 2' },
    ]);
  });

  it('of another group is none', async () => {
    const found = await discover(object('example.com/v1 Prometheus', '{image: a}'));
    expect(found).toEqual({ workloads: [], gaps: [] });
  });
});

describe('an image that is not named is a gap', () => {
  it.each<[string, string, string]>([
    [
      'monitoring.coreos.com/v1 Prometheus',
      '{}',
      'spec.image is not set, so an operator chooses what Prometheus/x runs',
    ],
    [
      'monitoring.coreos.com/v1 Alertmanager',
      '{image: ""}',
      'spec.image is not set, so an operator chooses what Alertmanager/x runs',
    ],
    [
      'monitoring.coreos.com/v1 Prometheus',
      '{image: a, thanos: {}}',
      'spec.thanos.image is not set, so an operator chooses what Prometheus/x runs',
    ],
    [
      'kafka.strimzi.io/v1beta2 Kafka',
      '{kafka: {}, zookeeper: {}, entityOperator: {topicOperator: {}, userOperator: {}}}',
      'spec.entityOperator.topicOperator.image, spec.entityOperator.userOperator.image, spec.kafka.image and 1 more are not set, so an operator chooses what Kafka/x runs',
    ],
    [
      'sparkoperator.k8s.io/v1beta2 SparkApplication',
      '{driver: {}, executor: {image: a}}',
      'spec.driver.image is not set, so an operator chooses what SparkApplication/x runs',
    ],
    [
      'postgresql.cnpg.io/v1 Cluster',
      '{instances: 3}',
      'spec.imageName is not set, so an operator chooses what Cluster/x runs',
    ],
    [
      'apps.openshift.io/v1 DeploymentConfig',
      '{template: {spec: {containers: [{name: a, image: " "}]}}}',
      'spec.template.spec.containers[0].image is not set, so an operator chooses what DeploymentConfig/x runs',
    ],
    [
      'serving.kserve.io/v1beta1 InferenceService',
      '{predictor: {model: {modelFormat: {name: sklearn}}}}',
      'spec.predictor.model.image is not set, so an operator chooses what InferenceService/x runs',
    ],
    ['jaegertracing.io/v1 Jaeger', '{}', 'no container of Jaeger/x is found'],
    ['argoproj.io/v1alpha1 Rollout', '{}', 'no container of Rollout/x is found'],
    ['tekton.dev/v1 Task', '{steps: []}', 'no container of Task/x is found'],
    [
      'tekton.dev/v1 Task',
      '{steps: [{image: $(params.image)}]}',
      'spec.steps[0].image of Task/x has a placeholder, which is filled in later',
    ],
    [
      'argoproj.io/v1alpha1 Workflow',
      '{templates: [{container: {image: "a/b:{{inputs.parameters.tag}}"}}, {script: {image: "{{x}}"}}]}',
      'spec.templates[0].container.image, spec.templates[1].script.image of Workflow/x have a placeholder, which is filled in later',
    ],
    [
      'template.openshift.io/v1 Template',
      '{objects: [{spec: {containers: [{image: "${IMAGE}"}]}}]}',
      'spec.objects[0].spec.containers[0].image of Template/x has a placeholder, which is filled in later',
    ],
    [
      'argoproj.io/v1alpha1 Rollout',
      '{workloadRef: {apiVersion: apps/v1, kind: Deployment, name: cart}}',
      'spec.workloadRef: what Rollout/x runs is said by Deployment/cart, which is not among the manifests',
    ],
    [
      'argoproj.io/v1alpha1 CronWorkflow',
      '{workflowSpec: {workflowTemplateRef: {name: t, clusterScope: true}}}',
      'spec.workflowSpec.workflowTemplateRef: what CronWorkflow/x runs is said by ClusterWorkflowTemplate/t, which is not among the manifests',
    ],
    [
      'argoproj.io/v1alpha1 Workflow',
      '{templates: [{dag: {tasks: [{templateRef: {name: t, template: a}}, {templateRef: {name: t, template: b}}]}}]}',
      'spec.templates[0].dag.tasks[0].templateRef: what Workflow/x runs is said by WorkflowTemplate/t, which is not among the manifests',
    ],
    [
      'tekton.dev/v1beta1 TaskRun',
      '{taskRef: {name: a, bundle: ghcr.io/acme/tasks:v1}}',
      'spec.taskRef: what TaskRun/x runs is fetched when it is used',
    ],
    [
      'tekton.dev/v1 PipelineRun',
      '{pipelineRef: {resolver: bundles, params: []}}',
      'spec.pipelineRef: what PipelineRun/x runs is fetched when it is used',
    ],
    [
      'postgresql.cnpg.io/v1 Cluster',
      '{imageCatalogRef: {apiGroup: postgresql.cnpg.io, kind: ClusterImageCatalog, name: c, major: 16}}',
      'spec.imageCatalogRef: what Cluster/x runs is said by ClusterImageCatalog/c, which is not among the manifests',
    ],
  ])('%s %s', async (type, spec, message) => {
    const found = await discover(object(type, spec));
    expect(messages(found)).toEqual([`-:1: ${message}`]);
    expect(found.gaps).toMatchObject([
      {
        scope: 'kind',
        name: `${type.split(' ')[1]}/x`,
        cluster: null,
        reason: 'ImageNotNamed',
        wrongInput: false,
      },
    ]);
    expect(found.gaps[0]?.remediation).toBeTypeOf('string');
  });

  it('only in kinds that are known to run something', async () => {
    const unknown = object(
      'unheard.of/v1 Thing',
      '{image: "", containers: [{name: a}], workloadRef: {name: b}}',
    );
    expect(await discover(unknown)).toEqual({ workloads: [], gaps: [] });
  });

  it('beside the images that are named', async () => {
    const found = await discover(
      object('tekton.dev/v1 Task', '{steps: [{image: one}, {image: $(params.image)}, {ref: {name: push}}]}'),
    );
    expect(found.workloads[0]?.containers).toMatchObject([{ image: 'one' }]);
    expect(messages(found)).toHaveLength(2);
  });
});

describe('an object that leaves its images to another', () => {
  const deployment = object(
    'apps/v1 Deployment',
    '{template: {spec: {containers: [{name: a, image: b}]}}}',
    'name: cart',
  );
  const rollout = object('argoproj.io/v1alpha1 Rollout', '{workloadRef: {kind: Deployment, name: cart}}');
  const task = object('tekton.dev/v1 Task', '{steps: [{image: a}]}', 'name: build');
  const pipeline = object('tekton.dev/v1 Pipeline', '{tasks: [{taskRef: {name: build}}]}', 'name: all');
  const run = object('tekton.dev/v1 PipelineRun', '{pipelineRef: {name: all}}');

  it.each<[string, string[], number]>([
    ['stands behind it', [deployment, rollout], 0],
    ['stands before it', [rollout, deployment], 0],
    ['has another name', [rollout, deployment.replace('name: cart', 'name: shop')], 1],
    ['is of another namespace', [rollout, deployment.replace('name: cart', 'name: cart, namespace: b')], 1],
    ['refers to a third', [run, pipeline, task], 0],
    ['refers to none that is there', [run, pipeline], 1],
    [
      'belongs to the cluster',
      [
        object(
          'argoproj.io/v1alpha1 Workflow',
          '{workflowTemplateRef: {name: t, clusterScope: true}}',
          'name: x, namespace: b',
        ),
        object(
          'argoproj.io/v1alpha1 ClusterWorkflowTemplate',
          '{templates: [{container: {image: a}}]}',
          'name: t',
        ),
      ],
      0,
    ],
  ])('has no gap if that is read as well: it %s', async (_, objects, gaps) => {
    expect(messages(await discover(...objects))).toHaveLength(gaps);
  });
});
