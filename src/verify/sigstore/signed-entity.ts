import { type Bundle, isBundleWithDsseEnvelope } from '@sigstore/bundle';
import { X509Certificate } from '@sigstore/core';
import { type SignedEntity, toSignedEntity } from '@sigstore/verify';
import type { Evidence } from '../../evidence/collector.ts';
import { CERTIFICATE_CHAIN, LOG_ENTRIES, TIMESTAMPS } from '../../limits.ts';
import { COSIGN_SIGN_PREDICATE_TYPE, parseStatement, subjectWithDigest } from '../in-toto.ts';
import { readSimpleSigning } from '../simple-signing.ts';
import { Refused } from '../refused.ts';
import type { Content } from '../verifier.ts';
import { bundleFromEnvelope, bundleFromSimpleSigning, readBundle } from './bundle.ts';
import { encodeOnce } from './encode-once.ts';
import { preAuthEncoding, signedContent } from './signed-content.ts';

/** in-toto attestation framework, spec/v1/envelope.md: the generic type, or one for a single predicate type. */
const PAYLOAD_TYPE = /^application\/vnd\.in-toto(\.[a-z0-9.-]+)?\+json$/;

/** A signature with everything that came with it, read and not yet verified. */
export interface Signed {
  readonly entity: SignedEntity;
  /** The signing certificate, or null where a bare key has signed. */
  readonly certificate: { readonly parsed: X509Certificate; readonly der: Buffer } | null;
  /** Reads what was signed and binds it to the evidence's subject; to be called once the signature has been verified. Throws `Refused`. */
  readonly readContent: () => Content;
}

/** Reads evidence of any Sigstore layout into the one form that is verified. Throws `Refused`. */
export function readSigned(evidence: Evidence): Signed {
  const bundle = bundleOf(evidence);
  checkLimits(bundle);
  const der = certificateOf(bundle);
  const certificate = der && { parsed: parseCertificate(der), der };
  if (isBundleWithDsseEnvelope(bundle)) {
    const { payloadType, payload, signatures } = bundle.content.dsseEnvelope;
    // The bundle's reader has made sure that there is exactly one.
    const [signature] = signatures;
    if (!signature) throw new Refused('SignatureMalformed', 'the DSSE envelope has no signature');
    const content = signedContent({
      data: preAuthEncoding(payloadType, payload),
      digested: payload,
      signature: signature.sig,
      // cosign's legacy attestations are timestamped as a whole, bundles by their signature.
      timestamped: evidence.format === 'dsse-envelope' ? Buffer.from(evidence.bytes) : signature.sig,
    });
    return {
      entity: entityOf(bundle, content, certificate),
      certificate,
      readContent: () => readStatement(payloadType, payload, evidence.subject),
    };
  }
  if (evidence.format !== 'simple-signing') {
    throw new Refused(
      'EvidenceUnsupported',
      'the bundle signs a bare message digest, which this version cannot bind to an image',
    );
  }
  const payload = Buffer.from(evidence.bytes);
  const { signature } =
    bundle.content.$case === 'messageSignature'
      ? bundle.content.messageSignature
      : { signature: Buffer.alloc(0) };
  const content = signedContent({ data: payload, digested: payload, signature, timestamped: signature });
  return {
    entity: entityOf(bundle, content, certificate),
    certificate,
    readContent: () => readSimpleSigning(payload, evidence.subject),
  };
}

/** The library's entity, with our content and the certificate that was parsed already. */
function entityOf(
  bundle: Bundle,
  signature: SignedEntity['signature'],
  certificate: Signed['certificate'],
): SignedEntity {
  const entity = toSignedEntity(bundle);
  if (!certificate) return { ...entity, signature };
  return { ...entity, signature, key: { $case: 'certificate', certificate: certificate.parsed } };
}

function bundleOf(evidence: Evidence): Bundle {
  switch (evidence.format) {
    case 'sigstore-bundle':
      return readBundle(evidence.bytes);
    case 'simple-signing':
      return bundleFromSimpleSigning(evidence);
    case 'dsse-envelope':
      return bundleFromEnvelope(evidence);
    case 'notation':
    case 'sbom':
    case 'statement':
      throw new Refused('EvidenceUnsupported', 'it is no Sigstore signature');
  }
}

function checkLimits(bundle: Bundle): void {
  const { tlogEntries, timestampVerificationData, content } = bundle.verificationMaterial;
  const counts: readonly (readonly [what: string, count: number, limit: number, name: string])[] = [
    ['transparency log entries', tlogEntries.length, LOG_ENTRIES, 'LOG_ENTRIES'],
    ['signed timestamps', timestampVerificationData?.rfc3161Timestamps.length ?? 0, TIMESTAMPS, 'TIMESTAMPS'],
    [
      'certificates',
      content.$case === 'x509CertificateChain' ? content.x509CertificateChain.certificates.length : 0,
      CERTIFICATE_CHAIN,
      'CERTIFICATE_CHAIN',
    ],
  ];
  for (const [what, count, limit, name] of counts) {
    if (count > limit)
      throw new Refused(
        'LimitExceeded',
        `the bundle has ${count} ${what}, more than the limit of ${limit} (${name})`,
      );
  }
}

function certificateOf(bundle: Bundle): Buffer | null {
  const { content } = bundle.verificationMaterial;
  switch (content.$case) {
    case 'publicKey':
      return null;
    case 'certificate':
      return Buffer.from(content.certificate.rawBytes);
    case 'x509CertificateChain': {
      const [leaf] = content.x509CertificateChain.certificates;
      if (!leaf) throw new Refused('SignatureMalformed', 'the bundle carries an empty certificate chain');
      return Buffer.from(leaf.rawBytes);
    }
  }
}

function parseCertificate(der: Buffer): X509Certificate {
  try {
    return encodeOnce(X509Certificate.parse(Buffer.from(der)));
  } catch (cause) {
    throw new Refused(
      'CertificateInvalid',
      `the certificate cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}

function readStatement(payloadType: string, payload: Buffer, digest: string): Content {
  if (!PAYLOAD_TYPE.test(payloadType)) {
    throw new Refused(
      'SignatureMalformed',
      `the signed payload is of type ${JSON.stringify(payloadType)}, which is not that of an in-toto statement`,
    );
  }
  const statement = parseStatement(payload);
  const subject = subjectWithDigest(statement, digest);
  return statement.predicateType === COSIGN_SIGN_PREDICATE_TYPE
    ? { kind: 'signature', annotations: subject.annotations ?? {}, dockerReference: null }
    : { kind: 'attestation', predicateType: statement.predicateType, statement };
}
