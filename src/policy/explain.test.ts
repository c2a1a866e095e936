import { describe, expect, it } from 'vitest';
import type { Workload } from '../workloads/source.ts';
import { explainPolicy } from './explain.ts';
import { BARE, container, NOW, workload } from './judged-image.fixture.ts';
import { openPolicy } from './policy-file.ts';
import type { Policy } from './policy.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function explain(
  spec: string,
  where: Workload,
  images = ['ghcr.io/acme/app:v1'],
  type: 'container' | 'argument' = 'container',
) {
  const text = `apiVersion: kubectl-supplychain/v1alpha1\nkind: Policy\nmetadata: { name: a }\nspec:\n${spec}`;
  const opened = openPolicy({ path: 'policy.yaml', bytes: Buffer.from(text) });
  if (!opened.ok) throw new Error(opened.errors.map(({ message }) => message).join('\n'));
  const policy: Policy = {
    sources: [],
    trust: { roots: [], keys: [] },
    rules: [],
    default: opened.value.file.spec.default,
    exceptions: [],
  };
  const containers = images.map((image) => container(image, { type }));
  return explainPolicy({ files: [opened.value], policy }, [{ ...where, containers }], NOW);
}

const rule = (match: string, more = 'signature: { anyOf: [ci] }') =>
  `  rules:\n    - { name: r, match: ${match}, ${more} }\n`;
const exception = (match: string, expires = '2027-12-31') =>
  `${rule('{ images: ["**"] }')}  exceptions:\n    - { name: e, match: ${match}, reasons: [SignatureMissing], checks: [tag], reason: later, expires: ${expires} }\n`;

describe('explained match', () => {
  it.each<[string, string, Workload, unknown[]]>([
    [
      'the pattern that matched',
      '{ images: ["ghcr.io/other/**", "ghcr.io/acme/**"] }',
      workload(),
      [
        {
          field: 'images',
          holds: true,
          assumed: null,
          pattern: 'ghcr.io/acme/**',
          value: 'ghcr.io/acme/app',
        },
      ],
    ],
    [
      'the pattern that excluded',
      '{ images: ["**", "!ghcr.io/**"] }',
      workload(),
      [{ field: 'images', holds: false, assumed: null, pattern: '!ghcr.io/**', value: 'ghcr.io/acme/app' }],
    ],
    [
      'that no pattern matched',
      '{ images: ["docker.io/**"] }',
      workload(),
      [{ field: 'images', holds: false, assumed: null, pattern: null, value: 'ghcr.io/acme/app' }],
    ],
    [
      'a digest that is taken to match',
      `{ images: ["**@${DIGEST}"] }`,
      workload(),
      [
        {
          field: 'images',
          holds: true,
          assumed: 'tag or digest',
          pattern: `**@${DIGEST}`,
          value: 'ghcr.io/acme/app',
        },
      ],
    ],
    [
      'a namespace that nothing excludes',
      '{ namespaces: ["!kube-*"] }',
      workload(),
      [
        expect.objectContaining({ field: 'images' }),
        { field: 'namespaces', holds: true, assumed: null, pattern: null, value: 'shop' },
      ],
    ],
    [
      'everything that cannot be known of a bare image',
      '{ clusters: [prod], namespaces: [prod], kinds: [Job], selector: { matchLabels: { tier: prod } } }',
      BARE,
      [
        expect.objectContaining({ field: 'images' }),
        { field: 'clusters', holds: true, assumed: 'cluster', pattern: null, value: null },
        { field: 'namespaces', holds: true, assumed: 'namespace', pattern: null, value: null },
        { field: 'kinds', holds: true, assumed: 'kind', pattern: null, value: null },
        { field: 'selector', holds: true, assumed: 'labels', pattern: 'tier=prod', value: null },
      ],
    ],
    [
      'the kind that stands between, and the label that differs',
      '{ kinds: [Job, ReplicaSet], selector: { matchLabels: { tier: test } } }',
      workload(),
      [
        expect.objectContaining({ field: 'images' }),
        { field: 'kinds', holds: true, assumed: null, pattern: 'ReplicaSet', value: 'Deployment' },
        { field: 'selector', holds: false, assumed: null, pattern: 'tier=test', value: 'tier=prod' },
      ],
    ],
    [
      'a label that is not there',
      '{ selector: { matchLabels: { tier: prod, team: a } } }',
      workload(),
      [
        expect.objectContaining({ field: 'images' }),
        { field: 'selector', holds: false, assumed: null, pattern: 'team=a', value: 'no label team' },
      ],
    ],
  ])('names %s', (_name, match, where, parts) => {
    const [explained] = explain(rule(match), where);
    expect(explained?.rules[0]?.parts).toEqual(parts);
    const applies = explained?.rules[0]?.parts.every(({ holds }) => holds);
    expect(explained?.rules[0]).toMatchObject({ name: 'r', file: 'policy.yaml', line: 6, applies });
  });
});

