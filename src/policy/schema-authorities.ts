import { z } from 'zod';
import type { ExtensionName } from '../verify/sigstore/identity.ts';
import { count, expression, fields, isParticular, name, nonEmptyList, time } from './schema-fields.ts';

const subjectGlob = z
  .string()
  .min(1)
  .refine(
    (pattern) => !/^\*+$/.test(pattern),
    'matches every signer; name who may sign, as https://github.com/acme/*/.github/workflows/release.yml@refs/tags/v*',
  );

const tufMirror = z
  .url({ protocol: /^https?$/ })
  .refine(
    (text) => ['@', '?', '#'].every((mark) => !text.includes(mark)),
    'must be an address without user name, query and fragment',
  );

export const trustRoot = fields({
  name,
  sigstore: fields({
    trustedRoot: z.string().min(1),
    signedCertificateTimestamps: count.default(1),
    transparencyLogEntries: count.default(1),
    timestamps: count.default(0),
  }).optional(),
  tuf: fields({ mirror: tufMirror, root: z.string().min(1) }).optional(),
  certificateChain: z.string().min(1).optional(),
  timestampChain: z.string().min(1).optional(),
})
  .refine(
    (root) =>
      [root.sigstore, root.tuf, root.certificateChain].filter((one) => one !== undefined).length === 1,
    'must have exactly one of sigstore, tuf and certificateChain',
  )
  .refine(
    (root) => root.timestampChain === undefined || root.certificateChain !== undefined,
    'has a timestampChain without a certificateChain',
  );

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
  secret: fields({ namespace: name, name }).optional(),
  trustRoot: name.default('sigstore'),
  transparencyLog: z.boolean().default(true),
  notBefore: time.optional(),
  notAfter: time.optional(),
}).refine(
  (k) => [k.path, k.pem, k.secret].filter((one) => one !== undefined).length === 1,
  'must have exactly one of path, pem and secret',
);

const notation = fields({
  trustPolicy: z.string().min(1).optional(),
  trustStore: z.string().min(1).optional(),
  trustedCertificates: nonEmptyList.optional(),
  identities: nonEmptyList.optional(),
  level: z.enum(['strict', 'permissive', 'audit']).optional(),
})
  .refine(
    (n) =>
      (n.trustPolicy === undefined) === (n.trustStore === undefined) &&
      (n.trustPolicy === undefined) !== (n.trustedCertificates === undefined),
    'must have trustPolicy and trustStore, or trustedCertificates and identities',
  )
  .refine(
    (n) => n.trustedCertificates === undefined || n.identities !== undefined,
    'must have identities beside trustedCertificates, as ["x509.subject: C=US, ST=WA, O=acme.io"], or ["*"] for everybody whom they vouch for',
  )
  .refine(
    (n) => n.trustPolicy === undefined || (n.level === undefined && n.identities === undefined),
    'has a level or identities beside a trustPolicy, whose statements have their own',
  );

export const authority = fields({
  name,
  keyless: keyless.optional(),
  key: key.optional(),
  notation: notation.optional(),
  signatureRepository: z.string().min(1).optional(),
}).refine(
  (a) => [a.keyless, a.key, a.notation].filter((one) => one !== undefined).length === 1,
  'must have exactly one of keyless, key and notation',
);

export type TrustRootFile = z.infer<typeof trustRoot>;
export type AuthorityFile = z.infer<typeof authority>;
export type KeylessFile = z.infer<typeof keyless>;
export type KeyFile = z.infer<typeof key>;
export type NotationFile = z.infer<typeof notation>;
