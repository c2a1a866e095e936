import type { Signer } from '../../../testdata/make/sign.ts';
import { ELSEWHERE, RELEASE } from '../../../testdata/make/sign.ts';
import { sign } from '../../../testdata/make/steps.ts';
import {
  EMAIL_ISSUER,
  identity,
  issuerRegExp,
  RELEASE_IDENTITY,
  RELEASE_SUBJECT,
  subjectGlob,
  subjectRegExp,
  WORKFLOW_ISSUER,
} from '../asked.ts';
import { LOOKALIKE_ISSUER } from '../bench.ts';
import { fail, PASS, type SignatureCase } from '../case.ts';
import { OTHER_ISSUER, OTHER_NAME } from '../cosign-errors.ts';
import { signedByWorkflow } from '../steps.ts';

const REFERRERS = ['referrers API'] as const;
const WORKFLOWS = 'https://github.com/acme/shop/.github/workflows';
const RELEASE_TAGS = subjectGlob(
  `${WORKFLOWS}/release.yml@refs/tags/v*`,
  String.raw`^https://github\.com/acme/shop/\.github/workflows/release\.yml@refs/tags/v[^/]*$`,
);
const NIGHTLY: Signer = { kind: 'workflow', workflow: 'nightly.yml', ref: 'refs/heads/main' };
const JANE: Signer = { kind: 'person', email: 'jane@acme.example.com' };

function release(ref: string): Signer {
  return { kind: 'workflow', workflow: 'release.yml', ref };
}

