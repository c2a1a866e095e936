import type { Evidence } from '../../evidence/collector.ts';
import { NOTATION_ENVELOPE_BYTES } from '../../limits.ts';
import { Refused } from '../refused.ts';
import { parseCertificate } from '../x509/certificate.ts';
import { algorithmOfKey, describeKey, verifySignature } from './algorithms.ts';
import { type Chain, chainFault, notValidAt } from './chain.ts';
import { nameOf } from './certificate-profile.ts';
import { readCose } from './cose.ts';
import type { Envelope } from './envelope.ts';
import { readJws } from './jws.ts';
import { readPayload } from './payload.ts';
import { envelopeFormat } from './signature-manifest.ts';

/** A signature whose integrity is verified: these are the certificates, attributes and annotations that it was made with. */
export interface IntactSignature {
  readonly envelope: Envelope;
  readonly chain: Chain;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * "Validate Integrity" (trust-store-trust-policy.md), and with it all that an envelope has to be whomever one trusts: its form, its
 * critical attributes, its chain of certificates, the algorithm of the key, the signature, and the image that was signed. Throws `Refused`, or `DerError` for a
 * certificate that cannot be read.
 */
export function verifyIntegrity(evidence: Evidence): IntactSignature {
  const { bytes, carrier } = evidence;
  if (!carrier) throw new Refused('SignatureMalformed', 'it hangs on no manifest of its own');
  const artifact = { ...carrier.subject, digest: evidence.subject };
  const format = envelopeFormat(carrier, artifact);
  if (bytes.length > NOTATION_ENVELOPE_BYTES)
    throw new Refused(
      'LimitExceeded',
      `it has ${bytes.length} bytes, more than the limit of ${NOTATION_ENVELOPE_BYTES} (NOTATION_ENVELOPE_BYTES)`,
    );
  const envelope = format === 'jws' ? readJws(bytes) : readCose(bytes);
  const chain = chainOf(envelope);
  checkSignature(envelope, chain);
  return { envelope, chain, annotations: readPayload(envelope.payload, artifact) };
}

/** "Certificate Requirements", with "valid at signing time": a signer that contradicts his own certificate is refused. */
function chainOf({ chain, attributes }: Envelope): Chain {
  const [leaf, ...above] = chain.map((der) => parseCertificate(der));
  if (!leaf) throw new Refused('SignatureMalformed', 'it has no certificates');
  const certificates: Chain = [leaf, ...above];
  const fault = chainFault(certificates, 'codeSigning');
  if (fault !== null) throw new Refused('CertificateInvalid', fault);
  const outside = notValidAt(certificates, attributes.signingTime);
  if (outside)
    throw new Refused(
      'CertificateInvalid',
      `it says that it was signed at ${attributes.signingTime.toISOString()}, when the certificate ${nameOf(outside)} was not valid`,
    );
  return certificates;
}

/** The algorithm is the key's, whatever the header says, and the header has to say so. */
function checkSignature({ algorithm, toBeSigned, signature }: Envelope, [{ publicKey }]: Chain): void {
  const ofKey = algorithmOfKey(publicKey);
  if (algorithm !== ofKey)
    throw new Refused(
      'SignatureInvalid',
      `it says that it was signed with ${algorithm}, and its key (${describeKey(publicKey)}) signs with ${ofKey ?? 'nothing that is allowed'}`,
    );
  if (!verifySignature(ofKey, publicKey, toBeSigned, signature))
    throw new Refused('SignatureInvalid', 'the signature does not verify with the key of its certificate');
}
