import { spdx } from '../../../testdata/make/predicates.ts';
import { RELEASE, type Signer } from '../../../testdata/make/sign.ts';
import { attest, forgeBundle, readdressed, sign, signChildren } from '../../../testdata/make/steps.ts';
import { RELEASE_IDENTITY } from '../asked.ts';
import { fail, PASS, type SignatureCase, unknown } from '../case.ts';
import { FOR_OTHER_DIGEST, NOTHING_FOUND, OTHER_LEAF, OTHER_NAME } from '../cosign-errors.ts';
import { fallbackTagTaken, listedWithOtherSubject, relisted, signChild } from '../steps.ts';
import { childReference } from './binding.ts';

const REFERRERS = ['referrers API'] as const;
const FALLBACK_TAG = ['fallback tag'] as const;
const NIGHTLY: Signer = { kind: 'workflow', workflow: 'nightly.yml', ref: 'refs/heads/main' };
const BELOW = 'all that may run out of the index is signed; cosign looks at nothing below it';
const HIDDEN = 'a signature stands under the tag; where there is a bundle, cosign does not look at tags';

export const INDEX: readonly SignatureCase[] = [
  {
    name: 'only the index is signed',
    index: 'plain',
    steps: [sign(RELEASE)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'only the index is signed, and an image below it is asked for',
    on: REFERRERS,
    index: 'plain',
    steps: [sign(RELEASE)],
    reference: childReference(0),
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureMissing'),
    cosign: NOTHING_FOUND,
  },
  {
    name: 'all images of the index are signed, and it is not',
    index: 'plain',
    steps: [signChildren(RELEASE)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: NOTHING_FOUND,
    wider: BELOW,
  },
  {
    name: 'all images of the index are signed, and what BuildKit put beside them is not',
    on: REFERRERS,
    index: 'buildkit',
    steps: [signChildren(RELEASE)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: NOTHING_FOUND,
    wider: BELOW,
  },
  {
    name: 'one of two images of the index is signed',
    index: 'plain',
    steps: [signChild(0)],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureMissing'),
    cosign: NOTHING_FOUND,
  },
  {
    name: 'one image of the index is signed by whom is asked for, the other by another workflow',
    on: REFERRERS,
    index: 'plain',
    steps: [signChild(0), signChild(1, NIGHTLY)],
    asked: RELEASE_IDENTITY,
    ours: fail('SignerNotTrusted'),
    cosign: NOTHING_FOUND,
  },
  {
    name: 'one image of the index is signed, and asked for',
    on: REFERRERS,
    index: 'plain',
    steps: [signChild(1)],
    reference: childReference(1),
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'the index is signed by another workflow, and all images of it by whom is asked for',
    on: REFERRERS,
    index: 'plain',
    steps: [sign(NIGHTLY), signChildren(RELEASE)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: OTHER_NAME,
    wider: BELOW,
  },
];

export const LAYOUT: readonly SignatureCase[] = [
  {
    name: '`.sig` tag by an identity',
    steps: [sign(RELEASE, 'tag', 'rekorV1')],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: '`.sig` tag by another identity',
    steps: [sign(NIGHTLY, 'tag', 'rekorV1')],
    asked: RELEASE_IDENTITY,
    ours: fail('SignerNotTrusted'),
    cosign: /none of the expected identities matched/,
  },
  {
    name: '`.sig` tag with a signature by another identity before the one that is asked for',
    steps: [sign(NIGHTLY, 'tag', 'rekorV1'), sign(RELEASE, 'tag', 'rekorV1')],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: '`.sig` tag on an index',
    on: REFERRERS,
    index: 'plain',
    steps: [sign(RELEASE, 'tag', 'rekorV1')],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'bundles by another identity and by the one that is asked for',
    steps: [sign(NIGHTLY), sign(RELEASE)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'bundle and `.sig` tag',
    on: REFERRERS,
    steps: [sign(RELEASE, 'tag', 'rekorV1'), sign(RELEASE)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: "`.sig` tag, and another workflow's SBOM as a bundle",
    steps: [sign(RELEASE, 'tag', 'rekorV1'), attest(spdx, NIGHTLY)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: OTHER_NAME,
    wider: HIDDEN,
  },
  {
    name: '`.sig` tag, and a forged bundle',
    on: REFERRERS,
    steps: [sign(RELEASE, 'tag', 'rekorV1'), forgeBundle(readdressed)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: OTHER_LEAF,
    wider: HIDDEN,
  },
];

export const FALLBACK: readonly SignatureCase[] = [
  {
    name: 'bundle, found by the fallback index',
    on: FALLBACK_TAG,
    steps: [sign(RELEASE)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: "entry of the fallback index for another image's bundle",
    on: FALLBACK_TAG,
    steps: [listedWithOtherSubject('other')],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureForOtherImage'),
    cosign: FOR_OTHER_DIGEST,
  },
  {
    name: "entry of the fallback index for this image's bundle under a manifest with another subject",
    on: FALLBACK_TAG,
    steps: [listedWithOtherSubject('this')],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureForOtherImage'),
    cosign: 'accepts',
    stricter: 'the manifest says what it refers to, which cosign does not read',
  },
  {
    name: "entry of the fallback index for another image's bundle beside a good one",
    on: FALLBACK_TAG,
    steps: [listedWithOtherSubject('other'), sign(RELEASE)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'entry of the fallback index without artifact type and annotations',
    on: FALLBACK_TAG,
    steps: [sign(RELEASE), relisted(({ mediaType, digest, size }) => ({ mediaType, digest, size }))],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'entry of the fallback index with a wrong size',
    on: FALLBACK_TAG,
    steps: [sign(RELEASE), relisted((entry) => ({ ...entry, size: 7 }))],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'an image where the fallback index would be',
    on: FALLBACK_TAG,
    steps: [fallbackTagTaken],
    asked: RELEASE_IDENTITY,
    ours: unknown('RegistryResponseInvalid'),
    cosign: NOTHING_FOUND,
  },
];
