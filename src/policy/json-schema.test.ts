import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { readDocuments } from '../workloads/document.ts';
import { policyJsonSchema } from './json-schema.ts';
import { policySchema } from './schema.ts';

const SCHEMA = policyJsonSchema();
const validate = new Ajv2020({
  strict: true,
  strictRequired: false,
  strictTypes: false,
  validateFormats: false,
}).compile(SCHEMA);

const valueOf = (text: string): unknown => readDocuments(text, 'policy.yaml').documents[0]?.value;
const spec = (text: string) =>
  valueOf(
    `apiVersion: kubectl-supplychain/v1alpha1\nkind: Policy\nmetadata: { name: a }\nspec: { rules: [{ name: r, tags: { pinned: true } }], ${text} }`,
  );
const rule = (text: string) =>
  valueOf(
    `apiVersion: kubectl-supplychain/v1alpha1\nkind: Policy\nmetadata: { name: a }\nspec: { rules: [{ name: r, ${text} }] }`,
  );
const keyless = (text: string) => spec(`authorities: [{ name: a, keyless: { ${text} } }]`);
const exception = (text: string) =>
  spec(
    `exceptions: [{ name: e, match: { images: [x] }, reason: later, expires: "2027-01-31", reasons: [SignatureMissing]${text} }]`,
  );
const DIGEST = `sha256:${'a'.repeat(64)}`;

const WHOLE = `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: a }
spec:
`;
const A_RULE = '  rules:\n    - name: r\n      tags: { pinned: true }\n';

/** The policies of the documentation; what is only a part of one, as its indentation says, is set into a whole. */
function documented(): [string, unknown][] {
  const text = readFileSync('docs/policy.md', 'utf8').replaceAll('sha256:…', DIGEST);
  return [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, example = '']) => [
    example.trim().split('\n', 1).join(),
    valueOf(setInto(example)),
  ]);
}

function setInto(example: string): string {
  const indentation = example.search(/\S/);
  if (indentation === 0) return example;
  if (indentation > 2) return WHOLE + A_RULE.replace(/ +tags.*\n/, '') + example;
  return WHOLE + (/^ {2}rules:/m.test(example) ? '' : A_RULE) + example;
}

