import { copySignatureTag } from '../../../testdata/make/attached.ts';
import { pushImage } from '../../../testdata/make/build.ts';
import { RELEASE, type Signer } from '../../../testdata/make/sign.ts';
import {
  forgeBundle,
  forgeTag,
  redated,
  sign,
  without,
  withOtherCertificate,
  withOtherLogEntry,
} from '../../../testdata/make/steps.ts';
import { keyHolder, RELEASE_IDENTITY } from '../asked.ts';
import type { BenchStep } from '../bench.ts';
import { fail, PASS, type SignatureCase } from '../case.ts';
import {
  LOG_NOT_REACHED,
  NOT_LOGGED,
  NO_TIMESTAMP,
  OTHER_LEAF,
  OTHER_SIGNATURE_LOGGED,
  OTHER_VERIFIER_LOGGED,
  UNPROMISED,
} from '../cosign-errors.ts';
import { base64Replaced, bitFlipped, edited, editedAnnotation, withBundle } from '../steps.ts';

const REFERRERS = ['referrers API'] as const;
const LOG = ['verificationMaterial', 'tlogEntries', 0] as const;
const LOG_ANNOTATION = 'dev.sigstore.cosign/bundle';
const SIGNATURE_ANNOTATION = 'dev.cosignproject.cosign/signature';
const CERTIFICATE_ANNOTATION = 'dev.sigstore.cosign/certificate';
const RELEASE_KEY: Signer = { kind: 'key', name: 'release' };

/** What a bundle has at a place, in place of what is there in a second one of the same image and identity. */
function exchanged(...names: readonly string[]): BenchStep {
  return forgeBundle(({ own, other }) => {
    const taken = Object.entries(other.bundle.verificationMaterial).filter(([name]) => names.includes(name));
    const verificationMaterial = { ...own.bundle.verificationMaterial, ...Object.fromEntries(taken) };
    return { ...own, bundle: { ...own.bundle, verificationMaterial } };
  });
}

/** This image's `.sig` tag with annotations of the one that the same identity made for another image. */
function tagWithOther(...names: readonly string[]): BenchStep {
  return async (bench, image, name) => {
    const images = { own: name, other: `${name}-old` };
    const [own, other] = await Promise.all(
      Object.entries(images).map(([of, content]) => pushImage(bench.scratch(`${name}-${of}`), content)),
    );
    if (own === undefined || other === undefined) throw new Error('no images');
    let taken: Readonly<Record<string, string>> = {};
    for (const one of [own, other]) await bench.signing.sign(one, one.digest, RELEASE, 'tag', 'rekorV1');
    await copySignatureTag(other, other, (signature) => {
      taken = Object.fromEntries(
        Object.entries(signature.annotations).filter(([key]) => names.includes(key)),
      );
      return signature;
    });
    await copySignatureTag(own, image, ({ payload, annotations }) => ({
      payload,
      annotations: { ...annotations, ...taken },
    }));
  };
}

