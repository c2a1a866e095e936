import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failed } from '../reasons.ts';
import { parseTrustedRoot } from '../verify/trust-root.ts';
import { keylessAuthority } from './authority.ts';
import { type DraftImage, draftPolicy } from './draft.ts';
import type { EvidenceEntry } from './finding.ts';
import { signature, workflow } from './judged-image.fixture.ts';
import { loadPolicy } from './load.ts';

const ISSUER = 'https://token.actions.githubusercontent.com';
const RELEASE = 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1';

function signedBy(
  subject: string,
  issuer = ISSUER,
  extensions: Readonly<Record<string, string>> = {},
): EvidenceEntry {
  return {
    kind: 'signature',
    predicateType: null,
    digest: null,
    location: 'x',
    subject: `sha256:${'a'.repeat(64)}`,
    signer: { subject, issuer, extensions },
    time: null,
    logIndex: null,
    trustRoot: 'sigstore',
    result: 'verified',
    reason: null,
    message: null,
  };
}

function image(reference: string, ...evidence: readonly EvidenceEntry[]): DraftImage {
  const [repository = ''] = reference.split(':');
  const reason = evidence.length > 0 ? 'SignerNotEvaluated' : 'SignatureMissing';
  return { reference, repository, reason, evidence };
}

const THRESHOLDS = { signedCertificateTimestamps: 1, transparencyLogEntries: 1, timestamps: 0 };

/** The draft as a policy file; it must load. */
function drafted(images: readonly DraftImage[]) {
  const text = draftPolicy(images, { trustedRoot: null });
  const root = parseTrustedRoot('sigstore', readFileSync('testdata/trusted-root.json'), THRESHOLDS, 'root');
  const loaded = loadPolicy(
    [{ path: 'draft.yaml', bytes: Buffer.from(text) }],
    root.ok ? [root.value] : [],
    () => failed('FileUnreadable', 'there are no files here'),
  );
  if (!loaded.ok) throw new Error(loaded.errors.map(({ message }) => message).join('\n') + text);
  const [file] = loaded.files;
  if (!file) throw new Error('no file');
  return { text, spec: file.file.spec };
}

const comments = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.trimStart().startsWith('#'))
    .join('\n');

