import { z } from 'zod';
import { SWEEP_RENDERERS } from '../src/sweep/sweep-renderers.ts';
import { ECOSYSTEMS } from '../src/versions/ecosystems.ts';
import { MANY_CLUSTERS_FLAGS } from './cluster-flags.ts';
import type { Flag } from './command.ts';
import {
  BASE_IMAGES_FLAG,
  basesFlagSchema,
  JUDGING_FLAGS,
  judgingFlagsSchema,
  SOURCE_FLAGS,
  sourceFlagsSchema,
} from './flags.ts';

const one = { type: 'string', nargs: 1, requiresArg: true } as const;
const repeatable = { ...one, array: true } as const;

/** A query passes and fails nothing, and keeps no evidence. */
const {
  'save-evidence': _save,
  'fail-on': _failOn,
  at: _at,
  policy,
  output,
  'no-headers': headers,
  ...gathering
} = JUDGING_FLAGS;

/** The flags that make a query. Of each of them, values are alternatives, and a lone - reads them from standard input. */
const QUERY_FLAGS = {
  package: {
    ...repeatable,
    describe:
      'images that have this package by their SBOMs: NAME, group:artifact, @scope/name or a package URL; by source package too',
  },
  vulnerability: {
    ...repeatable,
    describe:
      'images that have a package that this vulnerability affects (CVE-…, GHSA-…), by the records of --osv',
  },
  digest: {
    ...repeatable,
    describe:
      'what runs by this digest: that of the reference, of what its tag points at, of a child of that index, or of an index around it',
  },
  image: {
    ...repeatable,
    describe: 'images by registry/repository[:tag][@digest]; * is any run without a slash, ** any run',
  },
  signer: {
    ...repeatable,
    describe: 'images with a verified signature or attestation by this subject or key (*, **)',
  },
  issuer: { ...repeatable, describe: 'the OIDC issuer of that signer (*, **)' },
  'source-repository': {
    ...repeatable,
    describe: 'images built from this repository, by verified provenance or certificate (*, **)',
  },
  builder: {
    ...repeatable,
    describe: 'images built by this builder, by verified provenance or certificate (*, **)',
  },
  unsigned: { type: 'boolean', describe: 'images that nobody known has signed or attested' },
} satisfies Record<string, Flag>;

/** What belongs to --package and --vulnerability. */
const PACKAGE_FLAGS = {
  from: { ...one, describe: 'of --package, this version and newer ones' },
  below: { ...one, describe: 'of --package, versions older than this one, as the first with a fix' },
  through: { ...one, describe: 'of --package, this version and older ones' },
  range: {
    ...repeatable,
    describe:
      "of --package, versions within all of these bounds: '>=2.0,<2.17.1'; may be repeated, for others",
  },
  ecosystem: {
    ...one,
    values: ECOSYSTEMS.map(({ name }) => name),
    describe: 'of --package, its kind: npm, PyPI, Maven, Go, Debian … or the type of its package URLs',
  },
  osv: {
    ...one,
    values: 'files',
    describe:
      "of --vulnerability, records in OSV's format: a file, the all.zip of an ecosystem, a directory of both, or api to ask api.osv.dev",
  },
  'scan-with': {
    ...one,
    values: ['syft', 'trivy'],
    describe: 'run syft or trivy, as it is installed here, on images of which nothing is known otherwise',
  },
  'base-images': BASE_IMAGES_FLAG,
  accept: {
    ...one,
    values: ['unsigned'],
    describe: 'unsigned: take the word of SBOMs that nobody has signed for "not affected"',
  },
} satisfies Record<string, Flag>;

export const SWEEP_FLAGS = {
  ...QUERY_FLAGS,
  ...PACKAGE_FLAGS,
  since: {
    ...one,
    values: 'files',
    describe: 'a former sweep of the same query, or an audit, as JSON: say what is new, gone and changed',
  },
  ...SOURCE_FLAGS,
  namespace: {
    ...SOURCE_FLAGS.namespace,
    values: 'namespaces',
    describe: 'namespace of the cluster (default: all), or of manifests that name none (default: default)',
  },
  ...MANY_CLUSTERS_FLAGS,
  policy: { ...policy, describe: 'policy file or directory whose trust roots and keys are known, or "none"' },
  output: {
    ...output,
    values: SWEEP_RENDERERS.map(({ format }) => format),
    describe: `${SWEEP_RENDERERS.map(({ format }) => format).join(', ')}, or FORMAT=PATH to write a file; may be repeated`,
  },
  'no-headers': { ...headers, describe: 'no column titles in table, wide and csv' },
  ...gathering,
} satisfies Record<string, Flag>;

const list = z.array(z.string()).default([]);

const last = list.transform((values) => values.at(-1));

/** What was typed. */
export const sweepFlagsSchema = judgingFlagsSchema
  .extend(sourceFlagsSchema.shape)
  .extend(basesFlagSchema.shape)
  .extend({
    digest: list,
    image: list,
    signer: list,
    issuer: list,
    'source-repository': list,
    builder: list,
    package: list,
    vulnerability: list,
    from: list,
    below: list,
    through: list,
    range: list,
    ecosystem: list,
    osv: list,
    accept: last,
    'scan-with': last,
    unsigned: list.transform((values) => values.at(-1) === 'true'),
    since: last,
  });

export type SweepFlags = z.infer<typeof sweepFlagsSchema>;
