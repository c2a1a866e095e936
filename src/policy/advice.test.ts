import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { advise } from './advice.ts';
import { evaluate } from './evaluate.ts';
import { container, NOW, referenced, workload } from './judged-image.fixture.ts';
import { loadPolicy } from './load.ts';
import { openPolicy } from './policy-file.ts';
import { failed } from '../reasons.ts';
import { parseTrustedRoot } from '../verify/trust-root.ts';

function open(text: string, path = 'policy.yaml') {
  const opened = openPolicy({ path, bytes: Buffer.from(text) });
  if (!opened.ok) throw new Error(opened.errors.map(({ message }) => message).join('\n'));
  return opened.value;
}

const THRESHOLDS = { signedCertificateTimestamps: 1, transparencyLogEntries: 1, timestamps: 0 };

function loaded(text: string) {
  const root = parseTrustedRoot(
    'sigstore',
    readFileSync('testdata/trusted-root.json'),
    THRESHOLDS,
    'sigstore',
  );
  const roots = root.ok ? [root.value] : [];
  const read = loadPolicy([{ path: 'policy.yaml', bytes: Buffer.from(text) }], roots, () =>
    failed('FileUnreadable', 'there are no files here'),
  );
  if (!read.ok) throw new Error(read.errors.map(({ message }) => message).join('\n'));
  return read;
}

const HEAD = 'apiVersion: kubectl-supplychain/v1alpha1\nkind: Policy\nmetadata: { name: test }\nspec:\n';
/** A policy with `ci`, `used`, and one rule on line 7 that uses it. */
const withAuthority = (authority: string) =>
  `${HEAD}  authorities:\n    - { name: ci, ${authority} }\n  rules: [{ name: r, signature: { anyOf: [ci] } }]\n`;
const withKeyless = (keyless: string) => withAuthority(`keyless: { ${keyless} }`);
const withSubject = (subject: string, more = '') =>
  withKeyless(`issuer: https://token.actions.githubusercontent.com, subject: "${subject}"${more}`);
const withRule = (rule: string) => `${HEAD}  rules:\n    - { name: r, ${rule} }\n`;
const withImages = (...images: readonly string[]) =>
  withRule(`tags: { pinned: true }, match: { images: ${JSON.stringify(images)} }`);
const withException = (match: string, expires = '2027-12-31') =>
  `${withRule('tags: { pinned: true }')}  exceptions:\n    - { name: e, match: ${match}, reasons: [TagNotPinned], reason: later, expires: ${expires} }\n`;

const found = (...texts: readonly string[]) =>
  advise(
    texts.map((text, index) => open(text, `${index}.yaml`)),
    NOW,
  ).map(({ file, line, field, what }) => `${file}:${line}: ${field}: ${what}`);

const GENERATOR =
  'https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml@refs/tags/v*';
const RELEASE = 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v*';
const DIGEST = `sha256:${'a'.repeat(64)}`;

const SHARED = 'the subject is a workflow that other repositories call, and no sourceRepository is asked for';
const EVERYTHING = 'it allows every image that the rule matches';
const NOTHING = 'the excludes leave nothing to match';
const UNCHECKED = 'this version cannot check what is asked here';
const UNVERIFIED = 'this version cannot verify signatures of this authority';

