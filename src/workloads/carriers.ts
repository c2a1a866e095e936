/** Custom kinds that always run containers: one of them that names no image leaves all of them to others. */
const CARRIERS: readonly (readonly [group: string, kinds: readonly string[]])[] = [
  ['apps.kruise.io', ['CloneSet', 'StatefulSet', 'DaemonSet', 'BroadcastJob', 'SidecarSet']],
  ['apps.openshift.io', ['DeploymentConfig']],
  ['argoproj.io', ['Rollout']],
  ['batch.volcano.sh', ['Job']],
  ['jaegertracing.io', ['Jaeger']],
  ['jobset.x-k8s.io', ['JobSet']],
  ['k6.io', ['TestRun']],
  ['keda.sh', ['ScaledJob']],
  ['kubeflow.org', ['MPIJob', 'Notebook', 'PaddleJob', 'PyTorchJob', 'TFJob', 'XGBoostJob']],
  ['opentelemetry.io', ['Instrumentation']],
  ['ray.io', ['RayCluster', 'RayJob', 'RayService']],
  ['serving.knative.dev', ['Configuration', 'Revision', 'Service']],
  ['serving.kserve.io', ['ClusterServingRuntime', 'InferenceService', 'ServingRuntime']],
  ['tekton.dev', ['ClusterTask', 'Task', 'TaskRun']],
];

/** Whether an object of that kind runs containers whatever it says. */
export function isCarrier(group: string, kind: string): boolean {
  return CARRIERS.some(([itsGroup, kinds]) => itsGroup === group && kinds.includes(kind));
}

/** The kinds that run containers, by group: what is worth to be listed in a cluster. */
export function carriedKinds(): typeof CARRIERS {
  return CARRIERS;
}
