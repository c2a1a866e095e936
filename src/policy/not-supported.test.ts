import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ok } from '../reasons.ts';
import { parseTrustedRoot } from '../verify/trust-root.ts';
import type { Judgement } from './finding.ts';
import {
  image,
  ISSUER,
  manifest,
  NOW,
  RELEASE,
  signature,
  verified,
  workflow,
} from './judged-image.fixture.ts';
import { loadPolicy } from './load.ts';

const TRUSTED_ROOT = readFileSync('testdata/trusted-root.json');
const THRESHOLDS = { signedCertificateTimestamps: 1, transparencyLogEntries: 1, timestamps: 0 };

const HEAD = 'apiVersion: kubectl-supplychain/v1alpha1\nkind: Policy\nmetadata: { name: test }\nspec:\n';
const CI = `{ name: ci, keyless: { trustRoot: acme, issuer: "${ISSUER}", subject: "${RELEASE}" } }`;
const ROOT = '{ name: acme, sigstore: { trustedRoot: root.json } }';

interface Parts {
  readonly rule?: string;
  readonly authority?: string | undefined;
  readonly root?: string | undefined;
}

function load({ rule = 'tags: { pinned: true }', authority, root }: Parts) {
  const authorities = [CI, ...(authority === undefined ? [] : [authority])].join(', ');
  const roots = [ROOT, ...(root === undefined ? [] : [root])].join(', ');
  const text = `${HEAD}  trustRoots: [${roots}]\n  authorities: [${authorities}]\n  rules: [{ name: a, ${rule} }]\n`;
  const builtIn = parseTrustedRoot('sigstore', TRUSTED_ROOT, THRESHOLDS, 'sigstore');
  if (!builtIn.ok) throw new Error(builtIn.fault.message);
  return loadPolicy([{ path: 'policy.yaml', bytes: Buffer.from(text) }], [builtIn.value], () =>
    ok(TRUSTED_ROOT),
  );
}

const SIGNED = image(manifest('a', verified(signature(workflow(RELEASE)))));
const UNSIGNED = image();

/** What the checks of the only rule say of an image, in the order that they are judged. */
function judge(parts: Parts, of = SIGNED): readonly Judgement[] {
  const loaded = load(parts);
  if (!loaded.ok) throw new Error(loaded.errors.map(({ message }) => message).join('\n'));
  return loaded.policy.rules.flatMap(({ checks }) => checks.map(({ evaluate }) => evaluate(of, NOW)));
}

describe('what this version cannot check', () => {
  it.each([
    [
      'vulnerabilities',
      'vulnerabilities: { signedBy: [ci], failOn: [critical], maxAge: 7d, ignoreUnfixed: true, vex: { signedBy: [ci], maxAge: 90d } }',
    ],
    ['baseImages', 'baseImages: { allow: ["gcr.io/distroless/**"], maxAge: 90d }'],
    ['slsa.parameters', 'slsa: { level: 1, signedBy: [ci], sources: ["**"], parameters: { image: cart } }'],
    [
      'attestations.conditions of x',
      'attestations: [{ predicateType: x, signedBy: [ci], require: all, conditions: [{ cel: "true" }] }]',
    ],
  ])('is read and answered as unknown: %s', (field, rule) => {
    expect(judge({ rule })).toMatchObject([
      {
        status: 'unknown',
        reason: 'NotSupported',
        message: `the rule asks for ${field}, which this version cannot check`,
        details: { field },
        authority: null,
      },
    ]);
  });

  const AUTHORITIES: readonly (readonly [string, string, string?])[] = [
    ['a key out of a secret', '{ name: other, key: { secret: { namespace: a, name: b } } }'],
  ];

  describe.each(AUTHORITIES)('%s', (what, authority, root) => {
    const parts = { authority, root };

    it.each([
      ['is unknown where it is the only one', 'signature: { anyOf: [other] }', SIGNED],
      ['is unknown where no other has signed', 'signature: { anyOf: [ci, other] }', UNSIGNED],
      ['is unknown where all must sign', 'signature: { allOf: [ci, other] }', SIGNED],
      ['is unknown for SBOMs', 'sbom: { signedBy: [other] }', SIGNED],
      ['is unknown for provenance', 'slsa: { level: 1, signedBy: [other], sources: ["**"] }', SIGNED],
      ['is unknown for attestations', 'attestations: [{ predicateType: x, signedBy: [other] }]', SIGNED],
    ])('%s', (_name, rule, of) => {
      expect(judge({ ...parts, rule }, of)).toMatchObject([
        {
          status: 'unknown',
          reason: 'NotSupported',
          message: `the rule accepts other, and ${what} is not in this version`,
        },
      ]);
    });

    it('does not matter where another who must has not signed', () => {
      expect(judge({ ...parts, rule: 'signature: { allOf: [ci, other] }' }, UNSIGNED)).toMatchObject([
        { status: 'fail', reason: 'SignatureMissing' },
      ]);
    });

    it('does not matter where another has signed', () => {
      expect(judge({ ...parts, rule: 'signature: { anyOf: [other, ci] }' })).toMatchObject([
        { status: 'pass', reason: 'SignatureVerified', authority: 'ci' },
      ]);
    });
  });
});

