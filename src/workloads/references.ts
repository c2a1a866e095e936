import { follow } from './steps.ts';
import { field, isObject } from './place.ts';
import type { Place } from './place.ts';

type ReferenceField = readonly [group: string, kind: string, path: string, target: string];

/** Fields in place of which, or beside which, another object says what runs; `target` is the kind where they say none. */
const REFERENCE_FIELDS: readonly ReferenceField[] = [
  ['argoproj.io', 'Rollout', 'spec.workloadRef', 'Deployment'],
  ['argoproj.io', 'Workflow', 'spec.workflowTemplateRef', 'WorkflowTemplate'],
  ['argoproj.io', 'CronWorkflow', 'spec.workflowSpec.workflowTemplateRef', 'WorkflowTemplate'],
  ...templateReferences('Workflow', 'spec'),
  ...templateReferences('WorkflowTemplate', 'spec'),
  ...templateReferences('ClusterWorkflowTemplate', 'spec'),
  ...templateReferences('CronWorkflow', 'spec.workflowSpec'),
  ['postgresql.cnpg.io', 'Cluster', 'spec.imageCatalogRef', 'ImageCatalog'],
  ['tekton.dev', 'Task', 'spec.steps[].ref', 'StepAction'],
  ['tekton.dev', 'TaskRun', 'spec.taskRef', 'Task'],
  ['tekton.dev', 'TaskRun', 'spec.taskSpec.steps[].ref', 'StepAction'],
  ['tekton.dev', 'Pipeline', 'spec.tasks[].taskRef', 'Task'],
  ['tekton.dev', 'Pipeline', 'spec.finally[].taskRef', 'Task'],
  ['tekton.dev', 'PipelineRun', 'spec.pipelineRef', 'Pipeline'],
  ['tekton.dev', 'PipelineRun', 'spec.pipelineSpec.tasks[].taskRef', 'Task'],
  ['tekton.dev', 'PipelineRun', 'spec.pipelineSpec.finally[].taskRef', 'Task'],
];

function templateReferences(kind: string, spec: string): ReferenceField[] {
  return ['steps[][]', 'dag.tasks[]'].map((tasks) => [
    'argoproj.io',
    kind,
    `${spec}.templates[].${tasks}.templateRef`,
    'WorkflowTemplate',
  ]);
}

/** An object that another one refers to. */
export interface Target {
  readonly place: Place;
  readonly kind: string;
  /** null where it is no object of the cluster: a bundle, or what a resolver fetches. */
  readonly name: string | null;
}

/** The objects that an object leaves its images to, each once. */
export function referenceTargets(object: Place, group: string, kind: string): Target[] {
  const targets = new Map<string, Target>();
  for (const [itsGroup, itsKind, path, usual] of REFERENCE_FIELDS) {
    if (itsGroup !== group || itsKind !== kind) continue;
    for (const place of follow(object, path)) {
      if (!isObject(place.value)) continue;
      const target = targetOf(place, usual);
      const key = JSON.stringify([target.kind, target.name ?? place.value]);
      if (!targets.has(key)) targets.set(key, target);
    }
  }
  return [...targets.values()];
}

function targetOf(place: Place, usual: string): Target {
  const text = (name: string): string | null => {
    const { value } = field(place, name);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const isFetched = text('bundle') !== null || text('resolver') !== null;
  const clusterScope = field(place, 'clusterScope').value === true ? `Cluster${usual}` : usual;
  return { place, kind: text('kind') ?? clusterScope, name: isFetched ? null : text('name') };
}