describe('drafted policy', () => {
  it('has an authority for every signer, and a rule that only warns for every place', () => {
    const { spec } = drafted([
      image('ghcr.io/acme/app:v1', signedBy(RELEASE)),
      image('ghcr.io/acme/web:v1', signedBy(RELEASE)),
      image('ghcr.io/other/tool:v1', signedBy('jane@example.com', 'https://accounts.example.com')),
      image('docker.io/library/redis:7'),
      image('registry.k8s.io/pause:3'),
    ]);
    expect(spec.authorities?.map(({ name, keyless }) => [name, keyless])).toEqual([
      ['acme-app-release', { trustRoot: 'sigstore', issuer: ISSUER, subject: RELEASE }],
      [
        'jane-example-com',
        { trustRoot: 'sigstore', issuer: 'https://accounts.example.com', subject: 'jane@example.com' },
      ],
    ]);
    expect(spec.rules.map(({ name, enforcement, signature }) => [name, enforcement, signature])).toEqual([
      ['known-registries', 'warn', undefined],
      ['ghcr.io/acme/**', 'warn', { anyOf: ['acme-app-release'] }],
      ['ghcr.io/other/**', 'warn', { anyOf: ['jane-example-com'] }],
    ]);
    expect(spec.rules[0]?.registries?.allow).toEqual([
      'docker.io/library/**',
      'ghcr.io/acme/**',
      'ghcr.io/other/**',
      'registry.k8s.io/*',
    ]);
    expect(spec.default).toBe('warn');
  });

  it.each<[string, string, string[]]>([
    [
      'a tag',
      RELEASE,
      [
        'WARNING: this is the tag v1 alone',
        '#   subject: "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/*"',
      ],
    ],
    ['a branch', RELEASE.replace('tags/v1', 'heads/main'), ['WARNING: every build of the branch main signs']],
    ['a pull request', RELEASE.replace('tags/v1', 'pull/7/merge'), ['WARNING: this is a pull request']],
    ['a person', 'jane@example.com', ['A person', '#   subject: "*@example.com"']],
    [
      'a shared workflow that does not say for whom',
      'https://github.com/acme/.github/.github/workflows/sign.yml@refs/tags/v1',
      ['WARNING: other repositories call this workflow', 'Add a sourceRepository.'],
    ],
  ])('says beside %s what to beware of', (_name, subject, expected) => {
    const { text } = drafted([image('ghcr.io/acme/app:v1', signedBy(subject))]);
    for (const part of expected) expect(comments(text)).toContain(part);
  });

  it('trusts a workflow that others call only for the repository that it ran for', () => {
    const shared = 'https://github.com/acme/.github/.github/workflows/sign.yml@refs/tags/v1';
    const from = (sourceRepository: string) => signedBy(shared, ISSUER, { sourceRepository });
    const { spec } = drafted([
      image('ghcr.io/acme/app:v1', from('https://github.com/acme/app')),
      image('ghcr.io/acme/web:v1', from('https://github.com/acme/web')),
      image(
        'ghcr.io/acme/own:v1',
        signedBy(RELEASE, ISSUER, { sourceRepository: 'https://github.com/acme/app' }),
      ),
    ]);
    expect(spec.authorities?.map(({ name, keyless }) => [name, keyless?.sourceRepository])).toEqual([
      ['acme-github-sign-for-acme-app', 'https://github.com/acme/app'],
      ['acme-github-sign-for-acme-web', 'https://github.com/acme/web'],
      ['acme-app-release', undefined],
    ]);
  });

  it('makes no authority of who only attests, of keys, or of what does not verify', () => {
    const one = signedBy(RELEASE);
    const key = { subject: 'key sha256:ff', issuer: null, extensions: {} };
    const { spec, text } = drafted([
      image('ghcr.io/a/attested:v1', { ...one, kind: 'attestation', predicateType: 'x' }),
      image('ghcr.io/a/refused:v1', { ...one, result: 'refused', reason: 'SignatureInvalid' }),
      image('ghcr.io/a/key:v1', { ...one, signer: key }),
      { ...image('ghcr.io/a/half:v1', one), reason: 'SignatureMissing' },
      { ...image('ghcr.io/a/stranger:v1', { ...one, result: 'refused' }), reason: 'NoKeyConfigured' },
      { ...image('GHCR.io/No One'), repository: null },
    ]);
    expect(spec.authorities).toBeUndefined();
    expect(spec.rules.map(({ name }) => name)).toEqual(['known-registries']);
    for (const said of ['ghcr.io/a/stranger:v1', 'ghcr.io/a/half:v1: SignatureMissing', 'GHCR.io/No One'])
      expect(comments(text)).toContain(said);
  });

  it.each([
    ['a star', '*'],
    ['stars in a name', 'https://github.com/*/**'],
    ['characters of expressions', 'a.b+c*(d)[e]{2}^$|\\'],
    ['quotes', 'a"b\'c'],
    ['a comment', 'a # b'],
    ['a mapping', 'a: b'],
    ['an item', '- a'],
    ['flow', '{ a: [b] }'],
    ['an anchor, an alias and a tag', '&a *a !!js'],
    ['a word that YAML knows', 'true'],
    ['a number', '1e3'],
    ['a date', '2027-01-01'],
    ['a document boundary', '---'],
    ['white space', ' a '],
    ['a percent sign', '%YAML 1.1'],
    ['other letters', 'https://github.com/ä/日本/🙂'],
  ])('names a signer exactly whose name holds %s', (_name, subject) => {
    const { spec } = drafted([
      image('ghcr.io/acme/app:v1', signedBy(subject, `https://example.com/${subject}`)),
    ]);
    const [keyless] = (spec.authorities ?? []).flatMap((one) => one.keyless ?? []);
    expect(keyless?.issuer).toBe(`https://example.com/${subject}`);
    if (!keyless) return;
    const { accepts } = keylessAuthority('a', keyless);
    const says = (value: string) =>
      accepts(
        signature(
          workflow(value, {
            trustRoot: 'sigstore',
            issuer: `https://example.com/${subject}`,
            subject: { kind: value.includes('://') ? 'uri' : 'other', value },
          }),
        ),
      );
    expect(says(subject)).toBe(true);
    expect(says(`${subject}x`)).toBe(false);
    expect(says(subject.replace('*', 'x'))).toBe(!subject.includes('*'));
  });

  it.each([
    ['a new line', 'a\n  rules: []\n'],
    ['a carriage return', 'a\rdefault: allow'],
    ['a line separator', 'a\u2028default: allow'],
    ['a next line', 'a\u0085default: allow'],
    ['an escape', 'a\u001B[2J'],
    ['another direction', 'a\u202Eb'],
    ['a byte order mark', '\uFEFFa'],
    ['nothing at all', ''],
  ])('has a signer whose name holds %s only in a comment, on one line', (_name, subject) => {
    const hostile = image(
      'ghcr.io/acme/app:v1',
      signedBy(subject),
      signedBy(RELEASE, `${ISSUER}\n${subject}`),
    );
    const { text, spec } = drafted([hostile, image('ghcr.io/acme/web:v1', signedBy(RELEASE))]);
    expect(spec.authorities?.map(({ name }) => name)).toHaveLength(1);
    expect(spec.default).toBe('warn');
    expect(spec.rules).toHaveLength(2);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(text.split('\n').filter((line) => /^\s*(rules:|default:)/.test(line))).toHaveLength(2);
  });

  it('has a hostile source, reference or reason only in a comment', () => {
    const hostile = '\n  default: allow #';
    const { spec } = drafted([
      image('ghcr.io/acme/app:v1', signedBy(RELEASE, ISSUER, { sourceRepository: `https://x${hostile}` })),
      image('ghcr.io/acme/any:v1', signedBy(RELEASE, ISSUER, { sourceRepository: '**' })),
      { ...image(`a${hostile}`), repository: null, reason: hostile },
      { ...image(`b${hostile}`), repository: 'ghcr.io/b/b', reason: hostile },
    ]);
    expect(spec.authorities).toBeUndefined();
    expect(spec.default).toBe('warn');
  });

  it('is the same whatever the order of images and evidence', () => {
    const [a, b] = [signedBy(RELEASE), signedBy('jane@example.com')];
    const images = [image('ghcr.io/acme/app:v1', a, b), image('ghcr.io/acme/web:v1', b, a)];
    const options = { trustedRoot: null };
    expect(draftPolicy(images.toReversed(), options)).toBe(draftPolicy(images, options));
  });

  it('gives signers of one name names of their own', () => {
    const { spec } = drafted([
      image('ghcr.io/acme/app:v1', signedBy(RELEASE), signedBy(RELEASE, 'https://example.com')),
    ]);
    expect(spec.authorities?.map(({ name }) => name)).toEqual(['acme-app-release', 'acme-app-release-2']);
  });
});
