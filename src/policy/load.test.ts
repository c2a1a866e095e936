import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failed, ok } from '../reasons.ts';
import { parseTrustedRoot, type TrustRoot } from '../verify/trust-root.ts';
import type { ReadFile } from './known.ts';
import { loadPolicy } from './load.ts';
import { NOW, RELEASE, referenced, signature, workflow, workload } from './judged-image.fixture.ts';

const PUBLIC = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();
const TRUSTED_ROOT = readFileSync('testdata/trusted-root.json');
const THRESHOLDS = { signedCertificateTimestamps: 1, transparencyLogEntries: 1, timestamps: 0 };

function builtIn(): TrustRoot {
  const root = parseTrustedRoot('sigstore', TRUSTED_ROOT, THRESHOLDS, 'sigstore');
  if (!root.ok) throw new Error(root.fault.message);
  return root.value;
}

const FILES: Readonly<Record<string, string | Buffer>> = {
  'policies/cosign.pub': PUBLIC,
  'policies/private.pem': '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n',
  'policies/root.json': TRUSTED_ROOT,
  'policies/none.json': '{}',
};

const readFile: ReadFile = (path) => {
  const text = FILES[path];
  return text === undefined ? failed('FileUnreadable', `${path} does not exist`) : ok(Buffer.from(text));
};

function load(...texts: readonly (string | Uint8Array)[]) {
  const names = ['policies/a.yaml', 'policies/b.yaml'];
  const files = texts.map((text, index) => ({
    path: names[index] ?? '',
    bytes: typeof text === 'string' ? Buffer.from(text) : text,
  }));
  return loadPolicy(files, [builtIn()], readFile);
}

function errorsOf(...texts: readonly (string | Uint8Array)[]): readonly string[] {
  const loaded = load(...texts);
  return loaded.ok ? [] : loaded.errors.map(({ message }) => message);
}