export const IDENTITY: readonly SignatureCase[] = [
  {
    name: 'the workflow that is asked for',
    steps: [sign(RELEASE)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'a tag that the pattern covers',
    on: REFERRERS,
    steps: [sign(release('refs/tags/v2.3.4'))],
    asked: RELEASE_TAGS,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'another workflow of the same repository',
    steps: [sign(NIGHTLY)],
    asked: RELEASE_IDENTITY,
    ours: fail('SignerNotTrusted'),
    cosign: OTHER_NAME,
  },
  {
    name: 'the same workflow on a branch',
    on: REFERRERS,
    steps: [sign(release('refs/heads/v1.0.0'))],
    asked: RELEASE_TAGS,
    ours: fail('SignerNotTrusted'),
    cosign: OTHER_NAME,
  },
  {
    name: 'a name that goes on after the one that is asked for',
    on: REFERRERS,
    steps: [sign(release('refs/tags/v1.0.0-evil'))],
    asked: RELEASE_IDENTITY,
    ours: fail('SignerNotTrusted'),
    cosign: OTHER_NAME,
  },
  {
    name: 'a tag with a slash behind what the pattern covers',
    on: REFERRERS,
    steps: [sign(release('refs/tags/v1/evil'))],
    asked: RELEASE_TAGS,
    ours: fail('SignerNotTrusted'),
    cosign: OTHER_NAME,
  },
  {
    name: 'a repository whose name ends with the one that is asked for',
    on: REFERRERS,
    steps: [signedByWorkflow('evil/github.com/acme/shop', 'release.yml', 'refs/tags/v1.0.0')],
    asked: RELEASE_IDENTITY,
    ours: fail('SignerNotTrusted'),
    cosign: OTHER_NAME,
  },
  {
    name: 'a repository whose name begins with the one that is asked for',
    on: REFERRERS,
    steps: [signedByWorkflow('acme/shop-evil', 'release.yml', 'refs/tags/v1.0.0')],
    asked: RELEASE_TAGS,
    ours: fail('SignerNotTrusted'),
    cosign: OTHER_NAME,
  },
  {
    name: 'a name that only a regular expression would take for the one that is asked for',
    on: REFERRERS,
    steps: [signedByWorkflow('acme/shop', 'release-yml', 'refs/tags/v1.0.0')],
    asked: RELEASE_IDENTITY,
    ours: fail('SignerNotTrusted'),
    cosign: OTHER_NAME,
  },
  {
    name: 'a regular expression that fits a part of the name',
    on: REFERRERS,
    steps: [signedByWorkflow('evil/github.com/acme/shop', 'release.yml', 'refs/tags/v1.0.0')],
    asked: subjectRegExp(
      String.raw`github\.com/acme/shop/\.github/workflows/release\.yml@refs/tags/v1\.0\.0`,
    ),
    ours: fail('SignerNotTrusted'),
    cosign: 'accepts',
    stricter: 'a regular expression must fit the whole name; to cosign it may fit any part',
  },
  {
    name: 'the person that is asked for',
    on: REFERRERS,
    steps: [sign(JANE)],
    asked: identity('jane@acme.example.com', EMAIL_ISSUER),
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'a person in place of a workflow',
    on: REFERRERS,
    steps: [sign(JANE)],
    asked: identity(RELEASE_SUBJECT, EMAIL_ISSUER),
    ours: fail('SignerNotTrusted'),
    cosign: OTHER_NAME,
  },
  {
    name: 'an address at a domain that begins with the one that is asked for',
    on: REFERRERS,
    steps: [sign({ kind: 'person', email: 'jane@acme.example.com.evil.example' })],
    asked: subjectGlob('*@acme.example.com', String.raw`^[^/]*@acme\.example\.com$`, EMAIL_ISSUER),
    ours: fail('SignerNotTrusted'),
    cosign: OTHER_NAME,
  },
  {
    name: 'a workflow where the pattern is one of addresses',
    on: REFERRERS,
    steps: [sign(RELEASE)],
    asked: subjectGlob('**@refs/tags/v1.0.0', String.raw`^.*@refs/tags/v1\.0\.0$`),
    ours: fail('SignerNotTrusted'),
    cosign: 'accepts',
    stricter:
      'a pattern with @ and without :// is one of addresses; cosign does not tell kinds of names apart',
  },
];

export const ISSUER: readonly SignatureCase[] = [
  {
    name: 'the right name, which another issuer vouches for',
    steps: [sign({ kind: 'workflow', workflow: 'release.yml', ref: 'refs/tags/v1.0.0', issuer: ELSEWHERE })],
    asked: RELEASE_IDENTITY,
    ours: fail('SignerNotTrusted'),
    cosign: OTHER_ISSUER,
  },
  {
    name: 'the other issuer, where it is the one that is asked for',
    on: REFERRERS,
    steps: [sign({ kind: 'workflow', workflow: 'release.yml', ref: 'refs/tags/v1.0.0', issuer: ELSEWHERE })],
    asked: identity(RELEASE_SUBJECT, ELSEWHERE),
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'an issuer whose name begins with the one that is asked for',
    on: REFERRERS,
    steps: [signedByWorkflow('acme/shop', 'release.yml', 'refs/tags/v1.0.0', LOOKALIKE_ISSUER)],
    asked: RELEASE_IDENTITY,
    ours: fail('SignerNotTrusted'),
    cosign: OTHER_ISSUER,
  },
  {
    name: 'a regular expression that fits the beginning of the issuer',
    on: REFERRERS,
    steps: [signedByWorkflow('acme/shop', 'release.yml', 'refs/tags/v1.0.0', LOOKALIKE_ISSUER)],
    asked: issuerRegExp(String.raw`https://token\.actions\.example\.com`),
    ours: fail('SignerNotTrusted'),
    cosign: 'accepts',
    stricter: 'a regular expression must fit the whole issuer; to cosign it may fit any part',
  },
  {
    name: 'the issuer with a slash at its end',
    on: REFERRERS,
    steps: [sign(RELEASE)],
    asked: identity(RELEASE_SUBJECT, `${WORKFLOW_ISSUER}/`),
    ours: fail('SignerNotTrusted'),
    cosign: OTHER_ISSUER,
  },
];
