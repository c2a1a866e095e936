import type { Evidence } from '../../../src/evidence/collector.ts';
import { OIDC_ISSUER, WORKFLOW } from '../../../test/forge/certificate-authority.ts';
import { forge } from '../../../test/forge/forge.ts';
import { key } from '../../../test/forge/keys.ts';
import { DIGEST, OTHER_DIGEST, simpleSigning, SLSA, statement } from '../../../test/forge/payloads.ts';
import type { Guard } from './guard.ts';

const sigstore = forge();
const trustedRoot = sigstore.trustedRoot();
const HEX = DIGEST.slice('sha256:'.length);
const asked = { issuer: OIDC_ISSUER, subject: WORKFLOW };

type Row = readonly [name: string, why: string, evidence: Evidence, more?: Partial<Guard>];

const ROWS: readonly Row[] = [
  [
    'payload-type-of-something-else',
    'the signed payload is said to be plain text',
    sigstore.bundle({ payloadType: 'text/plain' }),
  ],
  [
    'payload-type-changed',
    'the payload type was changed after signing',
    sigstore.bundle({
      change: ({ dsseEnvelope }) => {
        if (dsseEnvelope) dsseEnvelope.payloadType = 'application/vnd.in-toto.provenance+json';
      },
    }),
  ],
  [
    'signature-by-another-key',
    'another key has signed, and a log has entered that under the certificate',
    sigstore.bundle({ signWith: key('another') }),
    { known: 'CVE-2022-36056' },
  ],
  [
    'payload-changed',
    'the payload was changed after signing',
    sigstore.bundle({
      change: ({ dsseEnvelope }) => {
        if (dsseEnvelope)
          dsseEnvelope.payload = Buffer.from(statement({ predicate: { x: 1 } })).toString('base64');
      },
    }),
  ],
  [
    'statement-of-another-type',
    'the statement is of no type that in-toto knows',
    sigstore.bundle({ payload: statement().replace('in-toto.io/Statement/v1', 'evil.example/Statement/v1') }),
  ],
  [
    'statement-says-two-images',
    'the statement has its subject twice, and each reader takes the one he likes',
    sigstore.bundle({
      payload: statement().replace('"subject":', '"subject":[{"digest":{"sha256":"00"}}],"subject":'),
    }),
    { known: 'JavaScript and Go take the last of two equal members, others the first' },
  ],
  [
    'statement-member-in-another-case',
    'a member that some readers take for predicateType',
    sigstore.bundle({
      payload: statement().replace(
        '"predicate":',
        '"PredicateType":"https://slsa.dev/provenance/v1","predicate":',
      ),
    }),
    { known: "Go's readers ignore the case of members" },
  ],
  [
    'statement-subject-in-another-case',
    'a member that some readers take for subject',
    sigstore.bundle({
      payload: statement().replace('"predicate":', `"Subject":[{"digest":{"sha256":"${HEX}"}}],"predicate":`),
    }),
    { known: "Go's readers ignore the case of members" },
  ],
  [
    'statement-for-another-image',
    'it is signed for another digest',
    sigstore.bundle({ signedFor: OTHER_DIGEST }),
    { known: 'CVE-2022-35929' },
  ],
  [
    'statement-under-another-algorithm',
    'the digest stands under another algorithm',
    sigstore.bundle({ signedFor: `sha512:${HEX}` }),
  ],
  [
    'statement-without-subject',
    'it is signed for nothing',
    sigstore.bundle({ payload: statement().replace(/"subject":\[.*?\]/, '"subject":[]') }),
  ],
  [
    'statement-no-json',
    'what is signed is no JSON: an error is no signature',
    sigstore.bundle({ payload: `${statement()},` }),
    { known: 'CVE-2022-35930' },
  ],
  [
    'attestation-as-signature',
    'an attestation by the right signer is no signature',
    sigstore.bundle({ predicateType: SLSA }),
    { asked, classes: ['missing'], known: 'CVE-2022-35929, CVE-2026-39395' },
  ],
  [
    'predicate-type-that-only-begins-right',
    'the predicate type only begins as that of a signature',
    sigstore.bundle({ predicateType: 'https://sigstore.dev/cosign/sign/v1/evil' }),
    { asked, classes: ['missing'] },
  ],
  [
    'envelope-with-two-signatures',
    'the envelope has a second signature, by nobody knows whom',
    sigstore.bundle({
      change: ({ dsseEnvelope }) => void dsseEnvelope?.signatures.push({ sig: 'AAAA' }),
    }),
  ],
  [
    'bundle-says-two-envelopes',
    'the bundle has its envelope twice',
    sigstore.bundle({
      text: (json) =>
        json.replace(
          '"dsseEnvelope":',
          '"dsseEnvelope":{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"AAAA"}]},"dsseEnvelope":',
        ),
    }),
  ],
  [
    'bundle-with-two-contents',
    'the bundle has an envelope and a message signature',
    sigstore.bundle({
      change: (bundle) => {
        bundle.messageSignature = {
          messageDigest: { algorithm: 'SHA2_256', digest: 'AAAA' },
          signature: 'AAAA',
        };
      },
    }),
  ],
  [
    'bundle-with-two-signers',
    'the bundle has a certificate and a key',
    sigstore.bundle({
      change: ({ verificationMaterial }) => {
        verificationMaterial.publicKey = { hint: 'x' };
      },
    }),
  ],
  [
    'message-of-another-payload',
    "the message's digest is not that of what is signed",
    sigstore.bundle({
      content: 'message',
      payload: simpleSigning(),
      change: ({ messageSignature }) => {
        if (messageSignature)
          messageSignature.messageDigest.digest = Buffer.from(HEX, 'hex').toString('base64');
      },
    }),
    { classes: ['invalid', 'undetermined'] },
  ],
  [
    'message-of-another-image',
    'a signature over a message that is not this image',
    sigstore.bundle({ content: 'message', payload: simpleSigning(OTHER_DIGEST) }),
    { classes: ['invalid', 'undetermined'] },
  ],
  [
    'layer-for-another-image',
    'the `.sig` layer is signed for another digest',
    sigstore.signatureLayer({ signedFor: OTHER_DIGEST }),
    { known: 'CVE-2022-47633' },
  ],
  [
    'layer-of-another-type',
    'the `.sig` layer is not of the type that cosign writes',
    sigstore.signatureLayer({ payload: simpleSigning().replace('cosign container', 'atomic container') }),
  ],
  [
    'layer-says-two-images',
    'the `.sig` layer has its digest twice',
    sigstore.signatureLayer({
      payload: simpleSigning().replace(
        '"docker-manifest-digest":',
        `"docker-manifest-digest":"${OTHER_DIGEST}","docker-manifest-digest":`,
      ),
    }),
  ],
  [
    'layer-with-another-entry',
    'the log entry beside the `.sig` layer is of another signature',
    sigstore.signatureLayer({ entries: [{ of: sigstore.sign() }] }),
    { known: 'CVE-2022-23649' },
  ],
  [
    'layer-as-rekord-of-another-payload',
    'the log entry of kind rekord is of another payload',
    sigstore.signatureLayer({
      entries: [{ kind: 'rekord/0.0.1', of: { data: Buffer.from(simpleSigning(OTHER_DIGEST)) } }],
    }),
  ],
  [
    'attestation-layer-with-another-entry',
    'the log entry of kind intoto 0.0.1 is of another envelope',
    sigstore.attestationLayer({
      entries: [{ kind: 'intoto/0.0.1', of: { envelope: Buffer.from('{}') } }],
    }),
    { known: 'intoto 0.0.1 does not name the signature: only the hash of the envelope binds it' },
  ],
  [
    'attestation-layer-timestamp-over-the-signature',
    'the timestamp of an `.att` layer is over its signature instead of the whole envelope',
    timestampOverSignature(),
    { thresholds: { timestamps: 1 }, classes: ['invalid', 'untrusted'] },
  ],
];

