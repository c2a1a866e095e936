import type { Workload, WorkloadSource } from './source.ts';

/** Bare image references, each as a workload of its own: nothing says where they run or under which labels. */
export function createImageSource(references: readonly string[]): WorkloadSource {
  const workloads = references.map(imageWorkload);
  return { kind: 'images', discover: () => Promise.resolve({ workloads, gaps: [] }) };
}

function imageWorkload(reference: string): Workload {
  return {
    cluster: null,
    namespace: null,
    apiVersion: '',
    kind: 'Image',
    name: reference,
    uid: null,
    labels: {},
    templateLabels: null,
    replicas: { desired: null, running: null },
    state: 'manifestOnly',
    location: null,
    containers: [{ name: 'image', type: 'container', image: reference, field: '', location: null }],
  };
}
