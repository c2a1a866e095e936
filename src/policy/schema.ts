import { z } from 'zod';
import type { ExtensionName } from '../verify/sigstore/certificate.ts';
import { regExp } from './glob.ts';

/** An object of exactly these fields; an unknown one is an error that names what is allowed. */
function fields<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys')
        return `unknown field; allowed here: ${Object.keys(shape).join(', ')}`;
      return undefined;
    },
  });
}

/** A field of the policy format that this version does not have yet: refused, so that it is never passed over. */
const notInThisVersion = z.never({ error: 'not in this version' }).optional();

const name = z.string().min(1);
const nonEmptyList = z.array(z.string().min(1)).min(1, 'must not be empty');
const count = z.int().nonnegative();

const expression = z.string().refine(compiles, 'is not a regular expression in RE2 syntax');

function compiles(pattern: string): boolean {
  try {
    regExp(pattern);
    return true;
  } catch {
    return false;
  }
}

/** Whether an expression tells signers apart: one that accepts what nobody is called accepts everybody. */
function isParticular(pattern: string): boolean {
  return !compiles(pattern) || !regExp(pattern)('nobody@nowhere.invalid://\u{10ffff}/');
}

/** `2025-01-01` or a full RFC 3339 time. */
const time = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: 'must be a date (2027-01-31) or an RFC 3339 time',
  })
  .transform((text) => new Date(text));

const subjectGlob = z
  .string()
  .min(1)
  .refine(
    (pattern) => !/^\*+$/.test(pattern),
    'matches every signer; name who may sign, as https://github.com/acme/*/.github/workflows/release.yml@refs/tags/v*',
  );

const trustRoot = fields({
  name,
  sigstore: fields({
    trustedRoot: z.string().min(1),
    signedCertificateTimestamps: count.default(1),
    transparencyLogEntries: count.default(1),
    timestamps: count.default(0),
  }).optional(),
  tuf: notInThisVersion,
  certificateChain: notInThisVersion,
  timestampChain: notInThisVersion,
}).refine((root) => root.sigstore !== undefined, 'must have sigstore: { trustedRoot: FILE }');

const extensionGlob = z.string().min(1).optional();
/** Globs over the certificate's extensions; one that the certificate lacks does not match. */
const extensionGlobs = {
  sourceRepository: extensionGlob,
  sourceRepositoryDigest: extensionGlob,
  sourceRepositoryRef: extensionGlob,
  sourceRepositoryIdentifier: extensionGlob,
  sourceRepositoryOwner: extensionGlob,
  sourceRepositoryOwnerIdentifier: extensionGlob,
  buildSigner: extensionGlob,
  buildSignerDigest: extensionGlob,
  buildConfig: extensionGlob,
  buildConfigDigest: extensionGlob,
  runnerEnvironment: extensionGlob,
  buildTrigger: extensionGlob,
  runInvocation: extensionGlob,
  visibility: extensionGlob,
} satisfies Record<ExtensionName, typeof extensionGlob>;

const keyless = fields({
  trustRoot: name.default('sigstore'),
  issuer: z.string().min(1).optional(),
  issuerRegExp: expression.optional(),
  subject: subjectGlob.optional(),
  subjectRegExp: expression.refine(isParticular, 'matches every signer; name who may sign').optional(),
  ...extensionGlobs,
})
  .refine(
    (k) => (k.issuer === undefined) !== (k.issuerRegExp === undefined),
    'must have exactly one of issuer and issuerRegExp',
  )
  .refine(
    (k) => (k.subject === undefined) !== (k.subjectRegExp === undefined),
    'must have exactly one of subject and subjectRegExp',
  );

const key = fields({
  path: z.string().min(1).optional(),
  pem: z.string().min(1).optional(),
  secret: notInThisVersion,
  trustRoot: name.default('sigstore'),
  transparencyLog: z.boolean().default(true),
  notBefore: time.optional(),
  notAfter: time.optional(),
}).refine((k) => (k.path === undefined) !== (k.pem === undefined), 'must have exactly one of path and pem');

const authority = fields({
  name,
  keyless: keyless.optional(),
  key: key.optional(),
  notation: notInThisVersion,
  signatureRepository: notInThisVersion,
}).refine(
  (a) => (a.keyless === undefined) !== (a.key === undefined),
  'must have exactly one of keyless and key',
);

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
  drift: notInThisVersion,
  disallowed: nonEmptyList.optional(),
}).refine((t) => t.pinned !== undefined || t.disallowed !== undefined, 'must have pinned or disallowed');

const signature = fields({
  anyOf: nonEmptyList.optional(),
  allOf: nonEmptyList.optional(),
  atLeast: notInThisVersion,
  maxAge: notInThisVersion,
  sameRepository: notInThisVersion,
  annotations: notInThisVersion,
}).refine(
  (s) => (s.anyOf === undefined) !== (s.allOf === undefined),
  'must have exactly one of anyOf and allOf',
);

const rule = fields({
  name,
  match: match.default({ images: ['**'] }),
  enforcement: z.enum(['enforce', 'warn']).default('enforce'),
  registries: registries.optional(),
  tags: tags.optional(),
  signature: signature.optional(),
  age: notInThisVersion,
  sbom: notInThisVersion,
  slsa: notInThisVersion,
  vulnerabilities: notInThisVersion,
  baseImages: notInThisVersion,
  attestations: notInThisVersion,
  arguments: notInThisVersion,
}).refine((r) => r.registries ?? r.tags ?? r.signature, 'has no check; add registries, tags or signature');

/** The policy file, `apiVersion: kubectl-supplychain/v1alpha1`. */
export const policySchema = fields({
  apiVersion: z.literal('kubectl-supplychain/v1alpha1'),
  kind: z.literal('Policy'),
  metadata: fields({ name }),
  spec: fields({
    trustRoots: z.array(trustRoot).min(1, 'must not be empty').optional(),
    authorities: z.array(authority).min(1, 'must not be empty').optional(),
    rules: z.array(rule).min(1, 'must not be empty'),
    default: z.enum(['deny', 'warn', 'allow']).default('deny'),
    builders: notInThisVersion,
    exceptions: notInThisVersion,
    registryMirrors: notInThisVersion,
  }),
});

export type PolicyFile = z.infer<typeof policySchema>;
export type RuleFile = PolicyFile['spec']['rules'][number];
export type KeylessFile = z.infer<typeof keyless>;
export type KeyFile = z.infer<typeof key>;
export type RegistriesFile = z.infer<typeof registries>;
export type TagsFile = z.infer<typeof tags>;
export type SignatureFile = z.infer<typeof signature>;