describe('explained default', () => {
  it.each<[string, string, boolean]>([
    ['an enforcing rule asks for a signature', rule('{ images: ["**"] }'), false],
    [
      'the rule only warns',
      rule('{ images: ["**"] }', 'enforcement: warn, signature: { anyOf: [ci] }'),
      true,
    ],
    ['the rule asks nobody to vouch', rule('{ images: ["**"] }', 'tags: { pinned: true }'), true],
    ['the rule does not match', rule('{ images: ["docker.io/**"] }'), true],
  ])('where %s', (_name, spec, applies) => {
    const [explained] = explain(`${spec}  default: warn\n`, workload());
    expect(explained?.default).toMatchObject({ applies, value: 'warn' });
  });
});

describe('explained rule', () => {
  it('says what it asks, and how it weighs', () => {
    const spec = rule(
      '{ images: ["**"] }',
      'signature: { anyOf: [ci] }, tags: { pinned: true, drift: fail }',
    );
    expect(explain(spec, workload())[0]?.rules[0]).toMatchObject({
      checks: ['signature', 'tag'],
      enforcement: 'enforce',
    });
    const argument = (text: string) => explain(text, workload(), undefined, 'argument')[0]?.rules[0];
    expect(argument(spec)).toMatchObject({ enforcement: 'warn' });
    expect(argument(rule('{ images: ["**"] }', 'arguments: enforce, tags: { pinned: true }'))).toMatchObject({
      enforcement: 'enforce',
    });
  });

  it('is asked nothing about a reference that is none', () => {
    const [explained] = explain(rule('{ images: ["**"] }'), workload(), ['Not An Image']);
    expect(explained).toMatchObject({
      repository: null,
      rules: [],
      exceptions: [],
      default: { applies: false },
    });
    expect(explained?.invalid).toContain('white space');
  });

  it('spells out what a reference implies', () => {
    const [explained] = explain(rule('{ images: ["docker.io/library/*"] }'), workload(), ['nginx']);
    expect(explained).toMatchObject({ repository: 'docker.io/library/nginx', rules: [{ applies: true }] });
  });
});

describe('explained exception', () => {
  it.each<[string, string, Workload, string, string, string]>([
    ['its image', '{ images: ["ghcr.io/acme/*"] }', workload(), 'v1', 'yes', 'until 2027-12-31'],
    ['another image', '{ images: ["docker.io/**"] }', workload(), 'v1', 'no', 'no pattern of images matches'],
    [
      'an image that it excludes',
      '{ images: ["**", "!ghcr.io/**"] }',
      workload(),
      'v1',
      'no',
      '!ghcr.io/** excludes it',
    ],
    [
      'a digest that the reference does not tell',
      `{ images: ["**"], digests: ["${DIGEST}"] }`,
      workload(),
      'v1',
      'digest',
      'it names digests, and the reference does not tell which it is',
    ],
    [
      'its digest',
      `{ images: ["**"], digests: ["${DIGEST}"] }`,
      workload(),
      `v1@${DIGEST}`,
      'yes',
      'until 2027-12-31',
    ],
    [
      'another digest',
      `{ images: ["**"], digests: ["sha256:${'b'.repeat(64)}"] }`,
      workload(),
      `v1@${DIGEST}`,
      'no',
      'it names other digests',
    ],
    [
      'a pattern with a digest',
      `{ images: ["**@${DIGEST}"] }`,
      workload(),
      'v1',
      'digest',
      'it names digests, and the reference does not tell which it is',
    ],
    [
      'another namespace',
      '{ images: ["**"], namespaces: [prod] }',
      workload(),
      'v1',
      'no',
      'namespaces: no pattern matches shop',
    ],
    [
      'a namespace that is not known',
      '{ images: ["**"], namespaces: [prod] }',
      BARE,
      'v1',
      'no',
      'namespaces: the namespace cannot be known here, and an exception never covers more than it says',
    ],
  ])('of %s', (_name, match, where, tag, applies, why) => {
    const [explained] = explain(exception(match), where, [`ghcr.io/acme/app:${tag}`]);
    expect(explained?.exceptions).toEqual([
      {
        name: 'e',
        file: 'policy.yaml',
        line: 8,
        applies,
        covers: ['SignatureMissing', 'tag'],
        expires: '2027-12-31',
        why,
      },
    ]);
  });

  it('of a tag that the reference does not have', () => {
    const [explained] = explain(exception('{ images: ["**:v1"] }'), workload(), [
      `ghcr.io/acme/app@${DIGEST}`,
    ]);
    expect(explained?.exceptions).toMatchObject([
      { applies: 'no', why: 'it names a tag, and the reference has none' },
    ]);
  });

  it('that has expired', () => {
    const [explained] = explain(exception('{ images: ["**"] }', '2027-01-02'), workload());
    expect(explained?.exceptions).toMatchObject([{ applies: 'no', why: 'it has expired on 2027-01-02' }]);
  });
});
