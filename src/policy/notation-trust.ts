import { CHAIN_BYTES, TRUST_POLICY_BYTES, TRUSTED_CERTIFICATES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { readCertificates } from '../trust-roots/certificate-file.ts';
import { readDocuments } from '../workloads/document.ts';
import { ENFORCEMENT } from '../verify/notation/levels.ts';
import { type NotationTrust, storeKey } from '../verify/notation/trust.ts';
import { identitiesOf, parseTrustPolicy, type Statement } from '../verify/notation/trust-policy.ts';
import { type Certificate, parseCertificate } from '../verify/x509/certificate.ts';
import { notationAuthority } from './authority.ts';
import type { Known } from './known.ts';
import type { OpenPolicy } from './policy-file.ts';
import type { Authority } from './policy.ts';
import type { NotationFile } from './schema-authorities.ts';
import { beside } from './trust-roots.ts';

type At = readonly PropertyKey[];

const LIKE_NOTATION =
  'mend it as the Notary Project specifies it (trust-store-trust-policy.md); `notation policy show` prints what Notation reads';

/** Reads a `notation` authority: Notation's own trust policy with its trust stores, or certificates and identities in their place. */
export function readNotation(
  open: OpenPolicy,
  at: At,
  name: string,
  file: NotationFile,
  known: Known,
): Authority | null {
  const { trustPolicy, trustStore } = file;
  const trust =
    trustPolicy !== undefined && trustStore !== undefined
      ? fromTrustPolicy(open, at, name, trustPolicy, trustStore, known)
      : inline(open, at, name, file, known);
  if (!trust) return null;
  known.notation.push(trust);
  return notationAuthority(trust);
}

function fromTrustPolicy(
  open: OpenPolicy,
  at: At,
  name: string,
  trustPolicy: string,
  trustStore: string,
  { readFile, readTrustStore, report, reportError }: Known,
): NotationTrust | null {
  const path = beside(open, trustPolicy);
  const bytes = readFile(path, TRUST_POLICY_BYTES);
  if (!bytes.ok) {
    report(open, [...at, 'trustPolicy'], bytes.fault.message, bytes.fault.remediation);
    return null;
  }
  const read = parseTrustPolicy(bytes.value);
  if (!read.ok) {
    const [document] = readDocuments(Buffer.from(bytes.value).toString('utf8'), path).documents;
    for (const { at: field, message } of read.errors) {
      // What is no JSON says for itself where it is none.
      const line = field.length > 0 ? document?.lineOf(field) : undefined;
      const place = line === undefined ? path : `${path}:${line}`;
      reportError({ path, line: line ?? 1, message: `${place}: ${message}`, remediation: LIKE_NOTATION });
    }
    return null;
  }
  const { statements } = read;
  const directory = beside(open, trustStore);
  const named = new Map(
    statements.flatMap(({ trustStores }) => trustStores).map((one) => [storeKey(one), one]),
  );
  const stores = new Map([...named].map(([key, store]) => [key, readTrustStore(directory, store)]));
  return { authority: name, origin: trustPolicy, statements, stores };
}

const INLINE = { type: 'ca', name: 'trustedCertificates' } as const;

/** Certificates and identities as a trust policy of one statement, for every repository. */
function inline(
  open: OpenPolicy,
  at: At,
  name: string,
  { trustedCertificates = [], identities = [], level = 'strict' }: NotationFile,
  { readFile, report }: Known,
): NotationTrust | null {
  let usable = true;
  const refuse = (field: At, why: string, remedy?: string) => {
    usable = false;
    report(open, [...at, ...field], why, remedy);
  };
  const certificates = trustedCertificates.flatMap((path, index) => {
    const bytes = readFile(beside(open, path), CHAIN_BYTES);
    const read = bytes.ok ? certificatesOf(path, Buffer.from(bytes.value)) : bytes;
    if (read.ok) return read.value;
    refuse(['trustedCertificates', index], read.fault.message, read.fault.remediation);
    return [];
  });
  const trustedIdentities = identitiesOf(identities, (field, why) => {
    const [index] = /\d+/.exec(field) ?? [];
    refuse(['identities', ...(index === undefined ? [] : [Number(index)])], why);
  });
  if (!usable) return null;
  const statement: Statement = {
    name,
    registryScopes: ['*'],
    level,
    enforcement: ENFORCEMENT[level],
    verifyTimestamp: 'always',
    trustStores: [INLINE],
    trustedIdentities,
  };
  const stores = new Map([[storeKey(INLINE), ok(certificates)]]);
  return { authority: name, origin: `the authority ${name}`, statements: [statement], stores };
}

function certificatesOf(path: string, bytes: Buffer): Outcome<readonly Certificate[]> {
  const refuse = (why: string) =>
    failed(
      'InputInvalid',
      `${path}: ${why}`,
      'name a file with the certificates of the authorities, in PEM or DER',
    );
  const read = readCertificates(bytes);
  if (!read.ok) return refuse(read.why);
  if (read.certificates.length > TRUSTED_CERTIFICATES)
    return refuse(`has more certificates than the limit of ${TRUSTED_CERTIFICATES}`);
  try {
    return ok(read.certificates.map((der) => parseCertificate(der)));
  } catch (cause) {
    return refuse(
      `holds a certificate that cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}
