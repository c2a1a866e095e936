import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { corpusFolder } from '../src/attestations/corpus.fixture.ts';
import { verifyBundle } from './conformance/verify-bundle.ts';

/** The cases' own defaults (sigstore-conformance, test/assets/bundle-verify/README.md). */
const IDENTITY =
  'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main';
const ISSUER = 'https://token.actions.githubusercontent.com';
const CLIENT = resolve(import.meta.dirname, 'conformance/sigstore');

const folder = corpusFolder('sigstore-conformance');
const cases =
  folder === null
    ? []
    : readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name);

function argumentsOf(folder: string, name: string, as: 'file' | 'digest'): readonly string[] {
  const of = (file: string) => join(folder, name, file);
  const text = (file: string, fallback: string) =>
    existsSync(of(file)) ? readFileSync(of(file), 'utf8').trim() : fallback;
  const artifact = existsSync(of('artifact')) ? of('artifact') : join(folder, 'a.txt');
  const digest = `sha256:${createHash('sha256').update(readFileSync(artifact)).digest('hex')}`;
  const signer = existsSync(of('key.pub'))
    ? ['--key', of('key.pub')]
    : [
        '--certificate-identity',
        text('identity', IDENTITY),
        '--certificate-oidc-issuer',
        text('issuer', ISSUER),
      ];
  const root = existsSync(of('trusted_root.json')) ? ['--trusted-root', of('trusted_root.json')] : [];
  const args = ['verify-bundle', '--bundle', of('bundle.sigstore.json'), ...signer, ...root];
  return [...args, as === 'file' ? artifact : digest];
}

describe.skipIf(folder === null)('the cases of sigstore-conformance', () => {
  it('are there', () => expect(cases.length).toBeGreaterThan(40));

  const [failing, valid] = [
    cases.filter((name) => name.endsWith('_fail')),
    cases.filter((name) => !name.endsWith('_fail')),
  ];

  describe.each(['file', 'digest'] as const)('by %s', (as) => {
    it.each(valid)('%s', (name) => {
      expect(() => verifyBundle(argumentsOf(folder ?? '', name, as))).not.toThrow();
    });

    it.each(failing)('%s', (name) => {
      expect(() => verifyBundle(argumentsOf(folder ?? '', name, as))).toThrow(
        /^([A-Z][A-Za-z]+: |.* public key )/,
      );
    });
  });

  it.each([
    ['rekor2-happy-path', 0, /^$/],
    ['rekor2-dsse-mismatch-sig_fail', 1, /^LogEntryInvalid: [^\n]+\n$/],
    ['bundle-malformed-json_fail', 1, /^SignatureMalformed: [^\n]+\n$/],
  ])('the client says of %s', (name, status, stderr) => {
    const found = spawnSync(CLIENT, argumentsOf(folder ?? '', name, 'file'), { encoding: 'utf8' });
    expect(found).toMatchObject({ status, stderr: expect.stringMatching(stderr) as unknown });
  });
});

describe('the sbom client', () => {
  const client = resolve(import.meta.dirname, 'conformance/sbom');
  const ran = (content: string) => {
    const file = join(mkdtempSync(join(tmpdir(), 'supplychain-')), 'sbom');
    writeFileSync(file, content);
    const { status, stdout, stderr } = spawnSync(client, [file], { encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  const digest = `sha256:${'ab'.repeat(32)}`;
  const cyclonedx = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { component: { type: 'container', name: 'cart', version: digest } },
    components: [{ type: 'library', name: 'a', purl: 'a' }],
  };

  it('prints one line of JSON for a document, with its problems', () => {
    const { status, stdout, stderr } = ran(JSON.stringify(cyclonedx));
    expect({ status, stderr }).toStrictEqual({ status: 0, stderr: '' });
    expect(stdout.endsWith('}\n')).toBe(true);
    expect(JSON.parse(stdout)).toStrictEqual({
      format: 'cyclonedx',
      version: '1.6',
      components: 1,
      subject: digest,
      problems: ['a package URL that is none: "a"'],
    });
  }, 30_000);

  it('says in one line why a document is none', () => {
    const { status, stdout, stderr } = ran(
      JSON.stringify({ ...cyclonedx, components: [{ type: 'x', name: 'a' }] }),
    );
    expect({ status, stdout }).toStrictEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^components\[0\]\.type: "x" [^\n]*\n$/);
  }, 30_000);
});
