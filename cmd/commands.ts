import type { Listed } from './command.ts';

/** Every command of this version. A new one is one file and one line here. */
export const COMMANDS: readonly Listed[] = [
  {
    name: 'audit',
    summary: 'Audit every container image that runs in a cluster, or stands in manifests',
    load: async () => (await import('./audit.ts')).auditCommand,
  },
  {
    name: 'verify',
    summary: 'Audit bare image references',
    load: async () => (await import('./verify.ts')).verifyCommand,
  },
  {
    name: 'sweep',
    summary: 'Ask which workloads run a package, an image, or what somebody signed or built',
    load: async () => (await import('./sweep.ts')).sweepCommand,
  },
  {
    name: 'presync',
    summary: 'Gate a sync of Argo CD: judge exactly what it applies',
    load: async () => (await import('./presync.ts')).presyncCommand,
  },
  {
    name: 'evidence',
    summary: 'Save the evidence of images, or show it',
    load: async () => (await import('./evidence.ts')).evidenceCommand,
  },
  {
    name: 'policy',
    summary: 'Write, check and explain a policy',
    load: async () => (await import('./policy.ts')).policyCommand,
  },
  {
    name: 'trust-root',
    summary: 'Show or update the Sigstore trust roots',
    load: async () => (await import('./trust-root.ts')).trustRootCommand,
  },
  {
    name: 'completion',
    summary: 'Print what makes a shell complete the commands',
    load: async () => (await import('./completion.ts')).completionCommand,
  },
  {
    name: 'version',
    summary: 'Print the version',
    load: async () => (await import('./version.ts')).versionCommand,
  },
];

/** Commands that are agreed upon and not built yet. They are refused by name, so that no script takes silence for success. */
export const NOT_IN_THIS_VERSION: readonly string[] = [];

/** Flags that are agreed upon and not built yet: refused by name, so that no script takes silence for success. */
export const FLAGS_NOT_IN_THIS_VERSION: ReadonlySet<string> = new Set([
  // of a cluster
  'all-namespaces',
  'A',
  'selector',
  'l',
  'field-selector',
  'kubeconfig',
  'context',
  'cluster',
  'user',
  'server',
  'token',
  'as',
  'as-group',
  'as-uid',
  'request-timeout',
  'certificate-authority',
  'client-certificate',
  'client-key',
  'insecure-skip-tls-verify',
  'tls-server-name',
  'all-contexts',
]);
