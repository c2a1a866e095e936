import { z } from 'zod';
import { REASONS } from '../reasons.ts';
import { CHECK_FIELDS, policySchema } from './schema.ts';
import { duration, expression, time } from './schema-fields.ts';
import { unexcusable } from './exceptions.ts';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** Names the format and its version; nothing is fetched from there. */
const ID = 'urn:kubectl-supplychain:v1alpha1:Policy';

/** Go's durations with days and weeks, and more than nothing. */
const DURATION = String.raw`^(?=.*[1-9])((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w))+$`;

/** What a field's type says beyond what a schema's generator can see of it. */
const TYPES: readonly { readonly type: z.ZodType; readonly says: JsonSchema }[] = [
  { type: duration, says: { pattern: DURATION, description: 'A duration, as 12h, 7d or 2w.' } },
  { type: time, says: { description: 'A date, as 2027-01-31, or an RFC 3339 time.' } },
  { type: expression, says: { description: 'RE2 syntax; it must match the whole string.' } },
];

const exactlyOne = (...fields: readonly string[]): JsonSchema => ({
  oneOf: fields.map((field) => ({ required: [field] })),
});
const atLeastOne = (...fields: readonly string[]): JsonSchema => ({
  anyOf: fields.map((field) => ({ required: [field] })),
});

const PATTERNS = 'Globs: * is any run without /, ** any run, ! excludes.';