function timestampOverSignature(): Evidence {
  const { signature } = sigstore.sign();
  return sigstore.attestationLayer({ timestamps: [{ over: signature }] });
}

const release = key('release');
const KEYS: readonly Row[] = [
  [
    'key-and-a-certificate-comes',
    'a key is trusted, and a certificate of somebody has signed',
    sigstore.bundle(),
    {
      classes: ['untrusted'],
      known: '@sigstore/verify never looks for the key where there is a certificate',
    },
  ],
  [
    'key-in-a-certificate',
    'the trusted key has signed, under a certificate that nobody vouches for',
    sigstore.bundle({ certificate: { key: release } }),
    { classes: ['untrusted'] },
  ],
  [
    'key-another',
    'another key has signed',
    sigstore.bundle({ certificate: null, signWith: key('another') }),
    { classes: ['untrusted'] },
  ],
  [
    'key-entry-of-another-key',
    'the log entry names another key',
    sigstore.bundle({ certificate: null, signWith: release, entries: [{ of: { key: key('another') } }] }),
    { known: 'CVE-2022-36056' },
  ],
  [
    'key-another-under-its-name',
    'another key has signed, and a log has entered that under the trusted key',
    sigstore.bundle({ certificate: null, signWith: key('another'), entries: [{ of: { key: release } }] }),
    { classes: ['untrusted'] },
  ],
  [
    'key-without-entry',
    'the trusted key has signed, and no log has seen it',
    sigstore.bundle({ certificate: null, signWith: release, entries: [] }),
    { classes: ['untrusted'] },
  ],
];

export function contentGuards(): readonly Guard[] {
  const row = ([name, why, evidence, more = {}]: Row): Guard => ({
    name,
    why,
    evidence,
    trustedRoot,
    classes: ['invalid'],
    ...more,
  });
  return [...ROWS.map((one) => row(one)), ...KEYS.map((one) => ({ ...row(one), key: release }))];
}
