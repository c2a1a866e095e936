import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createManifestSource } from './manifests.ts';
import type { Discovery } from './source.ts';

function discover(text: string): Promise<Discovery> {
  const stdin = (): Readable => Readable.from([Buffer.from(text)]);
  return createManifestSource({ paths: ['-'], recursive: false, stdin, namespace: null }).discover();
}

function object(type: string, body: string): string {
  const [apiVersion, kind] = type.split(' ');
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n${body}\n`;
}

function images({ workloads }: Discovery): string[] {
  return workloads.flatMap(({ containers }) => containers.map(({ field, image }) => `${field} ${image}`));
}

const TEMPLATE = 'template: {spec: {containers: [{name: a, image: one}]}}';

describe('containers are found by their shape', () => {
  it.each<[string, string, string[]]>([
    ['serving.knative.dev/v1 Service', `spec: {${TEMPLATE}}`, ['spec.template.spec.containers[0].image one']],
    [
      'serving.knative.dev/v1 Revision',
      'spec: {containers: [{image: one}]}',
      ['spec.containers[0].image one'],
    ],
    [
      'argoproj.io/v1alpha1 Rollout',
      `spec: {replicas: 2, ${TEMPLATE}}`,
      ['spec.template.spec.containers[0].image one'],
    ],
    [
      'argoproj.io/v1alpha1 Experiment',
      `spec: {templates: [{name: a, ${TEMPLATE}}, {name: b, ${TEMPLATE}}]}`,
      [
        'spec.templates[0].template.spec.containers[0].image one',
        'spec.templates[1].template.spec.containers[0].image one',
      ],
    ],
    [
      'argoproj.io/v1alpha1 AnalysisTemplate',
      `spec: {metrics: [{name: a, provider: {job: {spec: {${TEMPLATE}}}}}, {name: b, provider: {web: {url: "http://x"}}}]}`,
      ['spec.metrics[0].provider.job.spec.template.spec.containers[0].image one'],
    ],
    [
      'argoproj.io/v1alpha1 Workflow',
      `spec:
  templateDefaults: {container: {image: zero}}
  templates:
  - {name: a, container: {image: one}, initContainers: [{name: i, image: two}], sidecars: [{name: s, image: three}]}
  - {name: b, script: {image: four, source: "print()"}}
  - {name: c, containerSet: {containers: [{name: m, image: five}]}}
  - {name: d, steps: [[{name: x, template: a}], [{name: y, template: b}]]}
  - {name: e, dag: {tasks: [{name: x, template: a}]}}`,
      [
        'spec.templateDefaults.container.image zero',
        'spec.templates[0].container.image one',
        'spec.templates[0].initContainers[0].image two',
        'spec.templates[0].sidecars[0].image three',
        'spec.templates[1].script.image four',
        'spec.templates[2].containerSet.containers[0].image five',
      ],
    ],
    [
      'argoproj.io/v1alpha1 CronWorkflow',
      'spec: {workflowSpec: {templates: [{name: a, container: {image: one}}]}}',
      ['spec.workflowSpec.templates[0].container.image one'],
    ],
    [
      'argoproj.io/v1alpha1 WorkflowTemplate',
      'spec: {templates: [{name: a, script: {image: one}}]}',
      ['spec.templates[0].script.image one'],
    ],
    [
      'tekton.dev/v1 Task',
      'spec: {stepTemplate: {image: zero}, steps: [{name: a, image: one}, {name: b}], sidecars: [{image: two}]}',
      ['spec.stepTemplate.image zero', 'spec.steps[0].image one', 'spec.sidecars[0].image two'],
    ],
    [
      'tekton.dev/v1 Pipeline',
      'spec: {tasks: [{name: a, taskSpec: {steps: [{image: one}]}}]}',
      ['spec.tasks[0].taskSpec.steps[0].image one'],
    ],
    [
      'tekton.dev/v1 TaskRun',
      'spec: {taskSpec: {steps: [{image: one}]}}',
      ['spec.taskSpec.steps[0].image one'],
    ],
    [
      'keda.sh/v1alpha1 ScaledJob',
      `spec: {jobTargetRef: {${TEMPLATE}}}`,
      ['spec.jobTargetRef.template.spec.containers[0].image one'],
    ],
    [
      'kubeflow.org/v1 PyTorchJob',
      `spec: {pytorchReplicaSpecs: {Master: {${TEMPLATE}}, Worker: {${TEMPLATE}}}}`,
      [
        'spec.pytorchReplicaSpecs.Master.template.spec.containers[0].image one',
        'spec.pytorchReplicaSpecs.Worker.template.spec.containers[0].image one',
      ],
    ],
    [
      'apps.kruise.io/v1alpha1 CloneSet',
      `spec: {${TEMPLATE}}`,
      ['spec.template.spec.containers[0].image one'],
    ],
    [
      'operators.coreos.com/v1alpha1 ClusterServiceVersion',
      `spec: {install: {spec: {deployments: [{name: a, spec: {${TEMPLATE}}}]}}, relatedImages: [{name: b, image: two}]}`,
      [
        'spec.install.spec.deployments[0].spec.template.spec.containers[0].image one',
        'spec.relatedImages[0].image two',
      ],
    ],
    [
      'serving.kserve.io/v1beta1 InferenceService',
      'spec: {predictor: {containers: [{name: a, image: one}]}}',
      ['spec.predictor.containers[0].image one'],
    ],
    [
      'apps.openshift.io/v1 DeploymentConfig',
      `spec: {${TEMPLATE}}`,
      ['spec.template.spec.containers[0].image one'],
    ],
    [
      'gateway.envoyproxy.io/v1alpha1 EnvoyProxy',
      'spec: {provider: {kubernetes: {envoyDeployment: {container: {image: one}}}}}',
      ['spec.provider.kubernetes.envoyDeployment.container.image one'],
    ],
    [
      'kubernetes.crossplane.io/v1alpha2 Object',
      `spec: {forProvider: {manifest: {apiVersion: apps/v1, kind: Deployment, spec: {${TEMPLATE}}}}}`,
      ['spec.forProvider.manifest.spec.template.spec.containers[0].image one'],
    ],
    [
      'unheard.of/v1 Thing',
      `spec:
  deep: [[{pod: {
    initContainers: [{name: i, image: zero}],
    containers: [{name: a, image: one}, {name: b, resources: {}}],
    ephemeralContainers: [{name: e, image: two}],
    volumes: [{name: v, image: {reference: three}}, {name: w, rbd: {image: disk}}],
    extraContainers: [{name: x, image: four}]}}]]`,
      [
        'spec.deep[0][0].pod.initContainers[0].image zero',
        'spec.deep[0][0].pod.containers[0].image one',
        'spec.deep[0][0].pod.ephemeralContainers[0].image two',
        'spec.deep[0][0].pod.volumes[0].image.reference three',
        'spec.deep[0][0].pod.extraContainers[0].image four',
      ],
    ],
  ])('%s', async (type, body, expected) => {
    const found = await discover(object(type, body));
    expect(found.gaps).toEqual([]);
    expect(images(found)).toEqual(expected);
    expect(found.workloads).toHaveLength(1);
  });

  it('with all that their object says', async () => {
    const { workloads, gaps } = await discover(`apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: cart, namespace: shop, labels: {team: a}}
