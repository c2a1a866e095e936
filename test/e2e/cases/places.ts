import { RELEASE, type Signer } from '../../../testdata/make/sign.ts';
import { attest, sign, signChildren } from '../../../testdata/make/steps.ts';
import { spdx } from '../../../testdata/make/predicates.ts';
import { type Asked, keyHolder, RELEASE_IDENTITY } from '../asked.ts';
import { fail, PASS, type SignatureCase, unknown } from '../case.ts';
import { NOTHING_FOUND, OTHER_NAME } from '../cosign-errors.ts';
import { apart, asReferrer, bare, embedded, reattached, typed, unreadable, versioned } from '../places.ts';

const REFERRERS = ['referrers API'] as const;
const NIGHTLY: Signer = { kind: 'workflow', workflow: 'nightly.yml', ref: 'refs/heads/main' };
const RELEASE_KEY: Signer = { kind: 'key', name: 'release' };
const UNLOGGED = keyHolder('release', false);
const BOTH = { asked: RELEASE_IDENTITY, signatureRepository: 'both' } as const;
const REPLACES =
  'what hangs on the image counts beside what is kept apart; to cosign COSIGN_REPOSITORY takes its place';
const NOT_A_BUNDLE = 'cosign takes a layer of the media type of bundles only, and the bundle is good';

export const SIGNATURE_REPOSITORY: readonly SignatureCase[] = [
  {
    name: 'bundle in the repository that is named for it',
    steps: [apart(sign(RELEASE))],
    ...BOTH,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: '`.sig` tag in the repository that is named for it',
    steps: [apart(sign(RELEASE, 'tag', 'rekorV1'))],
    ...BOTH,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'bundle on an index, in the repository that is named for it',
    on: REFERRERS,
    index: 'plain',
    steps: [apart(sign(RELEASE))],
    ...BOTH,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'bundles on all images of an index, in the repository that is named for it',
    on: REFERRERS,
    index: 'plain',
    steps: [apart(signChildren(RELEASE))],
    ...BOTH,
    ours: PASS,
    cosign: NOTHING_FOUND,
    wider: 'all that may run out of the index is signed; cosign looks at nothing below it',
  },
  {
    name: 'bundle in a repository that nobody names',
    steps: [apart(sign(RELEASE))],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureMissing'),
    cosign: NOTHING_FOUND,
  },
  {
    name: 'bundle in a repository that only cosign is told of',
    on: REFERRERS,
    steps: [apart(sign(RELEASE))],
    asked: RELEASE_IDENTITY,
    signatureRepository: 'cosign',
    ours: fail('SignatureMissing'),
    cosign: 'accepts',
    stricter: 'the authority does not name that repository',
  },
  {
    name: 'bundle by another workflow in the repository that is named',
    steps: [apart(sign(NIGHTLY))],
    ...BOTH,
    ours: fail('SignerNotTrusted'),
    cosign: OTHER_NAME,
  },
  {
    name: 'bundle by another workflow beside one by whom is asked for, kept apart',
    on: REFERRERS,
    steps: [apart(sign(NIGHTLY)), apart(sign(RELEASE))],
    ...BOTH,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'SBOM by whom is asked for in the repository that is named, and no signature',
    on: REFERRERS,
    steps: [apart(attest(spdx))],
    ...BOTH,
    ours: fail('PredicateTypeMismatch'),
    cosign: 'accepts',
    stricter: 'cosign takes any attestation by the identity for a signature',
  },
  {
    name: 'bundle on the image, and nothing in the repository that is named',
    steps: [sign(RELEASE)],
    ...BOTH,
    ours: PASS,
    cosign: NOTHING_FOUND,
    wider: REPLACES,
  },
  {
    name: 'signed by a key, kept apart',
    on: REFERRERS,
    steps: [apart(sign(RELEASE_KEY))],
    asked: keyHolder('release'),
    signatureRepository: 'both',
    ours: PASS,
    cosign: 'accepts',
  },
];

const EXPERIMENTAL: Asked = {
  ...RELEASE_IDENTITY,
  flags: [...RELEASE_IDENTITY.flags, '--experimental-oci11', '--new-bundle-format=false'],
};
const SHARED_TAG = sign(RELEASE, 'tag', 'rekorV1');

