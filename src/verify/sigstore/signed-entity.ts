import { createHash } from 'node:crypto';
import type { Evidence } from '../../evidence/collector.ts';
import { unpackedPieces } from '../../evidence/packed-payload.ts';
import { COSIGN_SIGN_PREDICATE_TYPE, parseStatement, subjectWithDigest } from '../in-toto.ts';
import { Refused } from '../refused.ts';
import { readSimpleSigning } from '../simple-signing.ts';
import type { Content } from '../verifier.ts';
import { type Certificate, parseCertificate } from '../x509/certificate.ts';
import { readBundle } from './bundle.ts';
import type { Bundle, LogEntry } from './bundle-schema.ts';
import { bundleFromEnvelope, bundleFromSimpleSigning } from './cosign-layer.ts';
import { bytesContent, digestContent, envelopeContent, type SignedContent } from './signed-content.ts';

/** in-toto attestation framework, spec/v1/envelope.md: the generic type, or one for a single predicate type. */
const PAYLOAD_TYPE = /^application\/vnd\.in-toto(\.[a-z0-9.-]+)?\+json$/;

/** A signature with everything that came with it, read and not yet verified. */
export interface SignedEntity {
  /** The signing certificate, or null where a bare key has signed. */
  readonly certificate: Certificate | null;
  /** Certificates that came along, to find a path through. Nobody vouches for them. */
  readonly offered: readonly Certificate[];
  readonly content: SignedContent;
  readonly logEntries: readonly LogEntry[];
  /** RFC 3161 responses, and the bytes that they are over, part by part. */
  readonly timestamps: readonly Buffer[];
  readonly timestamped: Iterable<Uint8Array>;
  /** Reads what was signed and binds it to the evidence's subject; to be called once the signature has been verified. Throws `Refused`. */
  readonly readContent: () => Content;
}

/**
 * Reads evidence of any Sigstore layout into the one form that is verified. `artifact` are the bytes of the subject where they are
 * at hand: with them alone a digest in another algorithm than the subject's can be compared. Throws `Refused`.
 */
export function readSigned(evidence: Evidence, artifact: Buffer | null): SignedEntity {
  const bundle = bundleOf(evidence);
  const { tlogEntries, timestampVerificationData } = bundle.verificationMaterial;
  const [certificate = null, ...offered] = certificatesOf(bundle).map(readCertificate);
  const { content, timestamped, readContent } = contentOf(bundle, evidence, artifact);
  return {
    certificate,
    offered,
    content,
    logEntries: tlogEntries,
    timestamps: timestampVerificationData?.rfc3161Timestamps.map((one) => one.signedTimestamp) ?? [],
    timestamped: timestamped ?? [content.signature],
    readContent,
  };
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

function certificatesOf({ verificationMaterial }: Bundle): readonly Buffer[] {
  const { certificate, x509CertificateChain } = verificationMaterial;
  return [...(certificate ? [certificate] : []), ...(x509CertificateChain?.certificates ?? [])].map(
    ({ rawBytes }) => rawBytes,
  );
}

function readCertificate(der: Buffer): Certificate {
  try {
    return parseCertificate(der);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Refused('CertificateInvalid', `the certificate cannot be read: ${why}`);
  }
}

interface ReadContent {
  readonly content: SignedContent;
  /** What a timestamp is over, where that is not the signature. */
  readonly timestamped?: Iterable<Uint8Array>;
  readonly readContent: () => Content;
}

function contentOf(
  { dsseEnvelope, messageSignature }: Bundle,
  evidence: Evidence,
  artifact: Buffer | null,
): ReadContent {
  const bytes = Buffer.from(evidence.bytes.buffer, evidence.bytes.byteOffset, evidence.bytes.byteLength);
  if (dsseEnvelope) {
    const { payloadType, signatures } = dsseEnvelope;
    // What was taken out of the envelope has left an empty text there.
    const payload = evidence.packed?.payload ?? dsseEnvelope.payload;
    const envelope = evidence.format === 'dsse-envelope' ? unpackedPieces(evidence) : null;
    return {
      content: envelopeContent(payloadType, payload, signatures[0].sig, envelope),
      // cosign's legacy attestations are timestamped as a whole, bundles by their signature.
      ...(envelope && { timestamped: envelope }),
      readContent: () => readStatement(payloadType, payload, evidence.subject),
    };
  }
  if (!messageSignature) throw new Refused('SignatureMalformed', 'the bundle signs nothing');
  const { signature, messageDigest } = messageSignature;
  if (evidence.format === 'simple-signing') {
    return {
      content: bytesContent(bytes, signature),
      readContent: () => readSimpleSigning(bytes, evidence.subject),
    };
  }
  const algorithm = HASHES[messageDigest.algorithm];
  const subject = artifact
    ? `${algorithm}:${createHash(algorithm).update(artifact).digest('hex')}`
    : evidence.subject;
  return {
    content: artifact
      ? bytesContent(artifact, signature)
      : digestContent(algorithm, messageDigest.digest, signature),
    readContent: () => readDigest(`${algorithm}:${messageDigest.digest.toString('hex')}`, subject),
  };
}

const HASHES = { SHA2_256: 'sha256', SHA2_384: 'sha384', SHA2_512: 'sha512' } as const;

/** A signature over the manifest's own bytes, as `cosign sign-blob` makes it: its digest is the image's. */
function readDigest(signed: string, digest: string): Content {
  if (signed !== digest) {
    throw new Refused('SignatureForOtherImage', `it is signed for ${signed}, not for ${digest}`);
  }
  return { kind: 'signature', annotations: {}, dockerReference: null };
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
