import { X509Certificate } from 'node:crypto';
import { TRUSTED_CERTIFICATES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';

/** A chain from the certificate nearest to what it vouches for to its self-signed root. */
export type Chain = readonly [X509Certificate, ...X509Certificate[]];

/** Key purposes (RFC 5280, 4.2.1.12). */
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

const CA_REMEDY =
  'name a PEM file with the intermediate certificates, each followed by its issuer, and the self-signed root at the end';
const TSA_REMEDY =
  "name a PEM file with the timestamp authority's own certificate, its intermediates, and the self-signed root at the end";

/**
 * Reads the authorities of a `certificateChain`: intermediates and root, as cosign's --certificate-chain; several chains may
 * stand one after the other. `file` names it in errors.
 */
export function readAuthorityChains(text: string, file: string): Outcome<readonly Chain[]> {
  const chains = readChains(text, file, CA_REMEDY);
  if (!chains.ok) return chains;
  const leaf = chains.value.flat().find(({ ca }) => !ca);
  if (leaf)
    return refuse(
      file,
      `${nameOf(leaf)} is no CA: the certificate that signs images does not belong here`,
      CA_REMEDY,
    );
  return chains;
}

/** Reads the authorities of a `timestampChain`: the certificate that signs timestamps, intermediates and root. */
export function readTimestampChains(text: string, file: string): Outcome<readonly Chain[]> {
  const chains = readChains(text, file, TSA_REMEDY);
  if (!chains.ok) return chains;
  for (const [leaf, ...issuers] of chains.value) {
    // RFC 3161, 2.3: the certificate has this purpose and no other.
    if (leaf.ca || leaf.keyUsage?.join() !== TIME_STAMPING)
      return refuse(
        file,
        `${nameOf(leaf)} stands first and is no certificate for signing timestamps`,
        TSA_REMEDY,
      );
    const other = issuers.find(({ ca }) => !ca);
    if (other)
      return refuse(file, `${nameOf(other)} is no CA, and stands where its issuer should`, TSA_REMEDY);
  }
  return chains;
}

function readChains(text: string, file: string, remedy: string): Outcome<readonly Chain[]> {
  const blocks = [...text.matchAll(BLOCK)].map(([block, label]) => ({ block, label }));
  if (blocks.some(({ label }) => label?.endsWith('PRIVATE KEY')))
    return refuse(
      file,
      'holds a private key, which nobody needs to verify',
      'take the key out of the file; if others could read it, make a new one',
    );
  if (blocks.length === 0) return refuse(file, 'holds no certificate in PEM form', remedy);
  const stranger = blocks.find(({ label }) => label !== 'CERTIFICATE');
  if (stranger) return refuse(file, `holds a ${stranger.label}, where certificates are wanted`, remedy);
  if (blocks.length > TRUSTED_CERTIFICATES)
    return refuse(
      file,
      `holds ${blocks.length} certificates, more than the limit of ${TRUSTED_CERTIFICATES}`,
      remedy,
    );
  const certificates: X509Certificate[] = [];
  for (const [index, { block }] of blocks.entries()) {
    const certificate = parse(block);
    if (!certificate) return refuse(file, `certificate ${index + 1} cannot be read`, remedy);
    certificates.push(certificate);
  }
  return chainsOf(certificates, file, remedy);
}

/** Every self-signed certificate ends a chain; within one, each is issued by the next. */
function chainsOf(
  certificates: readonly X509Certificate[],
  file: string,
  remedy: string,
): Outcome<readonly Chain[]> {
  const chains: Chain[] = [];
  let open: X509Certificate[] = [];
  for (const certificate of certificates) {
    const before = open.at(-1);
    if (before && !isIssuedBy(before, certificate))
      return refuse(
        file,
        `${nameOf(before)} is followed by ${nameOf(certificate)}, which did not issue it`,
        remedy,
      );
    open.push(certificate);
    const [first, ...rest] = open;
    if (!first || !isIssuedBy(certificate, certificate)) continue;
    const { start, end } = commonWindow([first, ...rest]);
    if (start > end)
      return refuse(file, `the certificates from ${nameOf(first)} on are never valid at one time`, remedy);
    chains.push([first, ...rest]);
    open = [];
  }
  const last = open.at(-1);
  if (last)
    return refuse(
      file,
      `ends with ${nameOf(last)}, whose issuer (${oneLine(last.issuer)}) is not there`,
      remedy,
    );
  return ok(chains);
}

/** When all certificates of a chain are valid. */
export function commonWindow(chain: Chain): { readonly start: Date; readonly end: Date } {
  return {
    start: new Date(Math.max(...chain.map(({ validFrom }) => Date.parse(validFrom)))),
    end: new Date(Math.min(...chain.map(({ validTo }) => Date.parse(validTo)))),
  };
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

function parse(block: string): X509Certificate | null {
  try {
    return new X509Certificate(block);
  } catch {
    return null;
  }
}

/** A certificate's name, in one line, as `O=Acme, CN=Root`. */
export function nameOf({ subject, serialNumber }: X509Certificate): string {
  return subject ? oneLine(subject) : `the certificate with the serial number ${serialNumber}`;
}

function oneLine(name: string): string {
  return name.split('\n').join(', ');
}

function refuse(file: string, why: string, remedy: string): Outcome<never> {
  return failed('InputInvalid', `${file}: ${why}`, remedy);
}
