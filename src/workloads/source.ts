import type { Waiting } from '../cluster/watched-api.ts';
import type { PullSecretRef } from '../pull-secret-ref.ts';
import type { Fault } from '../reasons.ts';

/** Where a text stands: file as the user named it ("-" is standard input), line from 1, document from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly document: number;
}

export type ContainerType = 'container' | 'init' | 'ephemeral' | 'image-volume' | 'argument';

/** One image that a workload names. `image` is the text as it was found; nothing has judged it yet. */
export interface Container {
  readonly name: string;
  readonly type: ContainerType;
  readonly image: string;
  /** The path of the image's field in its object, as `spec.template.spec.containers[0].image`. */
  readonly field: string;
  readonly location: Location | null;
  /** What pods of a live cluster run of it, most pods first; nothing for manifests, nor where no pod is there. */
  readonly running?: readonly Running[] | undefined;
  /** The pull secrets of its pods in a cluster, in their order; nothing where they have none. */
  readonly pullSecrets?: readonly PullSecretRef[] | undefined;
}

/** Pods that run one image on one platform, as their status says. */
export interface Running {
  /** As the status has it; '' where nothing runs yet, so that the reference says what will. */
  readonly imageID: string;
  /** The digest of the index or manifest; null where the status says none that a registry could know. */
  readonly digest: string | null;
  /** The repository that the status names beside the digest, which may be another than the container's. */
  readonly repository: string | null;
  /** The digest of the image's configuration, where the status says no more. */
  readonly config: string | null;
  /** The platform of the nodes, as `linux/amd64`; null where the nodes may not be read. */
  readonly platform: string | null;
  readonly pods: number;
  /** When the first of these containers was started. */
  readonly since: string | null;
}

export type WorkloadState = 'running' | 'scheduled' | 'suspended' | 'scaledToZero' | 'manifestOnly';

/** A top owner with the containers that it runs or would run. */
export interface Workload {
  readonly cluster: string | null;
  /** null where nothing says: `verify` has no namespace. */
  readonly namespace: string | null;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string | null;
  /** The object's own labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** The pod template's labels, which a rule's `selector` is matched against; null where there is no template. */
  readonly templateLabels: Readonly<Record<string, string>> | null;
  readonly replicas: { readonly desired: number | null; readonly running: number | null };
  readonly state: WorkloadState;
  readonly location: Location | null;
  readonly containers: readonly Container[];
  /** Why it may not run whatever its images are. */
  readonly refused?: Fault | undefined;
}

/** A part that could not be seen. `wrongInput` is the user's own file being wrong (exit 2) rather than out of reach (exit 3). */
export interface Gap extends Fault {
  readonly scope: 'context' | 'namespace' | 'kind' | 'file' | 'image';
  readonly name: string;
  readonly cluster: string | null;
  readonly wrongInput: boolean;
}

/** The sync of an Argo CD Application whose objects were read. */
export interface Sync {
  readonly application: string;
  readonly namespace: string;
  readonly uid: string;
  readonly startedAt: string;
  /** What is synced, as `https://git.example/shop.git, path prod`, and its revision; none where somebody's own files are. */
  readonly sources: readonly { readonly source: string; readonly revision: string }[];
  /** Applications among the objects, as `Application/argocd/cart`: what they sync is not judged with them. */
  readonly children: readonly string[];
}

export interface Discovery {
  readonly workloads: readonly Workload[];
  readonly gaps: readonly Gap[];
  /** The clusters that were read, be they empty, where the workloads alone do not say. */
  readonly clusters?: readonly string[] | undefined;
  readonly sync?: Sync | undefined;
}

/** Where workloads come from. A source reads, and reports what it could not read as gaps; it never throws for bad input. */
export interface WorkloadSource {
  readonly kind: 'cluster' | 'manifests' | 'images' | 'argocd';
  /** The exit code where it is readable and holds no workload; 2 where it does not say: input without workloads is wrong. */
  readonly whenEmpty?: 0 | 3 | undefined;
  /** The hosts that it asks. */
  readonly hosts?: readonly string[] | undefined;
  /** A source that hears of the end of the waiting finds what it knows by then. */
  discover(waiting?: Waiting): Promise<Discovery>;
  /** Asked when all evidence is there: what has become of what was found, as gaps. Nothing for what cannot change meanwhile. */
  confirm?(): Promise<readonly Gap[]>;
}
