import { Refused } from '../refused.ts';

/** The signing schemes (signing-scheme.md). */
const SCHEMES = ['notary.x509', 'notary.x509.signingAuthority'] as const;
export type SigningScheme = (typeof SCHEMES)[number];

/** What a signer has said beside the payload (signature-specification.md, "Signed Attributes"). */
export interface SignedAttributes {
  readonly scheme: SigningScheme;
  /** Under `notary.x509` the signer's own word, which nobody vouches for; under a signing authority its authentic time. */
  readonly signingTime: Date;
  readonly expiry: Date | null;
}

/** What stands in a protected header, in the labels that both formats have in common. */
export interface ProtectedHeader {
  readonly contentType: unknown;
  readonly critical: readonly (string | number)[];
  /** Every label that is there. */
  readonly labels: ReadonlySet<string | number>;
  readonly scheme: unknown;
  readonly signingTime: Date | null;
  readonly authenticSigningTime: Date | null;
  readonly expiry: Date | null;
}

export const LABEL = {
  scheme: 'io.cncf.notary.signingScheme',
  signingTime: 'io.cncf.notary.signingTime',
  authenticSigningTime: 'io.cncf.notary.authenticSigningTime',
  expiry: 'io.cncf.notary.expiry',
  timestamp: 'io.cncf.notary.timestampSignature',
  signingAgent: 'io.cncf.notary.signingAgent',
} as const;

const PLUGIN = ['io.cncf.notary.verificationPlugin', 'io.cncf.notary.verificationPluginMinVersion'] as const;

/** Every name of the specification: none of them may occur in other letters. */
export const NAMES: readonly string[] = [...Object.values(LABEL), ...PLUGIN];

const PAYLOAD_TYPE = 'application/vnd.cncf.notary.payload.v1+json';

/** Holds a protected header against signature-specification.md, "Signed Attributes". Throws `Refused`. */
export function readSignedAttributes(header: ProtectedHeader): SignedAttributes {
  if (header.contentType !== PAYLOAD_TYPE)
    throw malformed(`its content type is ${JSON.stringify(header.contentType)}, not ${PAYLOAD_TYPE}`);
  const scheme = SCHEMES.find((one) => one === header.scheme);
  if (!scheme) throw malformed(`its signing scheme is ${JSON.stringify(header.scheme ?? null)}`);
  checkCritical(header, scheme);
  const { expiry } = header;
  const signingTime = signingTimeOf(header, scheme);
  if (expiry && expiry <= signingTime) throw malformed('it had expired before it was signed');
  return { scheme, signingTime, expiry };
}

/** "Standard attributes": each scheme has a time of its own, which is required and which the other must not have. */
function signingTimeOf(header: ProtectedHeader, scheme: SigningScheme): Date {
  const authority = scheme === 'notary.x509.signingAuthority';
  const [own, other] = authority
    ? [LABEL.authenticSigningTime, LABEL.signingTime]
    : [LABEL.signingTime, LABEL.authenticSigningTime];
  const time = authority ? header.authenticSigningTime : header.signingTime;
  if (header.labels.has(other)) throw malformed(`it has ${other} under the scheme ${scheme}`);
  if (!time) throw malformed(`it has no ${own} under the scheme ${scheme}`);
  return time;
}

/**
 * "Signed Attributes", RFC 7515 section 4.1.11, RFC 9052 section 3.1: what is critical is there, once, and understood; what has to be
 * critical is marked so.
 */
function checkCritical({ critical, labels }: ProtectedHeader, scheme: SigningScheme): void {
  const required = [
    LABEL.scheme,
    ...(scheme === 'notary.x509.signingAuthority' ? [LABEL.authenticSigningTime] : []),
    ...(labels.has(LABEL.expiry) ? [LABEL.expiry] : []),
  ];
  const unmarked = required.find((label) => !critical.includes(label));
  if (unmarked !== undefined) throw malformed(`${unmarked} is not marked as critical`);
  if (new Set(critical).size < critical.length) throw malformed('it marks an attribute as critical twice');
  // A plugin's part in the verification is never left out, whether or not it is marked.
  const plugin = PLUGIN.find((label) => labels.has(label));
  const unknown = critical.find((label) => !required.some((one) => one === label));
  if (unknown !== undefined && !labels.has(unknown))
    throw malformed(`${JSON.stringify(unknown)} is marked as critical and is not there`);
  const stranger = plugin ?? unknown;
  if (stranger !== undefined)
    throw new Refused(
      'CriticalAttributeUnknown',
      `it asks to be verified with the attribute ${JSON.stringify(stranger)} in mind, which this program does not understand`,
    );
}

export function malformed(message: string): Refused {
  return new Refused('SignatureMalformed', message);
}
