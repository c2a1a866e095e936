import { CHECK_NAMES } from './finding.ts';
import { z } from 'zod';
import { authority, trustRoot } from './schema-authorities.ts';
import { duration, fields, name, nonEmptyList } from './schema-fields.ts';

const match = fields({
  images: nonEmptyList.default(['**']),
  clusters: nonEmptyList.optional(),
  namespaces: nonEmptyList.optional(),
  kinds: nonEmptyList.optional(),
  selector: fields({ matchLabels: z.record(z.string(), z.string()) }).optional(),
});

const registries = fields({
  allow: nonEmptyList.optional(),
  deny: z.array(z.string().min(1)).optional(),
}).refine((r) => r.allow !== undefined || (r.deny?.length ?? 0) > 0, 'must have allow or deny');

const tags = fields({
  pinned: z.boolean().optional(),
  drift: z.enum(['fail', 'warn']).optional(),
  disallowed: nonEmptyList.optional(),
}).refine(
  (t) => t.pinned !== undefined || t.drift !== undefined || t.disallowed !== undefined,
  'must have pinned, drift or disallowed',
);

const atLeast = z.int().min(1);

/** `[a, b]`, `{ anyOf: [a, b], atLeast: 2 }` or `{ allOf: [a, b] }`. */
const signedBy = z.union(
  [
    nonEmptyList.transform((anyOf) => ({ anyOf })),
    fields({ allOf: nonEmptyList }),
    fields({ anyOf: nonEmptyList, atLeast: atLeast.optional() }),
  ],
  {
    error:
      'must name authorities, as [ci], { anyOf: [ci, release-key], atLeast: 1 } or { allOf: [ci, security] }',
  },
);

const signature = fields({
  anyOf: nonEmptyList.optional(),
  allOf: nonEmptyList.optional(),
  atLeast: atLeast.optional(),
  maxAge: duration.optional(),
  sameRepository: z.boolean().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
})
  .refine(
    (s) => (s.anyOf === undefined) !== (s.allOf === undefined),
    'must have exactly one of anyOf and allOf',
  )
  .refine((s) => s.atLeast === undefined || s.anyOf !== undefined, 'has atLeast without anyOf');

const sbom = fields({
  signedBy: signedBy.optional(),
  allowUnsigned: z.boolean().optional(),
  formats: z
    .array(z.enum(['spdx', 'cyclonedx', 'syft']))
    .min(1, 'must not be empty')
    .optional(),
  minimumElements: z.enum(['ntia', 'cisa2025']).optional(),
  maxAge: duration.optional(),
}).refine(
  (s) => (s.signedBy === undefined) !== (s.allowUnsigned !== true),
  'must have exactly one of signedBy and allowUnsigned: true',
);

const slsa = fields({
  level: z.literal([1, 2, 3]),
  signedBy,
  sources: nonEmptyList,
  builders: nonEmptyList.optional(),
  sourceRefs: nonEmptyList.optional(),
  buildTypes: nonEmptyList.optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
  maxAge: duration.optional(),
});

const vulnerabilities = fields({
  signedBy,
  failOn: z.array(z.enum(['critical', 'high', 'medium', 'low', 'unknown'])).min(1, 'must not be empty'),
  maxAge: duration.optional(),
  ignoreUnfixed: z.boolean().optional(),
  vex: fields({ signedBy, maxAge: duration.optional() }).optional(),
});

const attestation = fields({
  predicateType: z.string().min(1),
  signedBy,
  require: z.enum(['all', 'any']).optional(),
  maxAge: duration.optional(),
  conditions: z
    .array(fields({ cel: z.string().min(1) }))
    .min(1, 'must not be empty')
    .optional(),
});

/** The fields of a rule that ask something; a rule has at least one of them. */
export const CHECK_FIELDS = [
  'registries',
  'tags',
  'age',
  'signature',
  'sbom',
  'slsa',
  'vulnerabilities',
  'baseImages',
  'attestations',
] as const;

const rule = fields({
  name,
  match: match.default({ images: ['**'] }),
  enforcement: z.enum(['enforce', 'warn']).default('enforce'),
  arguments: z.literal('enforce').optional(),
  registries: registries.optional(),
  tags: tags.optional(),
  age: fields({ max: duration }).optional(),
  signature: signature.optional(),
  sbom: sbom.optional(),
  slsa: slsa.optional(),
  vulnerabilities: vulnerabilities.optional(),
  baseImages: fields({ allow: nonEmptyList, maxAge: duration.optional() }).optional(),
  attestations: z.array(attestation).min(1, 'must not be empty').optional(),
}).refine(
  (r) => CHECK_FIELDS.some((field) => r[field] !== undefined),
  `has no check; add one of ${CHECK_FIELDS.join(', ')}`,
);

const builder = fields({ id: z.string().min(1), signedBy: nonEmptyList, level: z.literal([1, 2, 3]) });

const digest = z
  .string()
  .regex(
    /^sha(256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128})$/,
    'must be a digest, as sha256: and 64 hexadecimal digits',
  );

const exception = fields({
  name,
  match: fields({
    images: nonEmptyList,
    digests: z.array(digest).min(1, 'must not be empty').optional(),
    namespaces: nonEmptyList.optional(),
    clusters: nonEmptyList.optional(),
    kinds: nonEmptyList.optional(),
  }),
  reasons: nonEmptyList.optional(),
  checks: z.array(z.enum(CHECK_NAMES)).min(1, 'must not be empty').optional(),
  reason: z.string().min(1),
  expires: z.iso.date({ error: 'must be a date, as 2027-01-31' }),
}).refine((e) => e.reasons !== undefined || e.checks !== undefined, 'must have reasons or checks');

/** As `mirror` in registries.conf(5); only what cannot be wrong is taken from a mirror unless the policy says more. */
const registryMirror = fields({
  prefix: z.string().min(1),
  mirror: z.string().min(1),
  pullFromMirror: z.enum(['digest-only', 'all']).default('digest-only'),
});

/** The policy file, `apiVersion: kubectl-supplychain/v1alpha1`. */
export const policySchema = fields({
  apiVersion: z.literal('kubectl-supplychain/v1alpha1'),
  kind: z.literal('Policy'),
  metadata: fields({ name }),
  spec: fields({
    trustRoots: z.array(trustRoot).min(1, 'must not be empty').optional(),
    authorities: z.array(authority).min(1, 'must not be empty').optional(),
    builders: z.array(builder).min(1, 'must not be empty').optional(),
    rules: z.array(rule).min(1, 'must not be empty'),
    default: z.enum(['deny', 'warn', 'allow']).default('deny'),
    exceptions: z.array(exception).min(1, 'must not be empty').optional(),
    registryMirrors: z.array(registryMirror).min(1, 'must not be empty').optional(),
  }),
});

export type PolicyFile = z.infer<typeof policySchema>;
export type RuleFile = PolicyFile['spec']['rules'][number];
export type ExceptionFile = z.infer<typeof exception>;
export type BuilderFile = z.infer<typeof builder>;
export type RegistriesFile = z.infer<typeof registries>;
export type TagsFile = z.infer<typeof tags>;
export type SignatureFile = z.infer<typeof signature>;
export type SbomFile = z.infer<typeof sbom>;
export type SlsaFile = z.infer<typeof slsa>;
export type AttestationFile = z.infer<typeof attestation>;
