import { describe, expect, it } from 'vitest';
import type { Claim, Signer } from '../verify/verifier.ts';
import { keyAuthority, keylessAuthority, unsupportedAuthority } from './authority.ts';
import { demandOf, type Signers } from './demand.ts';
import { ISSUER, NIGHTLY, RELEASE, signature, workflow } from './judged-image.fixture.ts';
import type { Authority } from './policy.ts';

const WORKFLOWS = 'https://github.com/acme/shop/.github/workflows/*@**';

/** `ci` and `also-ci` accept one identity under two names, `any-workflow` accepts that and others. */
const AUTHORITIES = new Map<string, Authority>(
  [
    keylessAuthority('ci', { trustRoot: 'acme', issuer: ISSUER, subject: RELEASE }),
    keylessAuthority('also-ci', { trustRoot: 'acme', issuer: ISSUER, subject: RELEASE }),
    keylessAuthority('ci-elsewhere', { trustRoot: 'other', issuer: ISSUER, subject: RELEASE }),
    keylessAuthority('nightly', { trustRoot: 'acme', issuer: ISSUER, subject: NIGHTLY }),
    keylessAuthority('any-workflow', { trustRoot: 'acme', issuer: ISSUER, subject: WORKFLOWS }),
    keyAuthority('keys', ['1', '2']),
    keyAuthority('key', ['3']),
    keyAuthority('same-key', ['3']),
    unsupportedAuthority('pki', 'a Notation authority'),
  ].map((authority) => [authority.name, authority]),
);

const key = (authority: string, fingerprint: string): Claim =>
  signature({ kind: 'key', authority, fingerprint } satisfies Signer);
const CI = signature(workflow(RELEASE));
const CI_ELSEWHERE = signature(workflow(RELEASE, { trustRoot: 'other' }));
const BY_NIGHTLY = signature(workflow(NIGHTLY));
const STRANGER = signature(workflow('https://github.com/evil/shop/.github/workflows/a.yml@refs/heads/main'));
const OF_OTHER_ISSUER = signature(workflow(RELEASE, { issuer: 'https://issuer.example.net' }));

function holds(signers: Signers, ...claims: readonly Claim[]): boolean {
  return demandOf(signers, AUTHORITIES).parts.every((part) => part.holds(claims));
}

describe('anyOf', () => {
  it.each<[string, string[], Claim[], boolean]>([
    ['the first', ['ci', 'key'], [CI], true],
    ['the second', ['ci', 'key'], [key('key', '3')], true],
    ['both', ['ci', 'key'], [CI, key('key', '3')], true],
    ['nobody', ['ci', 'key'], [], false],
    ['a stranger', ['ci', 'key'], [STRANGER], false],
    ['the same name of another issuer', ['ci'], [OF_OTHER_ISSUER], false],
    ['the same name under another trust root', ['ci'], [CI_ELSEWHERE], false],
    ['any key of a file with several', ['keys'], [key('keys', '2')], true],
    ['the right one beside a stranger', ['ci'], [STRANGER, CI], true],
    ['an authority that cannot be verified', ['pki'], [CI], false],
    ['another beside one that cannot be verified', ['pki', 'ci'], [CI], true],
  ])('is met or not by %s', (_name, anyOf, claims, expected) => {
    expect(holds({ anyOf }, ...claims)).toBe(expected);
  });
});

describe('allOf', () => {
  it.each<[string, string[], Claim[], boolean]>([
    ['all', ['ci', 'key'], [CI, key('key', '3')], true],
    ['only the first', ['ci', 'key'], [CI], false],
    ['only the second', ['ci', 'key'], [key('key', '3')], false],
    ['the first twice', ['ci', 'key'], [CI, CI], false],
    ['two keys of one of them', ['ci', 'keys'], [key('keys', '1'), key('keys', '2')], false],
    ['all but one that cannot be verified', ['ci', 'pki'], [CI], false],
  ])('is met or not by %s', (_name, allOf, claims, expected) => {
    expect(holds({ allOf }, ...claims)).toBe(expected);
  });
});

describe('atLeast', () => {
  it.each<[string, string[], number, Claim[], boolean]>([
    ['two of three authorities', ['ci', 'key', 'nightly'], 2, [CI, BY_NIGHTLY], true],
    ['one of three authorities', ['ci', 'key', 'nightly'], 2, [CI], false],
    ['three of three', ['ci', 'key', 'nightly'], 3, [CI, BY_NIGHTLY, key('key', '3')], true],
    ['two of three where three are asked for', ['ci', 'key', 'nightly'], 3, [CI, BY_NIGHTLY], false],
    ['one authority and a stranger', ['ci', 'key'], 2, [CI, STRANGER], false],
    ['one signer twice', ['ci', 'key'], 2, [CI, CI], false],
    ['one signer whom two authorities accept', ['ci', 'also-ci'], 2, [CI], false],
    ['one signer whom two authorities accept, twice', ['ci', 'also-ci'], 2, [CI, CI], false],
    ['one signer under two trust roots', ['ci', 'ci-elsewhere'], 2, [CI, CI_ELSEWHERE], false],
    ['one key under two names', ['key', 'same-key'], 2, [key('key', '3'), key('same-key', '3')], false],
    ['two keys of one file', ['keys'], 2, [key('keys', '1'), key('keys', '2')], true],
    ['one key of a file with two, twice', ['keys'], 2, [key('keys', '1'), key('keys', '1')], false],
    ['two keys of one file and a third', ['keys', 'key'], 3, [1, 2].map((n) => key('keys', `${n}`)), false],
    ['two signers of one authority', ['any-workflow'], 2, [CI, BY_NIGHTLY], false],
    ['two signers of two authorities', ['any-workflow', 'ci'], 2, [CI, BY_NIGHTLY], true],
    ['the same in the other order', ['ci', 'any-workflow'], 2, [BY_NIGHTLY, CI], true],
    ['two signers that only one of two accepts', ['any-workflow', 'key'], 2, [CI, BY_NIGHTLY], false],
    [
      'three signers through a chain',
      ['any-workflow', 'ci', 'key'],
      3,
      [CI, BY_NIGHTLY, key('key', '3')],
      true,
    ],
    ['one beside an authority that cannot be verified', ['ci', 'pki'], 2, [CI], false],
  ])('is met or not by %s', (_name, anyOf, atLeast, claims, expected) => {
    expect(holds({ anyOf, atLeast }, ...claims)).toBe(expected);
  });
});

it.each<[Signers, string]>([
  [{ anyOf: ['nightly'] }, `nightly (${NIGHTLY} from ${ISSUER})`],
  [{ anyOf: ['pki', 'key'] }, 'pki (a Notation authority) or key (key sha256:3…)'],
  [{ allOf: ['pki', 'key'] }, 'pki (a Notation authority) and key (key sha256:3…)'],
  [{ anyOf: ['pki', 'key'], atLeast: 2 }, 'at least 2 of pki (a Notation authority), key (key sha256:3…)'],
])('says whom it asks for: %j', (signers, words) => {
  expect(demandOf(signers, AUTHORITIES).words).toBe(words);
});