describe('what this version cannot check is validated all the same', () => {
  it.each<[string, Parts, string]>([
    [
      'vulnerabilities without signers',
      { rule: 'vulnerabilities: { failOn: [critical] }' },
      'vulnerabilities.signedBy',
    ],
    [
      'another severity',
      { rule: 'vulnerabilities: { signedBy: [ci], failOn: [bad] }' },
      'vulnerabilities.failOn[0]',
    ],
    [
      'VEX without signers',
      { rule: 'vulnerabilities: { signedBy: [ci], failOn: [low], vex: {} }' },
      'vulnerabilities.vex.signedBy',
    ],
    [
      'base images that list nothing',
      { rule: 'baseImages: { allow: [] }' },
      'baseImages.allow: must not be empty',
    ],
    [
      'an age that is no duration',
      { rule: 'age: { max: soon }' },
      'age.max: must be a duration, as 12h or 7d, not "soon"',
    ],
    ['an unknown drift', { rule: 'tags: { drift: allow }' }, 'tags.drift: must be one of fail, warn'],
    [
      'an SBOM by signers and unsigned',
      { rule: 'sbom: { signedBy: [ci], allowUnsigned: true }' },
      'sbom: must have exactly one of signedBy and allowUnsigned: true',
    ],
    [
      'an SBOM by nobody',
      { rule: 'sbom: { formats: [spdx] }' },
      'sbom: must have exactly one of signedBy and allowUnsigned: true',
    ],
    [
      'a condition of no form',
      { rule: 'attestations: [{ predicateType: x, signedBy: [ci], conditions: [{ cel: "" }] }]' },
      'conditions[0]',
    ],
    [
      'an authority that nobody defines, for VEX',
      { rule: 'vulnerabilities: { signedBy: [ci], failOn: [low], vex: { signedBy: [nobody] } }' },
      'vex.signedBy[0]: no authority is named "nobody"',
    ],
    [
      'provenance without sources',
      { rule: 'slsa: { level: 1, signedBy: [ci] }' },
      'slsa.sources: is required',
    ],
    ['provenance without signers', { rule: 'slsa: { level: 1, sources: ["**"] }' }, 'slsa.signedBy'],
    [
      'provenance of no level',
      { rule: 'slsa: { level: 4, signedBy: [ci], sources: ["**"] }' },
      'slsa.level: must be one of 1, 2, 3',
    ],
    [
      'an attestation without signers',
      { rule: 'attestations: [{ predicateType: x }]' },
      'attestations[0].signedBy',
    ],
    [
      'a count without anyOf',
      { rule: 'signature: { allOf: [ci], atLeast: 1 }' },
      'signature: has atLeast without anyOf',
    ],
    [
      'a count of nothing',
      { rule: 'signature: { anyOf: [ci], atLeast: 0 }' },
      'signature.atLeast: must be at least 1, not 0',
    ],
    [
      'a Notation authority without trust',
      { authority: '{ name: pki, notation: { identities: [x] } }' },
      'notation: must have trustPolicy and trustStore, or trustedCertificates',
    ],
    [
      'a trust root of two kinds',
      { root: '{ name: b, certificateChain: a.pem, sigstore: { trustedRoot: root.json } }' },
      'must have exactly one of sigstore, tuf and certificateChain',
    ],
    [
      'a mirror that is no address',
      { root: '{ name: b, tuf: { mirror: nowhere, root: root.json } }' },
      'tuf.mirror',
    ],
  ])('%s', (_name, parts, message) => {
    const loaded = load(parts);
    expect(loaded.ok ? [] : loaded.errors.map((error) => error.message)).toEqual([
      expect.stringContaining(message),
    ]);
  });
});
