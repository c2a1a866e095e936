import type { Certificate } from '../x509/certificate.ts';
import { formatName, parseName } from '../x509/distinguished-name.ts';
import { basicConstraints, extendedKeyUsage, type KeyUsage, keyUsage, PURPOSE } from '../x509/extensions.ts';
import { algorithmOfKey, describeKey, isStrong } from './algorithms.ts';

/** What a chain of certificates is for; each kind has its own profile. */
export type ChainPurpose = 'codeSigning' | 'timeStamping';

const FORBIDDEN_USAGES: readonly KeyUsage[] = [
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];
/** The specification's list, and OCSP's, which Notation refuses as well. */
const FORBIDDEN_PURPOSES = [
  'any',
  'serverAuth',
  'clientAuth',
  'emailProtection',
  'timeStamping',
  'ocspSigning',
] as const satisfies readonly (keyof typeof PURPOSE)[];

/**
 * What is wrong with the certificate that signs (signature-specification.md, "Leaf Certificates"), as a clause; null if nothing.
 * Throws `DerError` for extensions that cannot be read.
 */
export function leafFault(certificate: Certificate, purpose: ChainPurpose): string | null {
  return named(
    certificate,
    (basicConstraints(certificate).authority ? 'is a certificate authority' : null) ??
      leafUsageFault(certificate, purpose) ??
      leafPurposeFault(certificate, purpose) ??
      (algorithmOfKey(certificate.publicKey) === null
        ? `has a key of a kind or size that is not allowed (${describeKey(certificate.publicKey)})`
        : null),
  );
}

/** The same of a certificate above it ("Root and Intermediate CA Certificates"); `below` is the number of authorities under this one. */
export function authorityFault(
  certificate: Certificate,
  purpose: ChainPurpose,
  below: number,
): string | null {
  const { authority, critical, pathLength } = basicConstraints(certificate);
  const usage = keyUsage(certificate);
  const rules: readonly (readonly [broken: boolean, why: string])[] = [
    [!authority, 'is no certificate authority'],
    [!critical, 'has basic constraints that are not critical'],
    [
      pathLength !== null && pathLength < below,
      `allows ${pathLength} authorities under it, and there are ${below}`,
    ],
    [!usage, 'has no key usage'],
    [purpose === 'codeSigning' && usage?.critical === false, 'has a key usage that is not critical'],
    [usage?.usages.has('keyCertSign') === false, 'may not sign certificates'],
    [!isStrong(certificate.publicKey), `has a key that is too weak (${describeKey(certificate.publicKey)})`],
  ];
  return named(certificate, rules.find(([broken]) => broken)?.[1] ?? null);
}

function leafUsageFault(certificate: Certificate, purpose: ChainPurpose): string | null {
  const usage = keyUsage(certificate);
  if (!usage) return 'has no key usage';
  if (purpose === 'codeSigning' && !usage.critical) return 'has a key usage that is not critical';
  if (!usage.usages.has('digitalSignature')) return 'may not be used for digital signatures';
  const forbidden = FORBIDDEN_USAGES.filter((one) => usage.usages.has(one));
  return forbidden.length === 0 ? null : `may be used for ${forbidden.join(', ')} as well`;
}

function leafPurposeFault(certificate: Certificate, purpose: ChainPurpose): string | null {
  const extended = extendedKeyUsage(certificate);
  if (purpose === 'timeStamping') {
    const [first, ...more] = extended?.purposes ?? [];
    // RFC 3161 section 2.3.
    const right = extended?.critical === true && first === PURPOSE.timeStamping && more.length === 0;
    return right ? null : 'is not for timestamps alone, in a critical extension';
  }
  const forbidden = FORBIDDEN_PURPOSES.filter((one) => extended?.purposes.includes(PURPOSE[one]));
  return forbidden.length === 0 ? null : `is for ${forbidden.join(', ')} as well`;
}

function named(certificate: Certificate, why: string | null): string | null {
  return why === null ? null : `the certificate ${nameOf(certificate)} ${why}`;
}

/** A certificate's subject in one line, in quotes. */
export function nameOf({ subject }: Certificate): string {
  try {
    return JSON.stringify(formatName(parseName(subject)));
  } catch {
    return 'whose name cannot be read';
  }
}
