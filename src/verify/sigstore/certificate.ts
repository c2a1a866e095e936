import type { X509Certificate } from '@sigstore/core';
import { Refused } from '../refused.ts';

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const FULCIO = '1.3.6.1.4.1.57264.1';

/** Fulcio's extensions that are DER UTF8Strings (fulcio, docs/oid-info.md), by their field name in a policy. */
const EXTENSIONS = {
  buildSigner: 9,
  buildSignerDigest: 10,
  runnerEnvironment: 11,
  sourceRepository: 12,
  sourceRepositoryDigest: 13,
  sourceRepositoryRef: 14,
  sourceRepositoryIdentifier: 15,
  sourceRepositoryOwner: 16,
  sourceRepositoryOwnerIdentifier: 17,
  buildConfig: 18,
  buildConfigDigest: 19,
  buildTrigger: 20,
  runInvocation: 21,
  visibility: 22,
} as const;

export type ExtensionName = keyof typeof EXTENSIONS;

/** The deprecated raw extensions and the ones that replaced them: both are there, and they must agree. */
const REPLACED: readonly { readonly raw: number; readonly der: number }[] = [
  { raw: 1, der: 8 },
  { raw: 2, der: 20 },
  { raw: 3, der: 13 },
  { raw: 6, der: 14 },
];

/** The name in a signing certificate (RFC 5280 section 4.2.1.6). */
export interface SubjectName {
  readonly kind: 'uri' | 'email' | 'dns' | 'other';
  readonly value: string;
}

/** Who a certificate was issued to, and what Fulcio says of it, by the extensions' field names in a policy. */
export interface Identity {
  readonly subject: SubjectName;
  readonly issuer: string;
  readonly extensions: Readonly<Partial<Record<ExtensionName, string>>>;
}

/**
 * Reads who a code-signing certificate was issued to (fulcio, docs/certificate-specification.md). Throws `Refused` for a
 * certificate that is not a leaf for code signing, that has no name or several, no issuer, or that contradicts itself.
 */
export function readIdentity(certificate: X509Certificate): Identity {
  checkProfile(certificate);
  const issuer = derString(certificate, 8) ?? rawString(certificate, 1);
  if (issuer === undefined)
    throw new Refused(
      'CertificateInvalid',
      'the certificate does not say which OIDC issuer its name comes from',
    );
  for (const { raw, der } of REPLACED) {
    const older = rawString(certificate, raw);
    const newer = derString(certificate, der);
    if (older !== undefined && newer !== undefined && older !== newer) {
      throw contradiction(raw, der, older, newer);
    }
  }
  const repository = rawString(certificate, 5);
  const source = derString(certificate, EXTENSIONS.sourceRepository);
  if (repository !== undefined && source !== undefined && !source.endsWith(`/${repository}`)) {
    throw contradiction(5, EXTENSIONS.sourceRepository, repository, source);
  }
  const extensions = Object.entries(EXTENSIONS).flatMap(([name, number]) => {
    const value = derString(certificate, number);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { subject: subjectName(certificate), issuer, extensions: Object.fromEntries(extensions) };
}

/** RFC 5280 sections 4.2.1.3, 4.2.1.9 and 4.2.1.12: an end-entity certificate that may sign code, and no authority. */
function checkProfile(certificate: X509Certificate): void {
  if (certificate.extBasicConstraints?.isCA) {
    throw new Refused('CertificateInvalid', 'the signing certificate is that of a certificate authority');
  }
  if (certificate.extKeyUsage?.digitalSignature !== true) {
    throw new Refused(
      'CertificateInvalid',
      'the certificate may not be used for digital signatures (key usage)',
    );
  }
  const purposes =
    certificate.extension('2.5.29.37')?.valueObj.subs[0]?.subs.map((purpose) => purpose.toOID()) ?? [];
  if (!purposes.includes(CODE_SIGNING)) {
    throw new Refused(
      'CertificateInvalid',
      'the certificate is not one for code signing (extended key usage)',
    );
  }
}

const NAME_KINDS: Readonly<Record<number, SubjectName['kind']>> = { 1: 'email', 2: 'dns', 6: 'uri' };
/** fulcio, docs/oid-info.md, 1.3.6.1.4.1.57264.1.7: a user name that is neither e-mail nor URI. */
const OTHER_NAME = `${FULCIO}.7`;

function subjectName(certificate: X509Certificate): SubjectName {
  const names = certificate.extension('2.5.29.17')?.valueObj.subs[0]?.subs ?? [];
  const [name] = names;
  if (!name || names.length !== 1) {
    // Which of several names a reader takes would be his own choice.
    throw new Refused(
      'CertificateInvalid',
      `the certificate has ${names.length} subject alternative names where exactly one is allowed`,
    );
  }
  if (name.tag.isContextSpecific(0)) {
    const value = certificate.extSubjectAltName?.otherName(OTHER_NAME);
    if (value !== undefined) return { kind: 'other', value };
  }
  const kind = name.tag.isContextSpecific() ? NAME_KINDS[name.tag.number] : undefined;
  if (!kind)
    throw new Refused(
      'CertificateInvalid',
      'the certificate names its subject in a form that is not supported',
    );
  return { kind, value: name.value.toString('utf8') };
}

function rawString(certificate: X509Certificate, number: number): string | undefined {
  return certificate.extension(`${FULCIO}.${number}`)?.value.toString('utf8');
}

function derString(certificate: X509Certificate, number: number): string | undefined {
  const extension = certificate.extension(`${FULCIO}.${number}`);
  if (!extension) return undefined;
  const [value, ...more] = extension.valueObj.subs;
  const UTF8_STRING = 0x0c;
  if (!value || more.length > 0 || !value.tag.isUniversal() || value.tag.number !== UTF8_STRING) {
    throw new Refused(
      'CertificateInvalid',
      `the certificate's extension ${FULCIO}.${number} is not a DER UTF8String`,
    );
  }
  return value.value.toString('utf8');
}

function contradiction(raw: number, der: number, older: string, newer: string): Refused {
  return new Refused(
    'CertificateInvalid',
    `the certificate contradicts itself: extension ${FULCIO}.${raw} says ${JSON.stringify(older)} and .${der} says ${JSON.stringify(newer)}`,
  );
}