export const REFERRER: readonly SignatureCase[] = [
  {
    name: "cosign's experimental referrer",
    on: REFERRERS,
    steps: [asReferrer(SHARED_TAG)],
    asked: EXPERIMENTAL,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: "cosign's experimental referrer by another workflow",
    on: REFERRERS,
    steps: [asReferrer(sign(NIGHTLY, 'tag', 'rekorV1'))],
    asked: EXPERIMENTAL,
    ours: fail('SignerNotTrusted'),
    cosign: NOTHING_FOUND,
  },
  {
    name: "cosign's experimental referrer, which cosign is not told to look for",
    on: REFERRERS,
    steps: [asReferrer(SHARED_TAG)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: NOTHING_FOUND,
    wider: 'cosign looks at these referrers only with --experimental-oci11',
  },
  {
    name: 'bundle under another artifact type',
    steps: [reattached(typed('application/vnd.example.thing'))],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: "bundle under the artifact type of cosign's experimental referrers",
    on: REFERRERS,
    steps: [reattached(typed('application/vnd.dev.cosign.artifact.sig.v1+json'))],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'bundle as a layer of JSON',
    on: REFERRERS,
    steps: [reattached(typed('application/vnd.dev.sigstore.bundle.v0.3+json', 'application/json'))],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: NOTHING_FOUND,
    wider: NOT_A_BUNDLE,
  },
  {
    name: 'bundle as a layer of JSON under an artifact type that says nothing',
    on: REFERRERS,
    steps: [reattached(typed('application/vnd.example.thing', 'application/json'))],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureMissing'),
    cosign: NOTHING_FOUND,
  },
  ...(['0.1', '0.2'] as const).map((version): SignatureCase => ({
    name: `bundle of version ${version}`,
    on: REFERRERS,
    steps: [reattached(versioned(version), { witnessed: 'rekorV1' })],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: NOTHING_FOUND,
    wider: 'cosign reads bundles from version 0.3 on, and skips older ones without a word',
  })),
  {
    name: 'bundle whose bytes stand in its descriptor',
    on: REFERRERS,
    steps: [reattached(embedded((bundle) => bundle))],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'bundle with other bytes in its descriptor',
    on: REFERRERS,
    steps: [reattached(embedded((bundle) => ({ ...bundle, other: true })))],
    asked: RELEASE_IDENTITY,
    ours: unknown('DigestMismatch'),
    cosign: NOTHING_FOUND,
  },
  {
    name: 'bundle with other bytes in its descriptor beside a good one',
    on: REFERRERS,
    steps: [reattached(embedded((bundle) => ({ ...bundle, other: true }))), sign(RELEASE)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'signature of a kind that neither knows',
    on: REFERRERS,
    steps: [unreadable],
    asked: RELEASE_IDENTITY,
    ours: unknown('EvidenceUnsupported'),
    cosign: NOTHING_FOUND,
  },
  {
    name: 'signature of a kind that neither knows, beside a good one',
    on: REFERRERS,
    steps: [unreadable, sign(RELEASE)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
];

export const BARE: readonly SignatureCase[] = [
  {
    name: 'envelope by itself by a key, where the log is not asked for',
    on: REFERRERS,
    steps: [bare('envelope', RELEASE_KEY, 'none')],
    asked: UNLOGGED,
    ours: PASS,
    cosign: NOTHING_FOUND,
    wider: 'cosign reads envelopes by themselves under an `.att` tag only',
  },
  {
    name: 'envelope by itself by a key, where the log is asked for',
    on: REFERRERS,
    steps: [bare('envelope', RELEASE_KEY, 'none')],
    asked: keyHolder('release'),
    ours: fail('LogEntryMissing'),
    cosign: NOTHING_FOUND,
  },
  {
    name: 'envelope by itself by another key',
    on: REFERRERS,
    steps: [bare('envelope', { kind: 'key', name: 'intruder' }, 'none')],
    asked: UNLOGGED,
    ours: fail('SignerNotTrusted'),
    cosign: NOTHING_FOUND,
  },
  {
    name: 'statement of a signature by itself, which nobody has signed',
    on: REFERRERS,
    steps: [bare('statement', RELEASE, 'rekorV2')],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureMissing'),
    cosign: NOTHING_FOUND,
  },
];
