import { json } from '@sigstore/core';
import { digest, type Hash, KEY_DETAILS, pem } from './keys.ts';
import type { Signed } from './signed.ts';

/** The kinds of log entries, of Rekor v1 and (0.0.2, but for intoto) of Rekor v2. */
export type EntryKind =
  | 'hashedrekord/0.0.1'
  | 'hashedrekord/0.0.2'
  | 'dsse/0.0.1'
  | 'dsse/0.0.2'
  | 'intoto/0.0.1'
  | 'intoto/0.0.2'
  | 'rekord/0.0.1';

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');
const sha256 = (bytes: Uint8Array) => ({
  algorithm: 'sha256',
  value: digest('sha256', bytes).toString('hex'),
});

const verifierPem = ({ certificate, key }: Signed): string =>
  base64(certificate ? pem('CERTIFICATE', certificate) : pem('PUBLIC KEY', key.spki));

const DIGEST_NAMES: Readonly<Record<Hash, string>> = {
  sha256: 'SHA2_256',
  sha384: 'SHA2_384',
  sha512: 'SHA2_512',
};

function verifier({ certificate, key }: Signed): object {
  const keyDetails = KEY_DETAILS[key.kind];
  return certificate
    ? { keyDetails, x509Certificate: { rawBytes: base64(certificate) } }
    : { keyDetails, publicKey: { rawBytes: base64(key.spki) } };
}

/** What each kind says of a signature (rekor, pkg/types; rekor-tiles, api/proto/rekor/v2). */
const SPECS: Readonly<Record<EntryKind, (signed: Signed) => object>> = {
  'hashedrekord/0.0.1': (signed) => ({
    data: { hash: sha256(signed.data) },
    signature: { content: base64(signed.signature), publicKey: { content: verifierPem(signed) } },
  }),
  'hashedrekord/0.0.2': (signed) => {
    const { hash } = signed.key;
    return {
      hashedRekordV002: {
        data: { algorithm: DIGEST_NAMES[hash], digest: base64(digest(hash, signed.data)) },
        signature: { content: base64(signed.signature), verifier: verifier(signed) },
      },
    };
  },
  'dsse/0.0.1': (signed) => ({
    envelopeHash: sha256(signed.envelope),
    payloadHash: sha256(signed.payload),
    signatures: [{ signature: base64(signed.signature), verifier: verifierPem(signed) }],
  }),
  'dsse/0.0.2': (signed) => ({
    dsseV002: {
      payloadHash: { algorithm: 'SHA2_256', digest: base64(digest('sha256', signed.payload)) },
      signatures: [{ content: base64(signed.signature), verifier: verifier(signed) }],
    },
  }),
  'intoto/0.0.1': (signed) => ({
    content: { hash: sha256(signed.envelope), payloadHash: sha256(signed.payload) },
    publicKey: verifierPem(signed),
  }),
  'intoto/0.0.2': (signed) => ({
    content: {
      envelope: {
        payloadType: signed.payloadType ?? '',
        signatures: [{ publicKey: verifierPem(signed), sig: base64(base64(signed.signature)) }],
      },
      hash: sha256(signed.envelope),
      payloadHash: sha256(signed.payload),
    },
  }),
  'rekord/0.0.1': (signed) => ({
    data: { hash: sha256(signed.data) },
    signature: {
      content: base64(signed.signature),
      format: 'x509',
      publicKey: { content: verifierPem(signed) },
    },
  }),
};

/** An entry's canonical body (RFC 8785). */
export function logBody(kind: EntryKind, signed: Signed): Buffer {
  const [name, apiVersion] = kind.split('/');
  return Buffer.from(json.canonicalize({ apiVersion, kind: name, spec: SPECS[kind](signed) }));
}