describe('JSON Schema of the policy file', () => {
  it('is a closed schema of draft 2020-12 with a name of its own', () => {
    expect(SCHEMA).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:kubectl-supplychain:v1alpha1:Policy',
      required: ['apiVersion', 'kind', 'metadata', 'spec'],
      additionalProperties: false,
      properties: { spec: { required: ['rules'], additionalProperties: false } },
    });
    const open: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const closed = 'additionalProperties' in value;
      if ('type' in value && value.type === 'object' && !closed) open.push(path);
      for (const [name, inner] of Object.entries(value)) visit(inner, `${path}/${name}`);
    };
    visit(SCHEMA, '');
    expect(open).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['testdata/policy.yaml', valueOf(readFileSync('testdata/policy.yaml', 'utf8'))],
    ...documented(),
    ['a key in PEM', spec('authorities: [{ name: a, key: { pem: x, notBefore: "2027-01-31" } }]')],
    ['expressions', keyless('issuerRegExp: "https://.*", subjectRegExp: ".*@example.com"')],
    ['signers as a list', rule('slsa: { level: 3, signedBy: [a], sources: ["**"], maxAge: 400d }')],
    ['signers as allOf', rule('slsa: { level: 3, signedBy: { allOf: [a] }, sources: ["**"] }')],
    ['signers as anyOf', rule('sbom: { signedBy: { anyOf: [a, b], atLeast: 2 }, maxAge: 1h30m }')],
    ['an SBOM by anybody', rule('sbom: { allowUnsigned: true }')],
    ['an SBOM not by anybody', rule('sbom: { signedBy: [a], allowUnsigned: false }')],
    ['allow and an empty deny', rule('registries: { allow: ["**"], deny: [] }')],
    [
      'notation in place',
      spec('authorities: [{ name: a, notation: { trustedCertificates: [x], identities: ["*"] } }]'),
    ],
    ['an exception', exception(`, checks: [signature]`)],
  ])('accepts, as the program does: %s', (_name, document) => {
    expect(policySchema.safeParse(document).error?.issues ?? []).toEqual([]);
    expect(validate(document) ? [] : validate.errors).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    [
      'another kind',
      valueOf(
        '{ apiVersion: kubectl-supplychain/v1alpha1, kind: Report, metadata: { name: a }, spec: { rules: [] } }',
      ),
    ],
    [
      'an unknown field at the top',
      valueOf(
        'apiVersion: kubectl-supplychain/v1alpha1\nkind: Policy\nmetadata: { name: a }\nstatus: {}\nspec: { rules: [{ name: r, tags: { pinned: true } }] }',
      ),
    ],
    ['an unknown field of the spec', spec('rule: []')],
    ['an unknown field of a rule', rule('tags: { pinned: true }, signatures: {}')],
    ['an unknown field of an authority', keyless('issuer: a, subject: b, subjct: c')],
    ['no rules', spec('rules: []')],
    ['a rule without check', rule('enforcement: warn')],
    ['an empty match', rule('tags: { pinned: true }, match: { images: [] }')],
    ['an unknown enforcement', rule('tags: { pinned: true }, enforcement: audit')],
    ['an unknown default', spec('default: block')],
    ['tags that ask nothing', rule('tags: {}')],
    ['registries that ask nothing', rule('registries: { deny: [] }')],
    ['a signature by nobody', rule('signature: { maxAge: 7d }')],
    ['a signature by two lists', rule('signature: { anyOf: [a], allOf: [b] }')],
    ['so many of all', rule('signature: { allOf: [a], atLeast: 1 }')],
    ['a signature by none at least', rule('signature: { anyOf: [a], atLeast: 0 }')],
    ['no duration', rule('signature: { anyOf: [a], maxAge: soon }')],
    ['a duration without unit', rule('signature: { anyOf: [a], maxAge: "30" }')],
    ['a duration of nothing', rule('signature: { anyOf: [a], maxAge: 0d }')],
    ['an SBOM by nobody', rule('sbom: { formats: [spdx] }')],
    ['an SBOM by somebody and anybody', rule('sbom: { signedBy: [a], allowUnsigned: true }')],
    ['provenance without sources', rule('slsa: { level: 3, signedBy: [a] }')],
    ['a level that is none', rule('slsa: { level: 4, signedBy: [a], sources: ["**"] }')],
    ['no issuer', keyless('subject: a')],
    ['two issuers', keyless('issuer: a, issuerRegExp: a, subject: b')],
    ['every subject', keyless('issuer: a, subject: "**"')],
    [
      'an authority of two kinds',
      spec(
        'authorities: [{ name: a, key: { pem: x }, notation: { trustedCertificates: [x], identities: ["*"] } }]',
      ),
    ],
    ['a key of two origins', spec('authorities: [{ name: a, key: { pem: x, path: y } }]')],
    ['a day that is none', spec('authorities: [{ name: a, key: { pem: x, notAfter: "2027-02-30" } }]')],
    ['half a trust store', spec('authorities: [{ name: a, notation: { trustPolicy: x } }]')],
    [
      'a timestamp chain alone',
      spec('trustRoots: [{ name: a, sigstore: { trustedRoot: x }, timestampChain: y }]'),
    ],
    [
      'a digest that is none',
      spec(
        'exceptions: [{ name: e, match: { images: [x], digests: ["sha256:abc"] }, reason: later, expires: "2027-01-31", checks: [signature] }]',
      ),
    ],
    ['registryMirrors', spec('registryMirrors: []')],
  ])('refuses, as the program does: %s', (_name, document) => {
    expect(policySchema.safeParse(document).success).toBe(false);
    expect(validate(document)).toBe(false);
  });

  it.each([
    ['forged', 'SignatureInvalid'],
    ['unknown', 'RegistryUnreachable'],
    ['made up', 'Whatever'],
  ])('offers no reason for an exception that is %s', (_name, reason) => {
    const document = spec(
      `exceptions: [{ name: e, match: { images: [x], digests: ["${DIGEST}"] }, reason: later, expires: "2027-01-31", reasons: [${reason}] }]`,
    );
    expect(validate(document)).toBe(false);
  });
});
