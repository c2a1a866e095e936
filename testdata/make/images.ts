import type { Reason } from '../../src/reasons.ts';
import { type Home, type Image, pushImage, pushIndex } from './build.ts';
import { cyclonedx, provenance, spdx } from './predicates.ts';
import { ELSEWHERE, RELEASE, type Signer } from './sign.ts';
import {
  attest,
  forgeBundle,
  forgeTag,
  mislabelled,
  moved,
  readdressed,
  redated,
  replaceDigest,
  sign,
  signChildren,
  type Step,
  without,
  withOtherCertificate,
  withOtherLogEntry,
} from './steps.ts';

/** The verdict on one check that policy.yaml has to lead to. */
export interface Expectation {
  readonly check: 'signature' | 'registry';
  readonly expect: 'pass' | 'fail' | 'unknown';
  readonly reason: Reason;
  /** The authority of policy.yaml that vouches for the image. */
  readonly authority: Authority | null;
}

export type Authority = 'release-workflow' | 'release-key' | 'archive-key';

/** An image of the shop. */
export interface Case {
  readonly name: string;
  /** How it is signed, or what is wrong with it. */
  readonly about: string;
  readonly expectation: Expectation;
  /** Why cosign comes to the opposite conclusion, where it does. */
  readonly cosignDiffers?: string;
  readonly steps: readonly Step[];
  /** An index in place of an image of one platform. */
  readonly index?: 'plain' | 'buildkit';
  /** Kept in a registry without the referrers API. */
  readonly oldRegistry?: true;
  /** Its bundle is cut short in the layout after everything else is done. */
  readonly damaged?: true;
}

/** An image that manifests name and the layout does not have. */
export interface Absent {
  readonly image: string;
  readonly about: string;
  readonly expectation: Expectation;
}

const NIGHTLY: Signer = { kind: 'workflow', workflow: 'nightly.yml', ref: 'refs/heads/main' };
const IMPOSTOR: Signer = {
  kind: 'workflow',
  workflow: 'release.yml',
  ref: 'refs/tags/v1.0.0',
  issuer: ELSEWHERE,
};
const PERSON: Signer = { kind: 'person', email: 'jane@acme.example.com' };
const KEY: Signer = { kind: 'key', name: 'release' };
const ARCHIVE: Signer = { kind: 'key', name: 'archive' };
const INTRUDER: Signer = { kind: 'key', name: 'intruder' };

