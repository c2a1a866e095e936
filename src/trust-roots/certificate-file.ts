import { readElements } from '../verify/x509/der.ts';

const BLOCK = /^-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)^-----END \1-----/gm;
/** RFC 7468 section 5.3: the older name is read as well. */
const LABELS: ReadonlySet<string | undefined> = new Set(['CERTIFICATE', 'X509 CERTIFICATE']);

/** The DER of each certificate of a file, or what is wrong with it as a clause. */
type CertificateFile =
  | { readonly ok: true; readonly certificates: readonly Buffer[] }
  | { readonly ok: false; readonly why: string };

/** Takes a file of certificates apart: PEM blocks with any text around them, or certificates in DER one after the other. */
export function readCertificates(bytes: Buffer): CertificateFile {
  const blocks = [...bytes.toString('latin1').matchAll(BLOCK)];
  if (blocks.length === 0) return readDerFile(bytes);
  const stranger = blocks.find(([, label]) => !LABELS.has(label));
  if (stranger)
    return { ok: false, why: `holds a ${stranger[1] ?? 'PEM block'}, where certificates are wanted` };
  return { ok: true, certificates: blocks.map(([, , text = '']) => Buffer.from(text, 'base64')) };
}

function readDerFile(bytes: Buffer): CertificateFile {
  if (bytes.length === 0) return { ok: false, why: 'is empty' };
  try {
    return { ok: true, certificates: readElements(bytes).map(({ raw }) => raw) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return { ok: false, why: `holds no certificate in PEM or DER: ${why}` };
  }
}
