import type { ReasonEntry } from './reason-entry.ts';

/** The reason codes of what is found of a sync of Argo CD, beside those of its images. */
export const SYNC_REASONS = {
  HookBeforeGate: {
    class: 'untrusted',
    meaning: 'The object is a hook that runs before the gate has judged the sync.',
  },
  GateTouched: {
    class: 'untrusted',
    meaning: 'The sync changes something in the namespace of its own gate, where its policy and token are.',
  },
  ArgoUnreachable: { class: 'undetermined', meaning: 'The API of Argo CD could not be reached.' },
  ArgoCredentialsRejected: {
    class: 'undetermined',
    meaning: 'Argo CD wants a token, and has none or refuses the one it was given.',
  },
  ArgoForbidden: {
    class: 'undetermined',
    meaning: 'Argo CD does not let this token read the Application, or there is no such Application.',
  },
  ArgoError: { class: 'undetermined', meaning: 'Argo CD answered with an error.' },
  OperationNotFound: {
    class: 'undetermined',
    meaning: 'Argo CD shows no running sync that the gate belongs to.',
  },
  OperationChanged: {
    class: 'undetermined',
    meaning: 'The sync ended or changed while its images were judged.',
  },
  SourceDiffers: {
    class: 'undetermined',
    meaning: 'What is synced is not what the Application says, so that it cannot be rendered again.',
  },
  SourceHydrated: {
    class: 'undetermined',
    meaning: 'The source is hydrated, so that what Argo CD renders when asked is not what it syncs.',
  },
  GateNotFound: {
    class: 'undetermined',
    meaning: 'The gate is not one PreSync hook of the manifests that are synced.',
  },
} as const satisfies Record<string, ReasonEntry>;