function policyOf(...texts: readonly string[]) {
  const loaded = load(...texts);
  if (!loaded.ok) throw new Error(loaded.errors.map(({ message }) => message).join('\n'));
  return loaded.policy;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const HEAD = 'apiVersion: kubectl-supplychain/v1alpha1\nkind: Policy\nmetadata: { name: test }\n';
const RULES = '  rules:\n    - { name: tags, tags: { pinned: true } }\n';

/** A policy whose `spec` begins on line 5. */
const spec = (...lines: readonly string[]) => `${HEAD}spec:\n${lines.map((line) => `  ${line}\n`).join('')}`;
/** One whose only rule is written on line 5. */
const withRule = (rule: string) => spec(`rules: [${rule}]`);
/** One whose only authority is written on line 7. */
const withAuthority = (authority: string) => `${HEAD}spec:\n${RULES}  authorities: [${authority}]\n`;
const withKeyless = (keyless: string) => withAuthority(`{ name: ci, keyless: ${keyless} }`);
const withKey = (key: string) => withAuthority(`{ name: ci, key: ${key} }`);
const withRoot = (root: string) => `${HEAD}spec:\n${RULES}  trustRoots: [${root}]\n`;

const A = 'policies/a.yaml';
const EXTENSIONS =
  'sourceRepository, sourceRepositoryDigest, sourceRepositoryRef, sourceRepositoryIdentifier, sourceRepositoryOwner, sourceRepositoryOwnerIdentifier, buildSigner, buildSignerDigest, buildConfig, buildConfigDigest, runnerEnvironment, buildTrigger, runInvocation, visibility';
const WHO_MAY_SIGN =
  'matches every signer; name who may sign, as https://github.com/acme/*/.github/workflows/release.yml@refs/tags/v*';

describe('broken policy file', () => {
  it.each<[string, string | Uint8Array, string[]]>([
    ['empty', '', [`${A}: the file is empty`]],
    ['only a comment', '# nothing\n', [`${A}: the file is empty`]],
    ['no UTF-8', Uint8Array.of(0xc3, 0x28), [`${A}: is no UTF-8 text`]],
    ['no object', 'hello\n', [`${A}:1: must be an object, not "hello"`]],
    ['two documents', `${HEAD}spec:\n${RULES}---\n${HEAD}`, [`${A}:8: a policy file holds one document`]],
    [
      'another apiVersion',
      `${HEAD.replace('v1alpha1', 'v2')}spec:\n${RULES}`,
      [`${A}:1: apiVersion: must be kubectl-supplychain/v1alpha1, not "kubectl-supplychain/v2"`],
    ],
    [
      'another kind',
      `${HEAD.replace('Policy', 'ClusterPolicy')}spec:\n${RULES}`,
      [`${A}:2: kind: must be Policy, not "ClusterPolicy"`],
    ],
    ['no spec', HEAD, [`${A}:1: spec: is required`]],
    ['no rules', spec('default: allow'), [`${A}:4: spec.rules: is required`]],
    ['no rule in rules', spec('rules: []'), [`${A}:5: spec.rules: must not be empty`]],
    [
      'an unknown field at the top',
      `${HEAD}status: {}\nspec:\n${RULES}`,
      [`${A}:4: status: unknown field; allowed here: apiVersion, kind, metadata, spec`],
    ],
    [
      'an unknown field of the metadata',
      `${HEAD.replace('name: test', 'name: test, labels: {}')}spec:\n${RULES}`,
      [`${A}:3: metadata.labels: unknown field; allowed here: name`],
    ],
    [
      'an unknown field of a rule',
      withRule('{ name: a, tags: { pinned: true }, signatures: {} }'),
      [
        `${A}:5: spec.rules[0].signatures: unknown field; allowed here: name, match, enforcement, arguments, registries, tags, age, signature, sbom, slsa, vulnerabilities, baseImages, attestations`,
      ],
    ],
    [
      'an unknown field of a match',
      withRule('{ name: a, tags: { pinned: true }, match: { image: ["**"] } }'),
      [
        `${A}:5: spec.rules[0].match.image: unknown field; allowed here: images, clusters, namespaces, kinds, selector`,
      ],
    ],
    [
      'an unknown field of a selector',
      withRule('{ name: a, tags: { pinned: true }, match: { selector: { matchLabels: {}, x: 1 } } }'),
      [`${A}:5: spec.rules[0].match.selector.x: unknown field; allowed here: matchLabels`],
    ],
    [
      'an unknown field of a keyless authority',
      withKeyless('{ issuer: a, subject: b, workflow: c }'),
      [
        `${A}:7: spec.authorities[0].keyless.workflow: unknown field; allowed here: trustRoot, issuer, issuerRegExp, subject, subjectRegExp, ${EXTENSIONS}`,
      ],
    ],
    [
      'a rule without a check',
      withRule('{ name: a }'),
      [
        `${A}:5: spec.rules[0]: has no check; add one of registries, tags, age, signature, sbom, slsa, vulnerabilities, baseImages, attestations`,
      ],
    ],
    [
      'a rule whose signature asks nobody',
      withRule('{ name: a, signature: {} }'),
      [`${A}:5: spec.rules[0].signature: must have exactly one of anyOf and allOf`],
    ],
    [
      'a rule whose signature asks in two ways',
      withRule('{ name: a, signature: { anyOf: [x], allOf: [x] } }'),
      [`${A}:5: spec.rules[0].signature: must have exactly one of anyOf and allOf`],
    ],
    [
      'empty lists',
      spec(
        'rules:',
        '- { name: a, signature: { anyOf: [] } }',
        '- { name: b, signature: { allOf: [] } }',
        '- { name: c, registries: { allow: [] } }',
        '- { name: d, tags: { disallowed: [] } }',
        '- { name: e, tags: { pinned: true }, match: { images: [] } }',
        '- { name: f, tags: { pinned: true }, match: { namespaces: [] } }',
        '- { name: g, tags: { pinned: true }, match: { kinds: [] } }',
        '- { name: h, tags: { pinned: true }, match: { clusters: [] } }',
      ),
      [
        `${A}:6: spec.rules[0].signature.anyOf: must not be empty`,
        `${A}:7: spec.rules[1].signature.allOf: must not be empty`,
        `${A}:8: spec.rules[2].registries.allow: must not be empty`,
        `${A}:9: spec.rules[3].tags.disallowed: must not be empty`,
        `${A}:10: spec.rules[4].match.images: must not be empty`,
        `${A}:11: spec.rules[5].match.namespaces: must not be empty`,
        `${A}:12: spec.rules[6].match.kinds: must not be empty`,
        `${A}:13: spec.rules[7].match.clusters: must not be empty`,
      ],
    ],
    [
      'registries that list nothing',
      withRule('{ name: a, registries: { deny: [] } }'),
      [`${A}:5: spec.rules[0].registries: must have allow or deny`],
    ],
    [
      'an empty name',
      withRule('{ name: "", tags: { pinned: true } }'),
      [`${A}:5: spec.rules[0].name: must not be empty`],
    ],
    [
      'another enforcement',
      withRule('{ name: a, tags: { pinned: true }, enforcement: audit }'),
      [`${A}:5: spec.rules[0].enforcement: must be one of enforce, warn, not "audit"`],
    ],
    [
      'a mirror of what names no registry',
      spec(
        'registryMirrors: [{ prefix: acme, mirror: mirror.local }]',
        'rules: [{ name: a, tags: { pinned: true } }]',
      ),
      [
        `${A}:5: spec.registryMirrors[0].prefix: "acme" names no registry, and no namespace or repository of one`,
      ],
    ],
    [
      'a mirror by its address, by a tag, and one of itself',
      spec(
        'registryMirrors: [{ prefix: ghcr.io, mirror: "https://mirror.local" }, { prefix: "ghcr.io/a:v1", mirror: m.local }, { prefix: ghcr.io, mirror: GHCR.io }]',
        'rules: [{ name: a, tags: { pinned: true } }]',
      ),
      [
        `${A}:5: spec.registryMirrors[0].mirror: "https://mirror.local" names no registry, and no namespace or repository of one`,
        `${A}:5: spec.registryMirrors[1].prefix: "ghcr.io/a:v1" names no registry, and no namespace or repository of one`,
        `${A}:5: spec.registryMirrors[2].mirror: is what it mirrors; name another registry`,
      ],
    ],
    [
      'a mirror twice',
      spec(
        'registryMirrors: [{ prefix: index.docker.io, mirror: m.local }, { prefix: docker.io, mirror: m.local }]',
        'rules: [{ name: a, tags: { pinned: true } }]',
      ),
      [
        `${A}:5: spec.registryMirrors[1]: names m.local as a mirror of docker.io a second time; leave one of them out`,
      ],
    ],
    [
      'a rule that names an unknown authority',
      withRule('{ name: a, signature: { anyOf: [ci] } }'),
      [`${A}:5: spec.rules[0].signature.anyOf[0]: no authority is named "ci"; there are: none`],
    ],
    [
      'an authority of an unknown trust root',
      withKeyless('{ issuer: a, subject: b, trustRoot: acme }'),
      [`${A}:7: spec.authorities[0].keyless.trustRoot: no trust root is named "acme"; there are: sigstore`],
    ],
    [
      'a key of an unknown trust root',
      withKey('{ path: cosign.pub, trustRoot: acme }'),
      [`${A}:7: spec.authorities[0].key.trustRoot: no trust root is named "acme"; there are: sigstore`],
    ],
    [
      'one rule name twice',
      withRule('{ name: a, tags: { pinned: true } }, { name: a, tags: { pinned: false } }'),
      [`${A}:5: spec.rules[1].name: the rule "a" is there already`],
    ],
    [
      'one authority name twice, the first of which is broken',
      withAuthority('{ name: a, key: { path: no.pub } }, { name: a, key: { path: cosign.pub } }'),
      [
        `${A}:7: spec.authorities[0].key.path: policies/no.pub does not exist`,
        `${A}:7: spec.authorities[1].name: the authority "a" is there already`,
      ],
    ],
    [
      'the name of a built-in trust root',
      withRoot('{ name: sigstore, sigstore: { trustedRoot: root.json } }'),
      [`${A}:7: spec.trustRoots[0].name: the trust root "sigstore" is there already`],
    ],
    [
      'a trusted root that is none',
      withRoot('{ name: acme, sigstore: { trustedRoot: ./none.json } }'),
      [
        `${A}:7: spec.trustRoots[0].sigstore.trustedRoot: ./none.json: mediaType is "", which is not that of a Sigstore trusted root`,
      ],
    ],
    [
      'a trusted root that is not there',
      withRoot('{ name: acme, sigstore: { trustedRoot: ./no.json } }'),
      [`${A}:7: spec.trustRoots[0].sigstore.trustedRoot: policies/no.json does not exist`],
    ],
    [
      'a trust root without anything',
      withRoot('{ name: acme }'),
      [`${A}:7: spec.trustRoots[0]: must have exactly one of sigstore, tuf and certificateChain`],
    ],
    [
      'a threshold below nothing',
      withRoot('{ name: acme, sigstore: { trustedRoot: root.json, timestamps: -1 } }'),
      [`${A}:7: spec.trustRoots[0].sigstore.timestamps: must be at least 0, not -1`],
    ],
    [
      'a subject of only *',
      withKeyless('{ issuer: a, subject: "*" }'),
      [`${A}:7: spec.authorities[0].keyless.subject: ${WHO_MAY_SIGN}`],
    ],
    [
      'a subject of only **',
      withKeyless('{ issuer: a, subject: "**" }'),
      [`${A}:7: spec.authorities[0].keyless.subject: ${WHO_MAY_SIGN}`],
    ],
    ...['.*', '^.*$', '.+', '(.*)', '[\\s\\S]*', '.*?'].map((expression): [string, string, string[]] => [
      `the subject expression ${expression}`,
      withKeyless(`{ issuer: a, subjectRegExp: '${expression}' }`),
      [`${A}:7: spec.authorities[0].keyless.subjectRegExp: matches every signer; name who may sign`],
    ]),
    [
      'an authority without issuer',
      withKeyless('{ subject: b }'),
      [`${A}:7: spec.authorities[0].keyless: must have exactly one of issuer and issuerRegExp`],
    ],
    [
      'an authority with both issuers',
      withKeyless('{ subject: b, issuer: a, issuerRegExp: a }'),
      [`${A}:7: spec.authorities[0].keyless: must have exactly one of issuer and issuerRegExp`],
    ],
    [
      'an authority without subject',
      withKeyless('{ issuer: a }'),
      [`${A}:7: spec.authorities[0].keyless: must have exactly one of subject and subjectRegExp`],
    ],
    [
      'an expression that RE2 does not read',
      withKeyless('{ issuer: a, subjectRegExp: "(?=a)" }'),
      [`${A}:7: spec.authorities[0].keyless.subjectRegExp: is not a regular expression in RE2 syntax`],
    ],
    [
      'an authority of two kinds',
      withAuthority('{ name: a, key: { path: cosign.pub }, keyless: { issuer: a, subject: b } }'),
      [`${A}:7: spec.authorities[0]: must have exactly one of keyless, key and notation`],
    ],
    [
      'a key that is not there',
      withKey('{ path: ./no.pub }'),
      [`${A}:7: spec.authorities[0].key.path: policies/no.pub does not exist`],
    ],
    [
      'a key in a key management service',
      withKey('{ path: "awskms:///alias/cosign" }'),
      [
        `${A}:7: spec.authorities[0].key.path: awskms:///alias/cosign: keys are read from files, not from awskms://`,
      ],
    ],
    [
      'an authority by itself in place of a list',
      withRule('{ name: a, sbom: { signedBy: ci } }'),
      [
        `${A}:5: spec.rules[0].sbom.signedBy: must name authorities, as [ci], { anyOf: [ci, release-key], atLeast: 1 } or { allOf: [ci, security] }`,
      ],
    ],
    [
      'a private key',
      withKey('{ path: ./private.pem }'),
      [`${A}:7: spec.authorities[0].key.path: ./private.pem holds a private key (PRIVATE KEY)`],
    ],
    [
      'a key that is none',
      withKey('{ pem: hello }'),
      [`${A}:7: spec.authorities[0].key.pem: pem holds no public key in PEM`],
    ],
    [
      'a key with neither path nor text',
      withKey('{ transparencyLog: false }'),
      [`${A}:7: spec.authorities[0].key: must have exactly one of path, pem and secret`],
    ],
    [
      'a word where true or false belongs',
      withKey('{ path: cosign.pub, transparencyLog: "false" }'),
      [`${A}:7: spec.authorities[0].key.transparencyLog: must be true or false, not "false"`],
    ],
    [
      'no time',
      withKey('{ path: cosign.pub, notAfter: soon }'),
      [`${A}:7: spec.authorities[0].key.notAfter: must be a date (2027-01-31) or an RFC 3339 time`],
    ],
  ])('%s', (_name, text, messages) => {
    expect(errorsOf(text)).toEqual(messages);
  });

  it('says where its YAML is broken', () => {
    expect(errorsOf(`${HEAD}spec: [\n`)).toEqual([expect.stringMatching(/^policies\/a\.yaml:\d+: .*YAML/)]);
  });

  it('says that a field is given twice', () => {
    expect(errorsOf(`${HEAD}kind: Policy\n`)).toEqual([`${A}:4: the key "kind" is given twice`]);
  });

  it('is reported with all errors of all files in one go', () => {
    const first = spec(
      'default: no',
      'rules:',
      '- { name: a, signature: { anyOf: [nobody] } }',
      '- { name: b }',
    );
    const second = withKey('{ path: ./no.pub }');
    expect(errorsOf(first, second)).toEqual([
      `${A}:5: spec.default: must be one of deny, warn, allow, not false`,
      `${A}:8: spec.rules[1]: has no check; add one of registries, tags, age, signature, sbom, slsa, vulnerabilities, baseImages, attestations`,
      'policies/b.yaml:7: spec.authorities[0].key.path: policies/no.pub does not exist',
    ]);
  });

  it('does not make the names unknown that stand in it', () => {
    const authorities = withAuthority('{ name: ci, key: { path: cosign.pub }, colour: red }');
    const rules = withRule('{ name: a, signature: { anyOf: [ci] } }');
    expect(errorsOf(authorities, rules)).toEqual([
      `${A}:7: spec.authorities[0].colour: unknown field; allowed here: name, keyless, key, notation, signatureRepository`,
    ]);
  });

  it('does not call an authority unknown whose key cannot be read', () => {
    const text = spec(
      'authorities: [{ name: ci, key: { path: no.pub } }]',
      'rules: [{ name: a, signature: { anyOf: [ci] } }]',
    );
    expect(errorsOf(text)).toEqual([`${A}:5: spec.authorities[0].key.path: policies/no.pub does not exist`]);
  });
});

describe('policy', () => {
  it.each([
    ['deny where nothing is said', [''], 'deny'],
    ['what is said', ['default: allow'], 'allow'],
    ['the strictest of several', ['default: allow', 'default: warn'], 'warn'],
    ['the strictest of several, in the other order', ['default: deny', 'default: allow'], 'deny'],
    ['deny where one file says nothing', ['default: allow', ''], 'deny'],
  ])('has as default %s', (_name, defaults, expected) => {
    const files = defaults.map((line, index) =>
      spec(line, `rules: [{ name: rule-${index}, tags: { pinned: true } }]`),
    );
    expect(policyOf(...files).default).toBe(expected);
  });

  it('adds up the rules of several files, with authorities of any of them', () => {
    const rules = withRule('{ name: signed, signature: { anyOf: [ci] } }');
    const authorities = withKeyless('{ issuer: a, subject: b }');
    const policy = policyOf(rules, authorities);
    expect(policy.rules.map(({ name }) => name)).toEqual(['signed', 'tags']);
    expect(policy.sources).toEqual([
      { name: 'test', path: A, sha256: sha256(rules) },
      { name: 'test', path: 'policies/b.yaml', sha256: sha256(authorities) },
    ]);
  });

  it('refuses one rule name in two files', () => {
    expect(errorsOf(`${HEAD}spec:\n${RULES}`, `${HEAD}spec:\n${RULES}`)).toEqual([
      'policies/b.yaml:6: spec.rules[0].name: the rule "tags" is there already',
    ]);
  });

  it('hands its keys to verification with their conditions', () => {
    const text = spec(
      'authorities:',
      '- { name: logged, key: { path: ./cosign.pub, notBefore: 2025-01-01, notAfter: 2027-01-01T12:00:00+02:00 } }',
      '- { name: unlogged, key: { path: ./cosign.pub, transparencyLog: false } }',
      'rules: [{ name: a, signature: { anyOf: [logged, unlogged] } }]',
    );
    expect(policyOf(text).trust.keys).toMatchObject([
      {
        authority: 'logged',
        root: { name: 'sigstore' },
        notBefore: new Date('2025-01-01T00:00:00Z'),
        notAfter: new Date('2027-01-01T10:00:00Z'),
      },
      { authority: 'unlogged', root: null, notBefore: null, notAfter: null },
    ]);
  });

  it('puts its trust roots beside those that are built in, with their thresholds', () => {
    const policy = policyOf(withRoot('{ name: acme, sigstore: { trustedRoot: root.json, timestamps: 1 } }'));
    expect(policy.trust.roots).toMatchObject([
      { name: 'sigstore', ...THRESHOLDS },
      { name: 'acme', ...THRESHOLDS, timestamps: 1 },
    ]);
  });

  it('accepts for an authority no signer of another trust root than the one it names', () => {
    const policy = policyOf(
      spec(
        `authorities: [{ name: ci, keyless: { issuer: "https://token.actions.example.com", subject: "https://**" } }]`,
        'rules: [{ name: a, signature: { anyOf: [ci] } }]',
      ),
    );
    const judge = (trustRoot: string) => {
      const claims = [signature(workflow(RELEASE, { trustRoot }))] as const;
      const evidence = {
        format: 'sigstore-bundle' as const,
        digest: '',
        subject: 'sha256:a',
        location: 'here',
        bytes: new Uint8Array(),
        annotations: {},
      };
      const image = referenced('ghcr.io/acme/app', {
        digest: 'sha256:a',
        platform: null,
        faults: [],
        verdicts: [{ result: 'verified', evidence, claims }],
      });
      return policy.rules[0]?.checks[0]?.evaluate(image, NOW).reason;
    };
    expect(judge('sigstore')).toBe('SignatureVerified');
    expect(judge('acme')).toBe('SignerNotTrusted');
  });

  it('applies its rules where they match', () => {
    const [rule] = policyOf(
      withRule('{ name: a, tags: { pinned: true }, match: { images: ["ghcr.io/**"] } }'),
    ).rules;
    const scope = (text: string) => ({
      image: referenced(text).reference,
      containerType: 'container' as const,
      workload: workload(),
    });
    expect(rule?.matches(scope('ghcr.io/acme/app'))).toEqual([]);
    expect(rule?.matches(scope('quay.io/acme/app'))).toBeNull();
  });
});
