import type { Certificate } from './certificate.ts';
import { childrenOf, contentsOf, contextTag, type Der, DerError, readDer, TAG } from './der.ts';
import { booleanOf, oidOf, smallInteger } from './der-values.ts';

const OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** The purposes of RFC 5280 section 4.2.1.12 that are asked for here. */
export const PURPOSE = {
  any: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
} as const;

/** RFC 5280 section 4.2.1.9. `pathLength` is how many authorities may stand below, null for any number. */
export function basicConstraints(certificate: Certificate): {
  readonly authority: boolean;
  readonly pathLength: number | null;
  readonly critical: boolean;
} {
  const value = valueOf(certificate, OID.basicConstraints);
  if (!value) return { authority: false, pathLength: null, critical: false };
  const critical = certificate.extensions.get(OID.basicConstraints)?.critical ?? false;
  const [first, second] = childrenOf(value, TAG.sequence);
  const authority = first?.tag === TAG.boolean && booleanOf(first);
  const length = first?.tag === TAG.integer ? first : second;
  return { authority, pathLength: length ? smallInteger(length) : null, critical };
}

/** The bits of RFC 5280 section 4.2.1.3, as the specification counts them. */
export const KEY_USAGE = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
  encipherOnly: 7,
  decipherOnly: 8,
} as const;
export type KeyUsage = keyof typeof KEY_USAGE;

/** All that the key may be used for, and whether that is critical; null where the certificate does not say. */
export function keyUsage(
  certificate: Certificate,
): { readonly usages: ReadonlySet<KeyUsage>; readonly critical: boolean } | null {
  const value = valueOf(certificate, OID.keyUsage);
  if (!value) return null;
  const names = Object.keys(KEY_USAGE).filter((name): name is KeyUsage => name in KEY_USAGE);
  const usages = names.filter((name) => mayBeUsedFor(certificate, KEY_USAGE[name]) === true);
  return { usages: new Set(usages), critical: certificate.extensions.get(OID.keyUsage)?.critical ?? false };
}

/** Whether the key may be used so; null where the certificate does not say. */
export function mayBeUsedFor(certificate: Certificate, bit: number): boolean | null {
  const value = valueOf(certificate, OID.keyUsage);
  if (!value) return null;
  const byte = contentsOf(value, TAG.bitString)[1 + Math.floor(bit / 8)] ?? 0;
  return (byte & (0x80 >> (bit % 8))) !== 0;
}

/** The purposes of RFC 5280 section 4.2.1.12, with whether they are critical; null where the certificate names none. */
export function extendedKeyUsage(
  certificate: Certificate,
): { readonly purposes: readonly string[]; readonly critical: boolean } | null {
  const value = valueOf(certificate, OID.extendedKeyUsage);
  if (!value) return null;
  const critical = certificate.extensions.get(OID.extendedKeyUsage)?.critical ?? false;
  return { purposes: childrenOf(value, TAG.sequence).map((purpose) => oidOf(purpose)), critical };
}

/** The names of RFC 5280 section 4.2.1.6, as they stand. */
export function subjectAltNames(certificate: Certificate): readonly Der[] {
  const value = valueOf(certificate, OID.subjectAltName);
  return value ? childrenOf(value, TAG.sequence) : [];
}

/** RFC 5280 section 4.2.1.2; null where the certificate has none. */
export function subjectKeyIdentifier(certificate: Certificate): Buffer | null {
  const value = valueOf(certificate, OID.subjectKeyIdentifier);
  return value ? contentsOf(value, TAG.octetString) : null;
}

/** RFC 5280 section 4.2.1.1, "keyIdentifier"; null where the certificate has none. */
export function authorityKeyIdentifier(certificate: Certificate): Buffer | null {
  const value = valueOf(certificate, OID.authorityKeyIdentifier);
  if (!value) return null;
  const identifier = childrenOf(value, TAG.sequence).find(({ tag }) => tag === contextTag(0, false));
  return identifier?.contents ?? null;
}

const UNDERSTOOD: ReadonlySet<string> = new Set(Object.values(OID));

/** RFC 5280 section 4.2: a critical extension that is not understood makes the certificate unusable. Null if there is none. */
export function criticalUnknown(certificate: Certificate): string | null {
  const unknown = [...certificate.extensions].find(([oid, { critical }]) => critical && !UNDERSTOOD.has(oid));
  return unknown?.[0] ?? null;
}

function valueOf(certificate: Certificate, oid: string): Der | null {
  const extension = certificate.extensions.get(oid);
  if (!extension) return null;
  try {
    return readDer(extension.value);
  } catch {
    throw new DerError(`the certificate's extension ${oid} cannot be read`);
  }
}