describe('advice on a policy warns of', () => {
  it.each<[string, string, string[]]>([
    [
      'an allow-list of everything',
      withRule('registries: { allow: ["**"] }'),
      [`0.yaml:6: spec.rules[0].registries.allow: ${EVERYTHING}`],
    ],
    [
      'an allow-list of all that the rule matches',
      withRule('match: { images: ["ghcr.io/acme/**"] }, registries: { allow: ["ghcr.io/**"] }'),
      [`0.yaml:6: spec.rules[0].registries.allow: ${EVERYTHING}`],
    ],
    [
      'tags that ask nothing',
      withRule('tags: { pinned: false }'),
      ['0.yaml:6: spec.rules[0].tags.pinned: it asks nothing of a tag'],
    ],
    [
      'excludes of everything',
      withImages('ghcr.io/acme/**', '!ghcr.io/**'),
      [`0.yaml:6: spec.rules[0].match.images: ${NOTHING}`],
    ],
    [
      'excludes that exclude one namespace that is included',
      withRule('tags: { pinned: true }, match: { namespaces: [prod, "!prod"] }'),
      [`0.yaml:6: spec.rules[0].match.namespaces: ${NOTHING}`],
    ],
    [
      'an enforcing rule narrowed by labels',
      withRule('tags: { pinned: true }, match: { selector: { matchLabels: { tier: prod } } }'),
      ['0.yaml:6: spec.rules[0].match.selector: an enforcing rule is narrowed by labels'],
    ],
    [
      'the generator of SLSA for everybody',
      withSubject(GENERATOR),
      [`0.yaml:6: spec.authorities[0].keyless.subject: ${SHARED}`],
    ],
    [
      'the shared workflows of an organisation',
      withSubject('https://github.com/acme/.github/.github/workflows/release.yml@refs/heads/main'),
      [`0.yaml:6: spec.authorities[0].keyless.subject: ${SHARED}`],
    ],
    [
      'a shared workflow as an expression',
      withKeyless('issuer: a, subjectRegExp: "https://github.com/slsa-framework/slsa-github-generator/.*"'),
      [`0.yaml:6: spec.authorities[0].keyless.subjectRegExp: ${SHARED}`],
    ],
    ...[
      'https://github.com/acme*',
      'https://github.com/*/app/**',
      'https://gitlab.com/**',
      '*@example.com*',
      '*example.com',
      'https://git*.example.com/acme/app',
    ].map((subject): [string, string, string[]] => [
      `the open owner of ${subject}`,
      withSubject(subject),
      [`0.yaml:6: spec.authorities[0].keyless.subject: ${JSON.stringify(subject)} leaves open whose it is`],
    ]),
    [
      'an open owner in an expression',
      withKeyless(String.raw`issuer: a, subjectRegExp: 'https://github\.com/acme.*'`),
      [
        String.raw`0.yaml:6: spec.authorities[0].keyless.subjectRegExp: "https://github\\.com/acme.*" leaves open whose it is`,
      ],
    ],
    [
      'an open owner of a source',
      withSubject(RELEASE).replace(
        'signature: { anyOf: [ci] }',
        'slsa: { level: 3, signedBy: [ci], sources: ["https://github.com/acme*"] }',
      ),
      ['0.yaml:7: spec.rules[0].slsa.sources[0]: "https://github.com/acme*" leaves open whose it is'],
    ],
    [
      'an authority that no rule names',
      withSubject(RELEASE).replace('signature: { anyOf: [ci] }', 'tags: { pinned: true }'),
      ['0.yaml:6: spec.authorities[0]: no rule names the authority "ci"'],
    ],
    [
      'a key without a log',
      withAuthority('key: { path: a.pub, transparencyLog: false }'),
      ['0.yaml:6: spec.authorities[0].key.transparencyLog: signatures of this key need no transparency log'],
    ],
    [
      'default: allow',
      `${withRule('tags: { pinned: true }')}  default: allow\n`,
      ['0.yaml:7: spec.default: images that no enforcing rule asks a signature of are allowed'],
    ],
    [
      'an exception without a digest',
      withException('{ images: ["ghcr.io/acme/app"] }'),
      ['0.yaml:8: spec.exceptions[0].match: the exception "e" names no digest'],
    ],
    [
      'an exception that has expired',
      withException(`{ images: ["ghcr.io/acme/app@${DIGEST}"] }`, '2027-01-02'),
      ['0.yaml:8: spec.exceptions[0].expires: the exception "e" has expired on 2027-01-02'],
    ],
    [
      'a key out of a secret',
      withAuthority('key: { secret: { namespace: a, name: b } }'),
      [`0.yaml:6: spec.authorities[0].key.secret: ${UNVERIFIED}`],
    ],
  ])('%s', (_name, text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each<[string, string]>([
    ['an allow-list', withRule('registries: { allow: ["ghcr.io/acme/**"] }')],
    ['everything but what is denied', withRule('registries: { allow: ["**"], deny: ["docker.io/**"] }')],
    ['everything but what is excluded', withRule('registries: { allow: ["**", "!docker.io/**"] }')],
    ['a narrower exclude', withImages('ghcr.io/**', '!ghcr.io/acme/**')],
    ['an exclude of a tag', withImages('ghcr.io/acme/app:v1', '!ghcr.io/acme/app:v1')],
    ['excludes alone', withRule('tags: { pinned: true }, match: { namespaces: ["!kube-*"] }')],
    [
      'labels where the rule only warns',
      withRule('enforcement: warn, tags: { pinned: true }, match: { selector: { matchLabels: { a: b } } }'),
    ],
    ['a workflow', withSubject(RELEASE)],
    [
      'any repository of an owner',
      withSubject('https://github.com/acme/*/.github/workflows/release.yml@refs/tags/v*'),
    ],
    ['any repository of an own forge', withSubject('https://git.example.com/**')],
    ['a namespace of a cluster', withSubject('https://kubernetes.io/namespaces/*/serviceaccounts/ci')],
    ['any subdomain of a host', withSubject('https://*.example.com/acme/app')],
    ['everybody of a domain', withSubject('*@example.com')],
    [
      'an expression of one owner',
      withKeyless(String.raw`issuer: a, subjectRegExp: 'https://github\.com/acme/.*'`),
    ],
    [
      'the generator for one repository',
      withSubject(GENERATOR, ', sourceRepository: https://github.com/acme/app'),
    ],
    [
      'the generator for one owner',
      withSubject(GENERATOR, ', sourceRepositoryOwner: https://github.com/acme'),
    ],
    [
      'any source, written out',
      withSubject(RELEASE).replace(
        'signature: { anyOf: [ci] }',
        'slsa: { level: 3, signedBy: [ci], sources: ["**"] }',
      ),
    ],
    ['an exception by digest', withException(`{ images: ["ghcr.io/acme/app"], digests: ["${DIGEST}"] }`)],
    [
      'an exception on its last day',
      withException(`{ images: ["ghcr.io/acme/app@${DIGEST}"] }`, '2027-01-03'),
    ],
    ['a key', withAuthority('key: { path: a.pub }')],
  ])('nothing of %s', (_name, text) => {
    expect(found(text)).toEqual([]);
  });

  it.each([
    ['nginx', 'docker.io/library/nginx'],
    ['nginx:1.27', 'docker.io/library/nginx:1.27'],
    ['acme/app', 'docker.io/acme/app'],
    ['acme/**', 'docker.io/acme/**'],
    ['docker.io/nginx', 'docker.io/library/nginx'],
    ['docker.io/*', 'docker.io/**'],
    ['index.docker.io/library/nginx', 'docker.io/library/nginx'],
    ['*', '**'],
    ['*:latest', '**:latest'],
    ['*nginx', '**nginx'],
    ['GHCR.io/Acme/app', 'ghcr.io/acme/app'],
    ['ghcr.io', 'ghcr.io/**'],
    ['ghcr.io/acme/', 'ghcr.io/acme/**'],
    ['https://ghcr.io/acme/app', 'ghcr.io/acme/app'],
    ['ghcr.io/acme/.+', 'a glob: * is any run without /, ** any run'],
    ['^ghcr.io/acme/app$', 'a glob: * is any run without /, ** any run'],
    ['ghcr.io/acme/app@sha256:abc', 'a whole digest, as sha256: and 64 hexadecimal digits'],
    ['**', null],
    ['**/nginx', null],
    ['**nginx', null],
    ['*/nginx', null],
    ['*/*', null],
    ['*.example.com/**', null],
    ['ghcr.io/*/*', null],
    ['localhost/app', null],
    ['localhost:5000/app:v1', null],
    ['docker.io/library/nginx', null],
    ['docker.io/*/*', null],
    [`ghcr.io/acme/app@${DIGEST}`, null],
    ['ghcr.io/acme/app@sha256:*', null],
  ])('an image pattern that can never match: %s', (pattern, instead) => {
    const [advice] = advise([open(withImages(pattern, 'ghcr.io/other/**'))], NOW);
    expect(advice?.instead ?? null).toBe(instead);
  });

  it('a pattern that can never exclude, in every list that has patterns', () => {
    const text = `${HEAD}  rules:
    - { name: r, match: { images: ["**", "!nginx"] }, registries: { allow: [redis], deny: [mysql] } }
  exceptions:
    - { name: e, match: { images: [nginx], digests: ["${DIGEST}"] }, reasons: [TagNotPinned], reason: later, expires: 2027-12-31 }
`;
    expect(found(text)).toEqual([
      '0.yaml:6: spec.rules[0].match.images[1]: "!nginx" can never exclude an image',
      '0.yaml:6: spec.rules[0].registries.allow[0]: "redis" can never match an image',
      '0.yaml:6: spec.rules[0].registries.deny[0]: "mysql" can never match an image',
      '0.yaml:8: spec.exceptions[0].match.images[0]: "nginx" can never match an image',
    ]);
  });

  it('no authority that another file names', () => {
    const other = withRule('signature: { anyOf: [ci] }');
    const unused = withSubject(RELEASE).replace('signature: { anyOf: [ci] }', 'tags: { pinned: true }');
    expect(found(unused, other)).toEqual([]);
    expect(found(other, unused)).toEqual([]);
  });

  it.each([
    'slsa: { level: 1, signedBy: [ci], sources: ["**"], parameters: { a: b } }',
    'vulnerabilities: { signedBy: [ci], failOn: [high] }',
    'baseImages: { allow: ["ghcr.io/acme/**"] }',
    'attestations: [{ predicateType: a, signedBy: [ci], conditions: [{ cel: a }] }]',
  ])('a demand that is answered NotSupported: %s', (demand) => {
    const text = withSubject(RELEASE).replace('signature: { anyOf: [ci] }', demand);
    const { policy } = loaded(text);
    const image = referenced('ghcr.io/acme/app:v1');
    const [judged] = evaluate(
      policy,
      [workload({ containers: [container(image.text)] })],
      new Map([[image.text, image]]),
      { judgedAt: NOW, now: NOW },
    );
    const reasons = judged?.containers.flatMap(({ findings }) => findings.map(({ reason }) => reason));
    expect(reasons).toContain('NotSupported');
    expect(found(text).some((warning) => warning.endsWith(UNCHECKED))).toBe(true);
  });

  it('nothing of the shop but its key without a log', () => {
    expect(found(readFileSync('testdata/policy.yaml', 'utf8'))).toEqual([
      '0.yaml:25: spec.authorities[2].key.transparencyLog: signatures of this key need no transparency log',
    ]);
  });
});