export const PAYLOAD: readonly SignatureCase[] = [
  {
    name: 'bundle with a changed statement',
    steps: [withBundle(edited(['dsseEnvelope', 'payload'], base64Replaced('"predicate"', ' "predicate"')))],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureInvalid'),
    cosign: OTHER_LEAF,
  },
  {
    name: 'bundle with another payload type',
    on: REFERRERS,
    steps: [
      withBundle(edited(['dsseEnvelope', 'payloadType'], () => 'application/vnd.in-toto.signature+json')),
    ],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureInvalid'),
    cosign: OTHER_LEAF,
  },
  {
    name: 'bundle with a changed signature',
    on: REFERRERS,
    steps: [withBundle(edited(['dsseEnvelope', 'signatures', 0, 'sig'], bitFlipped))],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureInvalid'),
    cosign: OTHER_LEAF,
  },
  {
    name: 'bundle by a key with a changed statement',
    on: REFERRERS,
    steps: [
      withBundle(edited(['dsseEnvelope', 'payload'], base64Replaced('"predicate"', ' "predicate"')), {
        signer: RELEASE_KEY,
      }),
    ],
    asked: keyHolder('release'),
    ours: fail('SignerNotTrusted'),
    cosign: OTHER_LEAF,
  },
  {
    name: '`.sig` tag with a changed payload',
    steps: [
      forgeTag('own', ({ payload, annotations }) => ({
        payload: Buffer.from(payload.toString().replace('"optional":null', '"optional":{"env":"prod"}')),
        annotations,
      })),
    ],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureInvalid'),
    cosign: /matching bundle to payload/,
  },
  {
    name: '`.sig` tag with a changed signature',
    on: REFERRERS,
    steps: [
      forgeTag('own', ({ payload, annotations }) => ({
        payload,
        annotations: {
          ...annotations,
          [SIGNATURE_ANNOTATION]: bitFlipped(annotations[SIGNATURE_ANNOTATION]),
        },
      })),
    ],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureInvalid'),
    cosign: OTHER_SIGNATURE_LOGGED,
  },
  {
    name: 'bundle that was not changed on the same way',
    steps: [withBundle((bundle) => bundle)],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
];

export const CERTIFICATE: readonly SignatureCase[] = [
  {
    name: 'bundle with another certificate of the same identity',
    steps: [forgeBundle(withOtherCertificate)],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureInvalid'),
    cosign: OTHER_LEAF,
  },
  {
    name: 'bundle with a changed certificate',
    on: REFERRERS,
    steps: [withBundle(edited(['verificationMaterial', 'certificate', 'rawBytes'], bitFlipped))],
    asked: RELEASE_IDENTITY,
    ours: fail('LogEntryInvalid'),
    cosign: OTHER_LEAF,
  },
  {
    name: 'bundle with certificate and log entry of another signature',
    on: REFERRERS,
    steps: [exchanged('certificate', 'tlogEntries')],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureInvalid'),
    cosign: OTHER_LEAF,
  },
  {
    name: '`.sig` tag with another certificate of the same identity',
    steps: [tagWithOther(CERTIFICATE_ANNOTATION)],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureInvalid'),
    cosign: OTHER_VERIFIER_LOGGED,
  },
  {
    name: '`.sig` tag with certificate and log entry of another signature',
    on: REFERRERS,
    steps: [tagWithOther(CERTIFICATE_ANNOTATION, LOG_ANNOTATION)],
    asked: RELEASE_IDENTITY,
    ours: fail('SignatureInvalid'),
    cosign: OTHER_SIGNATURE_LOGGED,
  },
];

export const LOG_ENTRY: readonly SignatureCase[] = [
  {
    name: 'bundle with the log entry of another signature',
    steps: [forgeBundle(withOtherLogEntry)],
    asked: RELEASE_IDENTITY,
    ours: fail('LogEntryInvalid'),
    cosign: OTHER_LEAF,
  },
  {
    name: 'bundle without its log entry',
    steps: [forgeBundle(without('tlogEntries'))],
    asked: RELEASE_IDENTITY,
    ours: fail('LogEntryMissing'),
    cosign: NOT_LOGGED,
  },
  {
    name: 'bundle with an entry of Rekor v2 and no timestamp',
    on: REFERRERS,
    steps: [forgeBundle(without('timestampVerificationData'))],
    asked: RELEASE_IDENTITY,
    ours: fail('TimestampMissing'),
    cosign: NO_TIMESTAMP,
  },
  {
    name: 'bundle with the timestamp of another signature',
    on: REFERRERS,
    steps: [exchanged('timestampVerificationData')],
    asked: RELEASE_IDENTITY,
    ours: fail('TimestampInvalid'),
    cosign: NO_TIMESTAMP,
  },
  {
    name: 'bundle with an entry of Rekor v1',
    on: REFERRERS,
    steps: [withBundle((bundle) => bundle, { witnessed: 'rekorV1' })],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: 'accepts',
  },
  {
    name: 'bundle with an entry of Rekor v1, given another time',
    on: REFERRERS,
    steps: [
      withBundle(
        edited([...LOG, 'integratedTime'], (time) => String(Number(time) + 60)),
        { witnessed: 'rekorV1' },
      ),
    ],
    asked: RELEASE_IDENTITY,
    ours: fail('LogEntryInvalid'),
    cosign: NOT_LOGGED,
  },
  {
    name: 'bundle with an entry of Rekor v1 whose promise was changed',
    on: REFERRERS,
    steps: [
      withBundle(edited([...LOG, 'inclusionPromise', 'signedEntryTimestamp'], bitFlipped), {
        witnessed: 'rekorV1',
      }),
    ],
    asked: RELEASE_IDENTITY,
    ours: fail('LogEntryInvalid'),
    cosign: NOT_LOGGED,
  },
  {
    name: 'bundle with an entry of Rekor v2, given a time',
    on: REFERRERS,
    steps: [withBundle(edited([...LOG, 'integratedTime'], () => '1000000000'))],
    asked: RELEASE_IDENTITY,
    ours: PASS,
    cosign: /integrated time outside certificate validity/,
    wider:
      'nobody signs the time of an entry of Rekor v2, so it is passed over; only the signed timestamp counts',
  },
  {
    name: 'bundle with an entry of Rekor v2 whose body was changed',
    on: REFERRERS,
    steps: [withBundle(edited([...LOG, 'canonicalizedBody'], base64Replaced('"kind"', ' "kind"')))],
    asked: RELEASE_IDENTITY,
    ours: fail('LogEntryInvalid'),
    cosign: 'accepts',
    stricter: 'cosign makes the body anew and never reads the one in the bundle',
  },
  {
    name: 'bundle with an entry of Rekor v2 whose checkpoint was changed',
    on: REFERRERS,
    steps: [
      withBundle(
        edited([...LOG, 'inclusionProof', 'checkpoint', 'envelope'], (text) =>
          String(text).replace(/\n(\d+)\n/, '\n1$1\n'),
        ),
      ),
    ],
    asked: RELEASE_IDENTITY,
    ours: fail('LogEntryInvalid'),
    cosign: /unverified checkpoint signature/,
  },
  {
    name: 'bundle with an entry of Rekor v2 that names another root than its checkpoint',
    on: REFERRERS,
    steps: [withBundle(edited([...LOG, 'inclusionProof', 'rootHash'], bitFlipped))],
    asked: RELEASE_IDENTITY,
    ours: fail('LogEntryInvalid'),
    cosign: 'accepts',
    stricter: 'cosign never reads the root of the proof, which here contradicts its checkpoint',
  },
  {
    name: 'bundle with an entry of Rekor v2 at another place of the tree',
    on: REFERRERS,
    steps: [withBundle(edited([...LOG, 'logIndex'], (index) => String(Number(index) - 1)))],
    asked: RELEASE_IDENTITY,
    ours: fail('LogEntryInvalid'),
    cosign: /wrong proof size|does not match expected root/,
  },
  {
    name: '`.sig` tag whose log entry was given another time',
    steps: [forgeTag('own', redated)],
    asked: RELEASE_IDENTITY,
    ours: fail('LogEntryInvalid'),
    cosign: UNPROMISED,
  },
  {
    name: '`.sig` tag with the log entry of another signature',
    on: REFERRERS,
    steps: [tagWithOther(LOG_ANNOTATION)],
    asked: RELEASE_IDENTITY,
    ours: fail('LogEntryInvalid'),
    cosign: OTHER_SIGNATURE_LOGGED,
  },
  {
    name: '`.sig` tag whose promise was changed',
    on: REFERRERS,
    steps: [forgeTag('own', editedAnnotation(LOG_ANNOTATION, ['SignedEntryTimestamp'], bitFlipped))],
    asked: RELEASE_IDENTITY,
    ours: fail('LogEntryInvalid'),
    cosign: UNPROMISED,
  },
  {
    name: '`.sig` tag with a timestamp and no log entry',
    on: REFERRERS,
    steps: [sign(RELEASE, 'tag', 'timestampOnly')],
    asked: RELEASE_IDENTITY,
    ours: fail('LogEntryMissing'),
    cosign: LOG_NOT_REACHED,
  },
];