spec:
  replicas: 3
  template:
    metadata: {labels: {tier: prod}}
    spec:
      containers:
      - name: app
        image: ghcr.io/acme/cart:v1
        env: [{name: PROXY_IMAGE, value: ghcr.io/acme/proxy:v1}]
`);
    expect(gaps).toEqual([]);
    expect(workloads).toEqual([
      {
        cluster: null,
        namespace: 'shop',
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Rollout',
        name: 'cart',
        uid: null,
        labels: { team: 'a' },
        templateLabels: { tier: 'prod' },
        replicas: { desired: 3, running: null },
        state: 'manifestOnly',
        location: { file: '-', line: 1, document: 1 },
        containers: [
          {
            name: 'app',
            type: 'container',
            image: 'ghcr.io/acme/cart:v1',
            field: 'spec.template.spec.containers[0].image',
            location: { file: '-', line: 11, document: 1 },
          },
          {
            name: 'PROXY_IMAGE',
            type: 'argument',
            image: 'ghcr.io/acme/proxy:v1',
            field: 'spec.template.spec.containers[0].env[0].value',
            location: { file: '-', line: 12, document: 1 },
          },
        ],
      },
    ]);
  });

  it('by the type of their field', async () => {
    const { workloads } = await discover(
      object(
        'a.b/v1 C',
        'x: {initContainers: [{image: a}], extraInitContainers: [{image: b}], ephemeralContainers: [{image: c}], sidecarContainers: [{image: d}], volumes: [{name: v, image: {reference: e}}]}',
      ),
    );
    expect(workloads[0]?.containers.map(({ type }) => type)).toEqual([
      'init',
      'init',
      'ephemeral',
      'container',
      'image-volume',
    ]);
  });

  it('in lists, whose path is no part of the field', async () => {
    const found = await discover(
      'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: a.b/v1, kind: C, metadata: {name: x}, spec: {containers: [{image: one}]}}\n- {apiVersion: monitoring.coreos.com/v1, kind: Alertmanager, metadata: {name: y}, spec: {image: two}}',
    );
    expect(images(found)).toEqual(['spec.containers[0].image one', 'spec.image two']);
    expect(found.workloads.map(({ location }) => location?.line)).toEqual([4, 5]);
  });

  it('under names that are told apart', async () => {
    const { workloads } = await discover(
      object(
        'argoproj.io/v1alpha1 Workflow',
        'spec: {templates: [{container: {image: a}}, {container: {name: main, image: b}}, {script: {name: main, image: c}, sidecars: [{name: s, image: d}]}]}',
      ),
    );
    expect(workloads[0]?.containers.map(({ name }) => name)).toEqual([
      'templates[0].container',
      'main (spec.templates[1].container)',
      'main (spec.templates[2].script)',
      's',
    ]);
  });

  it.each<[string, string]>([
    ['two templates', `spec: {a: {${TEMPLATE}}, b: {${TEMPLATE}}}`],
    ['a template and another container', `spec: {a: {${TEMPLATE}}, container: {image: b}}`],
    ['no template', 'spec: {containers: [{image: b}]}'],
  ])('and with %s nothing is known of the labels', async (_, body) => {
    const { workloads } = await discover(object('a.b/v1 C', body));
    expect(workloads[0]?.templateLabels).toBeNull();
  });
});

describe('what looks like an image and runs none is left alone', () => {
  const pod = 'containers: [{name: a, image: one}]';

  it.each<[string, string, string]>([
    ['an RBD volume', 'a.b/v1 C', 'spec: {volumes: [{name: v, rbd: {image: disk, monitors: []}}]}'],
    ['a status', 'a.b/v1 C', `status: {image: one, ${pod}}`],
    ['a status further in', 'a.b/v1 C', `spec: {item: {status: {image: one, ${pod}}}}`],
    [
      'annotations',
      'a.b/v1 C',
      `metadata: {name: x, annotations: {"kubectl.kubernetes.io/last-applied-configuration": '{"spec":{"containers":[{"image":"one"}]}}'}}`,
    ],
    ['metadata of any shape', 'a.b/v1 C', `metadata: {name: x, ${pod}}`],
    ['a bare image of an unknown kind', 'a.b/v1 C', 'spec: {image: one}'],
    ['an image that is an object', 'a.b/v1 C', 'spec: {containers: [{name: a, image: {name: one}}]}'],
    ['containers that are no list', 'a.b/v1 C', 'spec: {containers: {image: {a: b}}}'],
    ['containers without an image', 'a.b/v1 C', 'spec: {containers: [{name: a, resources: {}}, "b", null]}'],
    [
      'a name in the place of a container',
      'a.b/v1 C',
      'spec: {container: blobs, script: "x", steps: [[], 1]}',
    ],
    [
      'a part of an image',
      'nvidia.com/v1 ClusterPolicy',
      'spec: {operator: {initContainer: {repository: nvcr.io/nvidia, image: cuda, version: "12"}}}',
    ],
    ['metrics', 'metrics.k8s.io/v1beta1 PodMetrics', pod],
    [
      'Flux: ImageRepository',
      'image.toolkit.fluxcd.io/v1 ImageRepository',
      'spec: {image: ghcr.io/acme/app}',
    ],
    ['Flux: HelmRelease', 'helm.toolkit.fluxcd.io/v2 HelmRelease', `spec: {values: {${pod}}}`],
    [
      'Kyverno: verifyImages',
      'kyverno.io/v1 ClusterPolicy',
      'spec: {rules: [{verifyImages: [{image: "ghcr.io/acme/*"}]}]}',
    ],
    [
      'Kyverno: patterns',
      'kyverno.io/v1 Policy',
      'spec: {rules: [{validate: {pattern: {spec: {containers: [{name: "*", image: "!*:latest"}]}}}}]}',
    ],
    ['Kyverno: policies', 'policies.kyverno.io/v1alpha1 ImageValidatingPolicy', `spec: {${pod}}`],
    [
      'Gatekeeper: constraints',
      'constraints.gatekeeper.sh/v1beta1 K8sAllowedRepos',
      `spec: {parameters: {${pod}}}`,
    ],
    [
      'Gatekeeper: mutations',
      'mutations.gatekeeper.sh/v1 Assign',
      `spec: {parameters: {assign: {value: {${pod}}}}}`,
    ],
    [
      'Sigstore policy',
      'policy.sigstore.dev/v1beta1 ClusterImagePolicy',
      `spec: {images: [{glob: "**"}], ${pod}}`,
    ],
    [
      'a CustomResourceDefinition',
      'apiextensions.k8s.io/v1 CustomResourceDefinition',
      `spec: {versions: [{schema: {openAPIV3Schema: {default: {${pod}}}}}]}`,
    ],
    [
      'a schema of another kind',
      'apiextensions.crossplane.io/v1 CompositeResourceDefinition',
      `spec: {versions: [{schema: {openAPIV3Schema: {default: {${pod}}}}}]}`,
    ],
    ['a ConfigMap', 'v1 ConfigMap', `data: {${pod}, "pod.yaml": "spec: {${pod}}"}`],
    ['a Secret', 'v1 Secret', `stringData: {image: one, ${pod}}`],
    ['a ControllerRevision', 'apps/v1 ControllerRevision', `data: {spec: {${TEMPLATE}}}`],
    [
      'an Argo CD Application',
      'argoproj.io/v1alpha1 Application',
      `spec: {source: {kustomize: {images: [one]}, helm: {valuesObject: {image: one, ${pod}}}}}`,
    ],
    [
      'an Argo CD ApplicationSet',
      'argoproj.io/v1alpha1 ApplicationSet',
      `spec: {template: {spec: {${pod}}}}`,
    ],
    ['a kustomization', 'kustomize.config.k8s.io/v1beta1 Kustomization', `images: [{name: a}]\n${pod}`],
  ])('%s', async (_, type, body) => {
    const text = object(type, body);
    const once = body.startsWith('metadata') ? text.replace('metadata: {name: x}\n', '') : text;
    expect(await discover(once)).toEqual({ workloads: [], gaps: [] });
  });
});

describe('a custom resource that is wrong', () => {
  it.each<[string, string, string[]]>([
    [
      'an image that is a number',
      'apiVersion: a.b/v1\nkind: C\nmetadata: {name: x}\nspec:\n  containers: [{name: a, image: one}, {name: b, image: 1.25}]',
      ['-:5: spec.containers[1].image must be a string, found the number 1.25'],
    ],
    [
      'no name',
      'apiVersion: a.b/v1\nkind: C\nspec: {containers: [{name: a, image: one}]}',
      ['-:1: metadata.name must name the object, found nothing'],
    ],
    [
      'labels of its template that are no text',
      'apiVersion: a.b/v1\nkind: C\nmetadata: {name: x}\nspec: {template: {metadata: {labels: {a: 1}}, spec: {containers: [{image: one}]}}}',
      ['-:4: spec.template.metadata.labels.a must be a string, found the number 1'],
    ],
  ])('is read, and has a gap: %s', async (_, text, messages) => {
    const found = await discover(text);
    expect(found.workloads).toMatchObject([{ containers: [{ image: 'one' }] }]);
    expect(found.gaps.map(({ message }) => message)).toEqual(messages);
    expect(found.gaps).toMatchObject([{ wrongInput: true, reason: 'InputInvalid' }]);
  });

  it.each([
    [
      'containers that are none',
      '{spec: {containers: none at all}}',
      'spec.template.spec.containers must be a list, found the text "none at all"',
    ],
    ['a template that is none', '[[{spec: 7}]]', 'spec.template.spec must be an object, found nothing'],
    ['no containers', '{spec: {containers: []}}', 'no container of Rollout/x is found'],
  ])('has a gap for a template that has to run containers: %s', async (_, template, message) => {
    const found = await discover(object('argoproj.io/v1alpha1 Rollout', `spec: {template: ${template}}`));
    expect(found.workloads).toEqual([]);
    expect(found.gaps.map((gap) => gap.message)).toEqual([expect.stringContaining(message)]);
  });

  it('is none of ours without containers', async () => {
    expect(await discover('apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration')).toEqual({
      workloads: [],
      gaps: [],
    });
  });
});

it('reads a large object', async () => {
  const containers = Array.from({ length: 20_000 }, (_, index) => `{name: c${index}, image: i}`);
  const found = await discover(object('a.b/v1 C', `spec: {containers: [${containers.join(', ')}]}`));
  expect(found.workloads[0]?.containers).toHaveLength(20_000);
});

it('looks for placeholders in linear time', async () => {
  const text = `spec: {containers: [{name: a, image: "${'{{$('.repeat(500_000)}"}]}`;
  expect((await discover(object('a.b/v1 C', text))).workloads).toHaveLength(1);
});
