import { z } from 'zod';
import {
  containerType,
  digest,
  evidence,
  location,
  maybe,
  object,
  reason,
  text,
  time,
  workloadState,
} from '../report/schema-parts.ts';
import { SWEEP_REASONS } from './sweep-reasons.ts';

/** Names the format and its version; nothing is fetched from there. */
const ID = 'urn:kubectl-supplychain:v1alpha1:SweepReport';

const container = {
  cluster: maybe,
  namespace: maybe,
  apiVersion: text,
  kind: text,
  name: text,
  labels: z.record(text, text),
  container: text,
  type: containerType,
  image: text.describe('The reference as it is written.'),
  digest: digest.nullable(),
  state: workloadState,
  pods: z.int().nullable(),
  platform: maybe,
  since: maybe.describe('Since when it runs.'),
  location,
};

const origin = z.enum(['base', 'application', 'unknown']);

const component = object({
  name: text.describe('The whole name, as its ecosystem writes it.'),
  purl: maybe,
  version: maybe,
  source: maybe.describe('The source package.'),
  location: maybe.describe('The first of the paths.'),
  locations: z.array(text).describe('Paths in the image.'),
  layer: maybe.describe(
    'The layer that it came with, by the digest of its contents: the first of the layers.',
  ),
  layers: z
    .array(
      object({
        digest: text,
        index: z.int().nullable().describe('Its place from the bottom, which is 0.'),
        createdBy: maybe.describe('The step of the build that made it, as the builder says.'),
        origin,
      }),
    )
    .describe('The layers that have it.'),
  origin: origin.describe('Whose layers these are, where all are of one.'),
  originReason: maybe.describe('Why that is not known.'),
  base: maybe.describe('The base image, as the layers prove it.'),
  fixedIn: maybe.describe('The first version that has the fix.'),
  sbom: object({
    standing: z.enum(['accepted', 'signed', 'unsigned', 'selfMade']),
    signer: maybe,
    format: text,
    created: time.nullable(),
  }).describe('Whose word it is.'),
});

const hit = object({
  ...container,
  matched: z.array(
    object({
      query: z.enum([
        'digest',
        'image',
        'signer',
        'issuer',
        'sourceRepository',
        'builder',
        'unsigned',
        'package',
        'vulnerability',
      ]),
      asked: text,
      found: text,
      at: text.describe('What of the image it was found at.'),
    }),
  ),
  component: component.nullable().describe('The component of an SBOM that was asked for.'),
  newer: object({ image: text, digest })
    .nullable()
    .describe('A newer image of the same repository in this run that is free of it.'),
  evidence: z.array(evidence),
  vex: object({
    status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
    justification: maybe,
    signer: text,
    signedAt: time.nullable(),
    excuses: z.boolean().describe('Whether it takes the component out of what is affected.'),
  })
    .nullable()
    .describe('The word of an authority of the policy.'),
});

const undetermined = object({
  ...container,
  children: z.array(digest).describe('What may run out of an index; none of a single manifest.'),
  reason: z.enum(Object.keys(SWEEP_REASONS)),
  cause: reason.nullable().describe('The reason code of what failed.'),
  message: text,
  remediation: maybe.describe('What to do next.'),
  evidence: z.array(evidence).describe('What was seen, and proves nothing.'),
});

const place = {
  cluster: maybe,
  namespace: maybe,
  kind: text,
  name: text,
  container: text,
  image: text,
  digest: digest.nullable(),
};

const values = z.array(text).optional();

const sweepReport = object({
  apiVersion: z.literal('kubectl-supplychain/v1alpha1'),
  kind: z.literal('SweepReport'),
  metadata: object({
    generatedAt: time,
    tool: text,
    source: z.enum(['cluster', 'manifests', 'images', 'argocd']),
    policies: z.array(object({ name: text, path: text, sha256: text })),
    trustRoots: z.array(object({ name: text, sha256: text })),
    hosts: z.array(text).describe('Every host that was contacted.'),
  }),
  query: object({
    digest: values,
    image: values,
    signer: values,
    issuer: values,
    sourceRepository: values,
    builder: values,
    unsigned: z.literal(true).optional(),
    package: values,
    range: text.optional().describe('Versions, as >=2.0,<2.17.1'),
    ecosystem: text.optional(),
    vulnerability: values,
    accept: z.literal('unsigned').optional(),
  }),
  inventory: object({
    takenAt: time.describe('When the workloads were listed.'),
    clusters: z.array(text),
    evidence: object({ path: text, savedAt: time.nullable() }).nullable(),
  }),
  verdict: object({
    status: z.enum(['affected', 'undetermined', 'notAffected']),
    exitCode: z.literal([0, 1, 2, 3, 130]),
  }),
  summary: object({ affected: z.int(), undetermined: z.int(), notAffected: z.int() }).describe('Workloads.'),
  hits: z.array(hit),
  undetermined: z.array(undetermined),
  coverage: object({
    complete: z.boolean(),
    gaps: z.array(
      object({
        scope: z.enum(['context', 'namespace', 'kind', 'file', 'image']),
        name: text,
        cluster: maybe,
        reason,
        message: text,
        remediation: text.optional(),
      }),
    ),
  }),
  notes: z.array(text).describe('What bounds the answer.'),
  since: object({
    generatedAt: time,
    kind: z.enum(['SweepReport', 'Report']),
    new: z.array(object(place)),
    gone: z.array(object({ ...place, now: z.enum(['notAffected', 'undetermined']) })),
    changed: z.array(object({ ...place, was: object({ image: text, digest: digest.nullable() }) })),
  })
    .nullable()
    .describe('Against a former report.'),
}).meta({
  title: 'Sweep of kubectl supplychain',
  description: 'What `sweep` prints with `-o json`. Lists are sorted.',
});

/** The JSON Schema of a sweep's report (draft 2020-12). */
export function sweepJsonSchema(): z.core.JSONSchema.JSONSchema {
  return { $id: ID, ...z.toJSONSchema(sweepReport, { io: 'output' }) };
}