export const CASES: readonly Case[] = [
  {
    name: 'cart',
    about: 'keyless bundle by the release workflow; SPDX, CycloneDX and SLSA provenance as bundles',
    expectation: passes('release-workflow'),
    steps: [sign(RELEASE), attest(spdx), attest(cyclonedx), attest(provenance)],
  },
  {
    name: 'catalog',
    about: 'keyless bundle with an entry of Rekor v1 and no timestamp, as cosign 2 and GitHub wrote them',
    expectation: passes('release-workflow'),
    steps: [sign(RELEASE, 'bundle', 'rekorV1'), attest(provenance, RELEASE, 'bundle', 'rekorV1')],
  },
  {
    name: 'checkout',
    about: 'keyless `.sig` and `.att` tags with entries of Rekor v1, no bundle',
    expectation: passes('release-workflow'),
    steps: [sign(RELEASE, 'tag', 'rekorV1'), attest(spdx, RELEASE, 'tag', 'rekorV1')],
  },
  {
    name: 'payment',
    about: 'bundle by the release key',
    expectation: passes('release-key'),
    steps: [sign(KEY), attest(cyclonedx, KEY)],
  },
  {
    name: 'refund',
    about: '`.sig` tag by the release key with an entry of Rekor v1',
    expectation: passes('release-key'),
    steps: [sign(KEY, 'tag', 'rekorV1')],
  },
  {
    name: 'invoice',
    about: '`.sig` tag by the archive key with no log entry and no timestamp',
    expectation: passes('archive-key'),
    steps: [sign(ARCHIVE, 'tag', 'none')],
  },
  {
    name: 'shipping',
    about: 'index of two platforms and a BuildKit attestation; only the index is signed',
    expectation: passes('release-workflow'),
    index: 'buildkit',
    steps: [sign(RELEASE), attest(provenance)],
  },
  {
    name: 'search',
    about: 'index of two platforms; both images are signed, the index is not',
    expectation: passes('release-workflow'),
    cosignDiffers: 'asked for the index it looks at nothing below it',
    index: 'plain',
    steps: [signChildren(RELEASE)],
  },
  {
    name: 'reviews',
    about: 'a good signature beside a forged one and one by another workflow',
    expectation: passes('release-workflow'),
    steps: [forgeBundle(readdressed), sign(NIGHTLY), sign(RELEASE)],
  },
  {
    name: 'wishlist',
    about: 'keyless `.sig` tag, and beside it a bundle: an SBOM attested by the nightly workflow',
    expectation: passes('release-workflow'),
    cosignDiffers: 'where there is a bundle it does not look at tags',
    steps: [sign(RELEASE, 'tag', 'rekorV1'), attest(spdx, NIGHTLY)],
  },
  {
    name: 'banner',
    about: 'keyless bundle in a registry without the referrers API, listed by the tag `sha256-…`',
    expectation: passes('release-workflow'),
    oldRegistry: true,
    steps: [sign(RELEASE)],
  },
  {
    name: 'frontend',
    about: 'not signed',
    expectation: fails('SignatureMissing'),
    steps: [],
  },
  {
    name: 'admin',
    about: 'signed by the nightly workflow of the same repository',
    expectation: fails('SignerNotTrusted'),
    steps: [sign(NIGHTLY)],
  },
  {
    name: 'loyalty',
    about: 'signed under the right subject, which another issuer vouches for',
    expectation: fails('SignerNotTrusted'),
    steps: [sign(IMPOSTOR)],
  },
  {
    name: 'support',
    about: 'signed by a person with an e-mail address',
    expectation: fails('SignerNotTrusted'),
    steps: [sign(PERSON)],
  },
  {
    name: 'gateway',
    about: 'bundle by a key that the policy does not know',
    expectation: fails('SignerNotTrusted'),
    steps: [sign(INTRUDER)],
  },
  {
    name: 'promo',
    about: 'the `.sig` tag of another image, copied to this one',
    expectation: fails('SignatureForOtherImage'),
    steps: [forgeTag('other', (signature) => signature)],
  },
  {
    name: 'coupon',
    about: 'the bundle of another image, with the `subject` of its manifest set to this one',
    expectation: fails('SignatureForOtherImage'),
    steps: [forgeBundle(moved)],
  },
  {
    name: 'orders',
    about: "a bundle of another image with this image's digest written into the signed statement",
    expectation: fails('SignatureInvalid'),
    steps: [forgeBundle(readdressed)],
  },
  {
    name: 'wallet',
    about: "a `.sig` of another image with this image's digest written into the signed payload",
    expectation: fails('SignatureInvalid'),
    steps: [
      forgeTag('other', ({ payload, annotations }, { digest, otherDigest }) => ({
        payload: replaceDigest(payload, otherDigest, digest),
        annotations,
      })),
    ],
  },
  {
    name: 'stock',
    about: 'bundle with a genuine log entry that belongs to another signature',
    expectation: fails('LogEntryInvalid'),
    steps: [forgeBundle(withOtherLogEntry)],
  },
  {
    name: 'pricing',
    about: '`.sig` tag whose log entry was given another time',
    expectation: fails('LogEntryInvalid'),
    steps: [forgeTag('own', redated)],
  },
  {
    name: 'login',
    about: 'bundle with another certificate of the same identity',
    expectation: fails('SignatureInvalid'),
    steps: [forgeBundle(withOtherCertificate)],
  },
  {
    name: 'newsletter',
    about: 'keyless `.sig` tag with a timestamp and no log entry',
    expectation: fails('LogEntryMissing'),
    steps: [sign(RELEASE, 'tag', 'timestampOnly')],
  },
  {
    name: 'gift',
    about: 'bundle whose log entry was taken out',
    expectation: fails('LogEntryMissing'),
    steps: [forgeBundle(without('tlogEntries'))],
  },
  {
    name: 'calendar',
    about: 'bundle with an entry of Rekor v2, whose timestamp was taken out',
    expectation: fails('TimestampMissing'),
    steps: [forgeBundle(without('timestampVerificationData'))],
  },
  {
    name: 'reports',
    about: 'SLSA provenance by the release workflow, and no signature',
    expectation: fails('PredicateTypeMismatch'),
    cosignDiffers: 'it takes any attestation by the identity for a signature',
    steps: [attest(provenance)],
  },
  {
    name: 'survey',
    about: 'SLSA provenance by the release workflow under a manifest that calls it a signature',
    expectation: fails('PredicateTypeMismatch'),
    cosignDiffers: 'it takes any attestation by the identity for a signature',
    steps: [mislabelled(provenance)],
  },
  {
    name: 'backup',
    about: 'signed by the release workflow; the blob of the bundle was cut short on disk',
    expectation: { check: 'signature', expect: 'unknown', reason: 'DigestMismatch', authority: null },
    cosignDiffers: 'it saw the image before the damage',
    damaged: true,
    steps: [sign(RELEASE)],
  },
];

export const ABSENT: readonly Absent[] = [
  {
    image: 'registry.example.com/shop/fraud:v1',
    about: 'a repository that the layout does not have',
    expectation: { check: 'signature', expect: 'unknown', reason: 'NotInEvidence', authority: null },
  },
  {
    image: 'docker.io/library/redis:7.4',
    about: 'a registry that the policy does not allow',
    expectation: { check: 'registry', expect: 'fail', reason: 'RegistryNotAllowed', authority: null },
  },
];

/** Pushes the image that a case is about, without its signatures. */
export function pushCase({ name, index }: Case, home: Home): Promise<Image> {
  return index === undefined ? pushImage(home, name) : pushIndex(home, name, index === 'buildkit');
}

function passes(authority: Authority): Expectation {
  return { check: 'signature', expect: 'pass', reason: 'SignatureVerified', authority };
}

function fails(reason: Reason): Expectation {
  return { check: 'signature', expect: 'fail', reason, authority: null };
}