/** What refinements ask, and what fields mean; by the field's path. */
const FIELDS: Readonly<Record<string, JsonSchema>> = {
  '': {
    title: 'Policy of kubectl supplychain',
    description: 'Whom you trust, and what you ask of which image.',
  },
  'spec.trustRoots': {
    description: 'Beside the built-in roots `sigstore`, the public-good instance, and `github`.',
  },
  'spec.trustRoots[]': {
    ...exactlyOne('sigstore', 'tuf', 'certificateChain'),
    dependentRequired: { timestampChain: ['certificateChain'] },
  },
  'spec.trustRoots[].sigstore.trustedRoot': {
    description: 'A trusted_root.json; relative paths are relative to this file.',
  },
  'spec.authorities': { description: 'The signers that rules can name.' },
  'spec.authorities[]': exactlyOne('keyless', 'key', 'notation'),
  'spec.authorities[].keyless': {
    description: 'An identity: issuer and subject are both required.',
    allOf: [exactlyOne('issuer', 'issuerRegExp'), exactlyOne('subject', 'subjectRegExp')],
  },
  'spec.authorities[].keyless.trustRoot': { description: 'A name of trustRoots, or sigstore, or github.' },
  'spec.authorities[].keyless.issuer': { description: 'The OIDC issuer, exactly.' },
  'spec.authorities[].keyless.subject': {
    description: 'Glob over the name in the certificate; one of only * is refused.',
    not: { pattern: '^\\*+$' },
  },
  'spec.authorities[].keyless.subjectRegExp': {
    description: 'RE2 syntax over the whole name; one that accepts everybody is refused.',
  },
  'spec.authorities[].keyless.sourceRepository': {
    description: 'Glob over the extension of the certificate; one that it lacks does not match.',
  },
  'spec.authorities[].key': {
    description: 'One key or several; any of them satisfies the authority.',
    ...exactlyOne('path', 'pem', 'secret'),
  },
  'spec.authorities[].key.transparencyLog': {
    description:
      'Whether the signature must be in the transparency log; without it there is no trusted time.',
  },
  'spec.authorities[].notation': {
    oneOf: [{ required: ['trustPolicy', 'trustStore'] }, { required: ['trustedCertificates'] }],
    dependentRequired: { trustPolicy: ['trustStore'], trustStore: ['trustPolicy'] },
  },
  'spec.rules': { description: 'Every rule that matches applies.' },
  'spec.rules[]': atLeastOne(...CHECK_FIELDS),
  'spec.rules[].match': { description: 'All parts that are given must match; what cannot be known matches.' },
  'spec.rules[].match.images': {
    description: `Over registry/repository, or with :tag and @digest. ${PATTERNS}`,
  },
  'spec.rules[].match.namespaces': { description: PATTERNS },
  'spec.rules[].match.clusters': { description: PATTERNS },
  'spec.rules[].match.kinds': {
    description: 'The pod, the top owner or what stands between; an exclude names the top owner alone.',
  },
  'spec.rules[].match.selector': { description: "Over the pod template's labels." },
  'spec.rules[].enforcement': { description: 'warn turns failures into warnings.' },
  'spec.rules[].arguments': { description: 'Holds images in arguments and variables to the rule, too.' },
  'spec.rules[].registries': {
    description: 'Where images may come from.',
    anyOf: [{ required: ['allow'] }, { required: ['deny'], properties: { deny: { minItems: 1 } } }],
  },
  'spec.rules[].tags': {
    description: 'That the reference says what runs; latest includes the implicit one.',
    ...atLeastOne('pinned', 'drift', 'disallowed'),
  },
  'spec.rules[].signature': {
    description: 'A signature by authorities, on the index or on every child that is judged.',
    ...exactlyOne('anyOf', 'allOf'),
    dependentRequired: { atLeast: ['anyOf'] },
  },
  'spec.rules[].sbom': {
    description: 'An SBOM of this image.',
    oneOf: [
      {
        required: ['signedBy'],
        not: { required: ['allowUnsigned'], properties: { allowUnsigned: { const: true } } },
      },
      {
        required: ['allowUnsigned'],
        properties: { allowUnsigned: { const: true } },
        not: { required: ['signedBy'] },
      },
    ],
  },
  'spec.rules[].slsa': { description: 'SLSA provenance of this image, its level, source and builder.' },
  'spec.rules[].slsa.sources': { description: `["**"] is any source, and has to be written. ${PATTERNS}` },
  'spec.rules[].attestations': { description: 'Attestations of other predicate types.' },
  'spec.default': {
    description: 'For images of which no enforcing rule asks that somebody vouches: deny, warn or allow.',
  },
  'spec.exceptions': { description: 'Failures to live with until a day.' },
  'spec.exceptions[]': atLeastOne('reasons', 'checks'),
  'spec.exceptions[].reasons[]': {
    enum: Object.keys(REASONS).filter((reason) => unexcusable(reason) === null),
  },
  'spec.exceptions[].expires': { description: 'The last day, in UTC.' },
  'spec.registryMirrors': {
    description:
      'Other registries that hold what lies under a prefix; asked first for what is named by digest.',
  },
  'spec.registryMirrors[].pullFromMirror': {
    description: 'digest-only, or all: what a tag points at is then taken from the mirror as well.',
  },
};

/**
 * The JSON Schema (2020-12) of a policy file as it is written. What a name refers to, whether an expression compiles and whether
 * a file can be read only `policy check` can say.
 */
export function policyJsonSchema(): JsonSchema {
  const generated = z.toJSONSchema(policySchema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const written: unknown = zodSchema;
      const found = TYPES.find(({ type }) => type === written);
      if (found) Object.assign(jsonSchema, found.says);
    },
  });
  const schema: JsonSchema = { $id: ID, ...generated };
  for (const [path, says] of Object.entries(FIELDS)) Object.assign(fieldAt(schema, path), says);
  return schema;
}

/** The schema of a field, as `spec.rules[].name`. */
function fieldAt(schema: JsonSchema, path: string): JsonSchema {
  const steps = path.replaceAll('[]', '.[]').split('.').filter(Boolean);
  let at = schema;
  for (const step of steps) {
    const next = step === '[]' ? at.items : at.properties?.[step];
    if (typeof next !== 'object' || Array.isArray(next)) throw new Error(`the policy has no field ${path}`);
    at = next;
  }
  return at;
}
