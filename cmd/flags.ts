import { z } from 'zod';
import { FAIL_ON } from '../src/policy/verdict.ts';
import type { Flag } from './command.ts';
import { FORMAT_VALUES, FORMATS } from './outputs.ts';

const one = { type: 'string', nargs: 1, requiresArg: true } as const;
const repeatable = { ...one, array: true } as const;

/** The flags that every command which judges images has in common. */
export const JUDGING_FLAGS = {
  policy: {
    ...repeatable,
    values: 'files',
    describe: 'policy file or directory, or "none" (default: $SUPPLYCHAIN_POLICY, then ./supplychain.yaml)',
  },
  output: {
    ...repeatable,
    alias: 'o',
    values: FORMAT_VALUES,
    describe: `${FORMATS}, or FORMAT=PATH to write a file (not with EXPR or SPEC); may be repeated. EXPR is kubectl's over the report, SPEC a NAME:.path,... over each workload`,
  },
  'no-headers': { type: 'boolean', describe: 'no column titles in table, wide, csv and custom-columns' },
  'fail-on': {
    ...one,
    values: FAIL_ON,
    describe: `what makes the exit code other than 0: ${FAIL_ON.join(', ')} (default: unknown)`,
  },
  platform: {
    ...one,
    describe: 'judge an index for this os/arch[/variant] only (default: every platform it has)',
  },
  offline: {
    type: 'boolean',
    describe: 'do not refresh trust roots by TUF or ask for revocation; registries are still read',
  },
  'trusted-root': {
    ...one,
    values: 'files',
    describe: 'Sigstore trusted_root.json in place of the built-in one',
  },
  evidence: {
    ...one,
    values: 'files',
    describe:
      'read registry evidence from this OCI layout, or a .tar or .tar.gz of it; no network is touched',
  },
  'save-evidence': {
    ...one,
    values: 'files',
    describe:
      'save everything that registries answered, and the workloads, into this directory (an OCI layout), or .tar or .tar.gz',
  },
  'github-attestations': {
    ...repeatable,
    describe:
      'ask GitHub for the attestations that OWNER or OWNER/REPO has of each image; may be repeated. With $GH_TOKEN or $GITHUB_TOKEN; $GH_HOST for a server of your own',
  },
  sbom: {
    ...one,
    values: 'directories',
    describe:
      "read SBOMs of your own from this directory: files named by the image's digest (sha256-HEX.json), or that name it themselves; nobody has signed them",
  },
  'cache-dir': {
    ...one,
    values: 'directories',
    describe:
      'directory that keeps manifests, blobs and revocation lists between runs, or "none" (default: kubectl-supplychain in $XDG_CACHE_HOME, then in ~/.cache); tags and referrers are always asked anew',
  },
  'registry-config': {
    ...one,
    values: 'files',
    describe: 'docker config.json to take registry credentials from',
  },
  'plain-http': { ...repeatable, describe: 'registry that speaks plain HTTP; may be repeated' },
  'insecure-registry': {
    ...repeatable,
    describe: 'registry whose TLS certificate is not verified; may be repeated',
  },
  'allow-redirect': {
    ...repeatable,
    describe:
      'host that a registry may redirect to, or have issue its tokens, although it is in a private network; may be repeated',
  },
  at: {
    ...one,
    describe:
      'judge evidence as of this RFC 3339 time or date (00:00 UTC); exceptions still end by the real clock',
  },
  concurrency: { ...one, describe: 'images worked on at a time (default: 8)' },
  timeout: { ...one, describe: "time for one image's evidence, as 30s or 2m (default: 30s)" },
  deadline: { ...one, describe: 'time for the whole run, as 10m; what is not known by then is unknown' },
  'no-color': { type: 'boolean', describe: 'no colours, as with $NO_COLOR' },
  quiet: { type: 'boolean', alias: 'q', describe: 'no notices on stderr' },
  v: { ...one, describe: 'how much is told on stderr; 6 names every request, without secrets' },
} satisfies Record<string, Flag>;

/** The flags of who judges or saves images by Notation's configuration as well. */
export const VERIFY_FLAGS = {
  ...JUDGING_FLAGS,
  'notation-config': {
    ...one,
    values: 'files',
    describe:
      "directory of Notation's configuration (trustpolicy.json, truststore) to judge by in place of a policy",
  },
} satisfies Record<string, Flag>;

/** What an image says of its base leads to any host. */
export const BASE_IMAGES_FLAG = {
  type: 'boolean',
  describe:
    'ask also the registries that images name for their base images, to tell layers of the base from those of the application',
} satisfies Flag;

const list = z.array(z.string()).default([]);
/** As kubectl's: the last of several values counts. */
const last = z
  .array(z.string())
  .transform((values) => values.at(-1))
  .optional();
const set = list.transform((values) => values.at(-1) === 'true');

/** What was typed. */
export const judgingFlagsSchema = z.object({
  policy: list,
  'notation-config': last,
  output: list,
  'no-headers': set,
  'fail-on': last,
  platform: last,
  offline: set,
  'trusted-root': last,
  evidence: last,
  'save-evidence': last,
  'github-attestations': list,
  sbom: last,
  'cache-dir': last,
  'registry-config': last,
  'plain-http': list,
  'insecure-registry': list,
  'allow-redirect': list,
  at: last,
  concurrency: last,
  timeout: last,
  deadline: last,
  'no-color': set,
  quiet: set,
  v: last,
});

export type JudgingFlags = z.infer<typeof judgingFlagsSchema>;

export const basesFlagSchema = z.object({ 'base-images': set });

export const SOURCE_FLAGS = {
  filename: {
    ...repeatable,
    alias: 'f',
    values: 'files',
    describe: 'file, directory or URL of manifests, or - for standard input; may be repeated',
  },
  kustomize: {
    ...one,
    alias: 'k',
    values: 'directories',
    describe: 'directory that `kubectl kustomize` renders; excludes -f',
  },
  recursive: { type: 'boolean', alias: 'R', describe: 'read the directories below as well' },
  namespace: { ...one, alias: 'n', describe: 'namespace of manifests that name none (default: default)' },
} satisfies Record<string, Flag>;

export const sourceFlagsSchema = z.object({
  filename: list,
  kustomize: last,
  recursive: set,
  namespace: last,
});
