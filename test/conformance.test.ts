import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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
