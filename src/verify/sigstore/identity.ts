import { Refused } from '../refused.ts';
import type { Certificate } from '../x509/certificate.ts';
import { childrenOf, contentsOf, contextTag, type Der, readDer, TAG } from '../x509/der.ts';
import { oidOf } from '../x509/der-values.ts';
import {
  basicConstraints,
  extendedKeyUsage,
  KEY_USAGE,
  mayBeUsedFor,
  PURPOSE,
  subjectAltNames,
} from '../x509/extensions.ts';

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
  /** The OIDC issuer; empty in a certificate of an own PKI, which knows whom it names for itself. */
  readonly issuer: string;
  readonly extensions: Readonly<Partial<Record<ExtensionName, string>>>;
}

/**
 * Reads who a code-signing certificate was issued to (fulcio, docs/certificate-specification.md). Throws `Refused` for a
 * certificate that is not a leaf for code signing, that has no name or several, or that contradicts itself.
 */
export function readIdentity(certificate: Certificate): Identity {
  checkProfile(certificate);
  const issuer = derString(certificate, 8) ?? rawString(certificate, 1) ?? '';
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
function checkProfile(certificate: Certificate): void {
  if (basicConstraints(certificate).authority) {
    throw new Refused('CertificateInvalid', 'the signing certificate is that of a certificate authority');
  }
  if (mayBeUsedFor(certificate, KEY_USAGE.digitalSignature) !== true) {
    throw new Refused(
      'CertificateInvalid',
      'the certificate may not be used for digital signatures (key usage)',
    );
  }
  if (!extendedKeyUsage(certificate)?.purposes.includes(PURPOSE.codeSigning)) {
    throw new Refused(
      'CertificateInvalid',
      'the certificate is not one for code signing (extended key usage)',
    );
  }
}

const NAME_KINDS: readonly { readonly tag: number; readonly kind: SubjectName['kind'] }[] = [
  { tag: contextTag(1, false), kind: 'email' },
  { tag: contextTag(2, false), kind: 'dns' },
  { tag: contextTag(6, false), kind: 'uri' },
];

function subjectName(certificate: Certificate): SubjectName {
  const names = subjectAltNames(certificate);
  const [name] = names;
  if (!name || names.length !== 1) {
    // Which of several names a reader takes would be his own choice.
    throw new Refused(
      'CertificateInvalid',
      `the certificate has ${names.length} subject alternative names where exactly one is allowed`,
    );
  }
  const kind = NAME_KINDS.find(({ tag }) => tag === name.tag)?.kind;
  if (kind) return { kind, value: utf8(name.contents) };
  const value = name.tag === OTHER_NAME_TAG ? otherName(name) : undefined;
  if (value !== undefined) return { kind: 'other', value };
  throw new Refused(
    'CertificateInvalid',
    'the certificate names its subject in a form that is not supported',
  );
}

const OTHER_NAME_TAG = contextTag(0, true);
/** fulcio, docs/oid-info.md, 1.3.6.1.4.1.57264.1.7: a user name that is neither e-mail nor URI. */
const OTHER_NAME = `${FULCIO}.7`;

/** RFC 5280 section 4.2.1.6, OtherName. */
function otherName(name: Der): string | undefined {
  const [type, value] = childrenOf(name, OTHER_NAME_TAG);
  if (oidOf(type) !== OTHER_NAME) return undefined;
  const [text] = childrenOf(value, contextTag(0, true));
  return utf8(contentsOf(text, TAG.utf8String));
}

function rawString(certificate: Certificate, number: number): string | undefined {
  const value = certificate.extensions.get(`${FULCIO}.${number}`)?.value;
  return value && utf8(value);
}

function derString(certificate: Certificate, number: number): string | undefined {
  const oid = `${FULCIO}.${number}`;
  const extension = certificate.extensions.get(oid);
  if (!extension) return undefined;
  try {
    return utf8(contentsOf(readDer(extension.value), TAG.utf8String));
  } catch {
    throw new Refused('CertificateInvalid', `the certificate's extension ${oid} is not a DER UTF8String`);
  }
}

/** Bytes that are no UTF-8 would all be read as the same sign, and so two names as one. */
function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused('CertificateInvalid', 'the certificate has a name or extension that is not UTF-8');
  }
}

function contradiction(raw: number, der: number, older: string, newer: string): Refused {
  return new Refused(
    'CertificateInvalid',
    `the certificate contradicts itself: extension ${FULCIO}.${raw} says ${JSON.stringify(older)} and .${der} says ${JSON.stringify(newer)}`,
  );
}
