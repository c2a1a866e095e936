import { reference } from '../../../testdata/make/build.ts';
import { provenance, spdx } from '../../../testdata/make/predicates.ts';
import { RELEASE } from '../../../testdata/make/sign.ts';
import {
  attest,
  forgeBundle,
  forgeTag,
  mislabelled,
  moved,
  readdressed,
  replaceDigest,
  sign,
} from '../../../testdata/make/steps.ts';
import { RELEASE_IDENTITY } from '../asked.ts';
import { fail, PASS, type SignatureCase } from '../case.ts';
import { FOR_OTHER_DIGEST, NOTHING_FOUND, OTHER_LEAF } from '../cosign-errors.ts';
import { retagged, stated, tagMoved } from '../steps.ts';

const REFERRERS = ['referrers API'] as const;
const SIGNATURE = 'https://sigstore.dev/cosign/sign/v1';
const ANY_ATTESTATION = 'cosign takes any attestation by the identity for a signature';

export const DIGEST: readonly SignatureCase[] = [
  {
    name: 'a signed image, asked for by its tag',
    steps: [sign(RELEASE)],
    reference: ({ host, repository }) => `${host}/${repository}:v1`,
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'a tag that was moved to another image, asked for by the tag',
    steps: [sign(RELEASE), tagMoved],
    reference: ({ host, repository }) => `${host}/${repository}:v1`,
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureMissing'),
    cosign: NOTHING_FOUND,
  },
  {
    name: 'a tag that was moved to another image, asked for by the digest that was signed',
    steps: [sign(RELEASE), tagMoved],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'a tag that was moved to another image, asked for by the tag with the digest that was signed',
    steps: [sign(RELEASE), tagMoved],
    reference: ({ host, repository, digest }) => `${host}/${repository}:v1@${digest}`,
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'an image that nobody has signed',
    steps: [],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureMissing'),
    cosign: NOTHING_FOUND,
  },
];

export const OTHER_IMAGE: readonly SignatureCase[] = [
  {
    name: "another image's `.sig` tag, copied",
    steps: [forgeTag('other', (signature) => signature)],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureForOtherImage'),
    cosign: /invalid or missing digest in claim/,
  },
  {
    name: "another image's bundle under a manifest with this subject",
    steps: [forgeBundle(moved)],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureForOtherImage'),
    cosign: FOR_OTHER_DIGEST,
  },
  {
    name: "another image's `.sig` with this digest written into the payload",
    steps: [
      forgeTag('other', ({ payload, annotations }, { digest, otherDigest }) => ({
        payload: replaceDigest(payload, otherDigest, digest),
        annotations,
      })),
    ],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureInvalid'),
    cosign: /matching bundle to payload/,
  },
  {
    name: "another image's bundle with this digest written into the statement",
    steps: [forgeBundle(readdressed)],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureInvalid'),
    cosign: OTHER_LEAF,
  },
  {
    name: "the same image's `.sig` tag from another repository",
    on: REFERRERS,
    steps: [forgeTag('own', (signature) => signature)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: "another image's bundle beside a good one",
    steps: [forgeBundle(moved), sign(RELEASE)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
];

/** A statement that says what `cosign sign` says, with something else in its place. */
function signatureStatement(digest: string, more: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: digest.replace('sha256:', '') } }],
    predicateType: SIGNATURE,
    predicate: { made: 'by hand' },
    ...more,
  };
}

export const PREDICATE_TYPE: readonly SignatureCase[] = [
  {
    name: 'provenance, and no signature',
    steps: [attest(provenance)],
    asked: RELEASE_IDENTITY,
    ours: fail('PredicateTypeMismatch'),
    cosign: 'accepts',
    stricter: ANY_ATTESTATION,
  },
  {
    name: 'an SBOM, and no signature',
    on: REFERRERS,
    steps: [attest(spdx)],
    asked: RELEASE_IDENTITY,
    ours: fail('PredicateTypeMismatch'),
    cosign: 'accepts',
    stricter: ANY_ATTESTATION,
  },
  {
    name: 'provenance under a manifest that calls it a signature',
    steps: [mislabelled(provenance)],
    asked: RELEASE_IDENTITY,
    ours: fail('PredicateTypeMismatch'),
    cosign: 'accepts',
    stricter: ANY_ATTESTATION,
  },
  {
    name: 'a signature beside provenance',
    steps: [attest(provenance), sign(RELEASE)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'provenance by whom is asked for, and a signature by another workflow',
    on: REFERRERS,
    steps: [attest(provenance), sign({ kind: 'workflow', workflow: 'nightly.yml', ref: 'refs/heads/main' })],
    asked: RELEASE_IDENTITY,
    ours: fail('SignerNotTrusted'),
    cosign: 'accepts',
    stricter: ANY_ATTESTATION,
  },
  {
    name: 'an `.att` tag, and no signature',
    steps: [attest(spdx, RELEASE, 'tag', 'rekorV1')],
    asked: RELEASE_IDENTITY,
    ours: fail('PredicateTypeMismatch'),
    cosign: NOTHING_FOUND,
  },
  {
    name: 'an attestation under the `.sig` tag',
    on: REFERRERS,
    steps: [attest(spdx, RELEASE, 'tag', 'rekorV1'), retagged('att', 'sig')],
    asked: RELEASE_IDENTITY,
    ours: fail('PredicateTypeMismatch'),
    cosign: /no matching signatures/,
  },
  {
    name: 'a signature under the `.att` tag',
    on: REFERRERS,
    steps: [sign(RELEASE, 'tag', 'rekorV1'), retagged('sig', 'att')],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'a signature that was made by hand, statement and all',
    on: REFERRERS,
    steps: [stated((digest) => signatureStatement(digest))],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'a predicate type that begins with that of signatures',
    on: REFERRERS,
    steps: [stated((digest) => signatureStatement(digest, { predicateType: `${SIGNATURE}.1` }))],
    asked: RELEASE_IDENTITY,
    ours: fail('PredicateTypeMismatch'),
    cosign: 'accepts',
    stricter: ANY_ATTESTATION,
  },
  {
    name: 'a statement of a type that in-toto does not have',
    on: REFERRERS,
    steps: [stated((digest) => signatureStatement(digest, { _type: 'https://in-toto.io/Statement/v9' }))],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureMalformed'),
    cosign: 'accepts',
    stricter: 'cosign does not look at the type of the statement',
  },
  {
    name: 'a statement about this image and another one',
    on: REFERRERS,
    steps: [
      stated((digest) =>
        signatureStatement(digest, {
          subject: [
            { digest: { sha256: '0'.repeat(64) } },
            { digest: { sha256: digest.replace('sha256:', '') } },
          ],
        }),
      ),
    ],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'a statement with a digest of this image under the name of another algorithm',
    on: REFERRERS,
    steps: [
      stated((digest) =>
        signatureStatement(digest, { subject: [{ digest: { sha512: digest.replace('sha256:', '') } }] }),
      ),
    ],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureForOtherImage'),
    cosign: FOR_OTHER_DIGEST,
  },
];

/** Where the child of an index is asked for, its own digest is what must be signed. */
export function childReference(at: number): NonNullable<SignatureCase['reference']> {
  return (image) => reference(image, image.children[at] ?? '');
}
