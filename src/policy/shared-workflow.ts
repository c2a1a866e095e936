/** Workflows that many repositories call: the generators of SLSA, and what an organisation keeps in its `.github` repository. */
const SHARED = [
  /slsa-framework\/slsa-github-generator\//,
  /\/\\?\.github\/\\?\.github\/workflows\//,
  /\/(?:shared|reusable|common)-(?:workflows?|actions)\/\\?\.github\/workflows\//,
];

/** Whether a subject, or a pattern of one, names a workflow that is there to be called by others. */
export function isSharedWorkflow(subject: string): boolean {
  return SHARED.some((shared) => shared.test(subject));
}
