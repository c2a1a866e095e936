import {
  certificatesOf,
  checkAttributes,
  checkImprint,
  isNamed,
  namesSigningCertificate,
} from '../rfc3161/verify-timestamp.ts';
import { parseTimestampToken, type TimestampToken } from '../rfc3161/timestamp-token.ts';
import { berToDer } from '../x509/ber.ts';
import type { Certificate } from '../x509/certificate.ts';
import { childrenOf, contextTag, type Der, encodeDer, readDer, TAG } from '../x509/der.ts';
import { timeOf } from '../x509/der-values.ts';
import { formatName, parseName } from '../x509/distinguished-name.ts';
import { PURPOSE, subjectAltNames } from '../x509/extensions.ts';
import { certificationPaths, validAt } from '../x509/path.ts';
import { hashOf, verifyWithAlgorithm } from '../x509/signature-algorithm.ts';
import { type Chain, chainFault } from './chain.ts';

/** When a countersignature says that a signature was there at the latest, between these bounds, and who says so. */
export interface Timestamp {
  readonly time: Date;
  readonly earliest: Date;
  readonly latest: Date;
  /** From the certificate that signed it to the root in the trust store. */
  readonly chain: Chain;
}

export type TimestampVerdict =
  | { readonly ok: true; readonly timestamp: Timestamp }
  | { readonly ok: false; readonly why: string };

/** RFC 3628 section 5.2: its timestamps are true to a second. */
const BASELINE_POLICY = '0.4.0.2023.1.1';

/**
 * Verifies a timestamp countersignature over the primitive signature (trust-store-trust-policy.md, "Validate Authentic Timestamp") up to
 * one of these roots. Whether its authority was revoked is not asked here. It never throws for what the bytes hold.
 */
export function verifyTimestampToken(
  bytes: Buffer,
  signature: Buffer,
  roots: readonly Certificate[],
): TimestampVerdict {
  try {
    const token = parseTimestampToken(berToDer(bytes));
    // RFC 5652 sections 5.1 and 5.3: what RFC 3161's content and signer identifier lead to.
    if (token.versions[0] !== 3 || token.versions[1] !== 1)
      return refuse(`it is signed data of version ${token.versions.join(' with a signer of version ')}`);
    if (token.criticalExtension !== null)
      return refuse(`it has the critical extension ${token.criticalExtension}, which is not known`);
    checkImprint(token, [signature]);
    checkAttributes(token);
    const offered = certificatesOf(token);
    const signer = offered.find((certificate) => isNamed(certificate, token.signer));
    if (!signer) return refuse('the certificate that signed it did not come along');
    // "When missing, fail this step."
    if (namesSigningCertificate(token, signer) !== true)
      return refuse('it does not name the certificate that signed it (signing-certificate-v2)');
    if (token.authorityName && !isNameOf(token.authorityName, signer))
      return refuse('it names another authority than the certificate that signed it');
    if (!isSignedBy(token, signer)) return refuse('its signature does not verify');
    const chain = chainTo(signer, offered, roots, token);
    if (typeof chain === 'string') return refuse(chain);
    // An accuracy of nothing says no more than none.
    const accuracy = token.accuracy || (token.policy === BASELINE_POLICY ? 1_000 : 0);
    const time = token.time.getTime();
    const bounds = { earliest: new Date(time - accuracy), latest: new Date(time + accuracy) };
    return { ok: true, timestamp: { time: token.time, ...bounds, chain } };
  } catch (cause) {
    return refuse(cause instanceof Error ? cause.message : String(cause));
  }
}

function refuse(why: string): TimestampVerdict {
  return { ok: false, why };
}

/** RFC 5652 section 5.4: the signed attributes are signed as DER has them, in order, however they came. */
function isSignedBy(token: TimestampToken, { publicKey }: Certificate): boolean {
  const attributes = childrenOf(readDer(token.signedAttributes), TAG.set)
    .map(({ raw }) => raw)
    .toSorted((a, b) => Buffer.compare(a, b));
  const { signatureAlgorithm, signature, digestAlgorithm } = token;
  const signed = encodeDer(TAG.set, attributes);
  return verifyWithAlgorithm(signatureAlgorithm, publicKey, signed, signature, hashOf(digestAlgorithm));
}

const DIRECTORY_NAME = contextTag(4, true);

/** RFC 3161 section 2.4.2: what stands in `tsa` is one of the names of the certificate; in whatever kind of string it stands there. */
function isNameOf(name: Der, certificate: Certificate): boolean {
  if (name.tag !== DIRECTORY_NAME)
    return subjectAltNames(certificate).some(({ raw }) => raw.equals(name.raw));
  const [said, own] = [name.contents, certificate.subject].map((one) => formatName(parseName(one)));
  return said === own;
}

const SIGNING_TIME = '1.2.840.113549.1.9.5';

/** A chain to a root that is what it has to be, and was valid when the timestamp was made; else what is wrong, as a clause. */
function chainTo(
  signer: Certificate,
  offered: readonly Certificate[],
  roots: readonly Certificate[],
  { time, attributes }: TimestampToken,
): Chain | string {
  const paths = roots.flatMap((root) => certificationPaths(signer, [root], offered, PURPOSE.timeStamping));
  if (paths.length === 0) return 'its authority leads to no root in the tsa trust stores';
  const asserted = attributes.get(SIGNING_TIME);
  const times = [time, ...(asserted ? [timeOf(asserted)] : [])];
  const faults = paths.map((path) => {
    const late = times.find((one) => !validAt(path, one));
    return late ? `its authority was not valid at ${late.toISOString()}` : chainFault(path, 'timeStamping');
  });
  const good = paths[faults.indexOf(null)];
  return good ?? faults[0] ?? '';
}
