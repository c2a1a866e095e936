import { z } from 'zod';
import { parseStrictJson } from '../../json.ts';
import { CERTIFICATE_CHAIN, LOG_ENTRIES, TIMESTAMPS } from '../../limits.ts';
import { Refused } from '../refused.ts';
import { type Bundle, bundleSchema } from './bundle-schema.ts';

export const BUNDLE_V01 = 'application/vnd.dev.sigstore.bundle+json;version=0.1';

/** The media types of bundles, with their version (protobuf-specs, sigstore_bundle.proto, "media_type"). */
const VERSIONS: Readonly<Record<string, 1 | 2 | 3>> = {
  [BUNDLE_V01]: 1,
  'application/vnd.dev.sigstore.bundle+json;version=0.2': 2,
  'application/vnd.dev.sigstore.bundle+json;version=0.3': 3,
  'application/vnd.dev.sigstore.bundle.v0.3+json': 3,
};

/** Reads a Sigstore bundle, v0.1 to v0.3 (protobuf-specs, sigstore_bundle.proto). Throws `Refused`. */
export function readBundle(bytes: Uint8Array): Bundle {
  return refuse('the Sigstore bundle', () => checkVersion(parseBundle(parseStrictJson(bytes))));
}

/** Entries and certificates of untrusted bundles are counted before they are read: reading them is what costs. */
export function parseBundle(json: unknown): Bundle {
  checkLimits(json);
  return bundleSchema.parse(json);
}

/** What each version asks for (protobuf-specs, sigstore_bundle.proto, at the members of VerificationMaterial). */
function checkVersion(bundle: Bundle): Bundle {
  const { mediaType, verificationMaterial } = bundle;
  const version = VERSIONS[mediaType];
  if (version === undefined)
    throw new Refused(
      'EvidenceUnsupported',
      `its mediaType is ${JSON.stringify(mediaType)}, which is no version of the Sigstore bundle that is known here`,
    );
  for (const { inclusionPromise, inclusionProof } of verificationMaterial.tlogEntries) {
    if (version === 1 && !inclusionPromise) throw malformed('has a log entry without an inclusion promise');
    if (version > 1 && !inclusionProof) throw malformed('has a log entry without an inclusion proof');
  }
  if (version === 3 && verificationMaterial.x509CertificateChain)
    throw malformed('has a certificate chain, where v0.3 allows the signing certificate alone');
  return bundle;
}

function malformed(what: string): Refused {
  return new Refused('SignatureMalformed', `the Sigstore bundle ${what}`);
}

/** Only as far as counting goes; what else is wrong is found by the schema. */
const countedSchema = z.object({
  verificationMaterial: z.object({
    tlogEntries: z.array(z.unknown()).nullish(),
    x509CertificateChain: z.object({ certificates: z.array(z.unknown()) }).nullish(),
    timestampVerificationData: z.object({ rfc3161Timestamps: z.array(z.unknown()).nullish() }).nullish(),
  }),
});

function checkLimits(json: unknown): void {
  const counted = countedSchema.safeParse(json).data?.verificationMaterial;
  if (!counted) return;
  const counts: readonly (readonly [what: string, items: readonly unknown[], limit: number, name: string])[] =
    [
      ['transparency log entries', counted.tlogEntries ?? [], LOG_ENTRIES, 'LOG_ENTRIES'],
      [
        'signed timestamps',
        counted.timestampVerificationData?.rfc3161Timestamps ?? [],
        TIMESTAMPS,
        'TIMESTAMPS',
      ],
      [
        'certificates',
        counted.x509CertificateChain?.certificates ?? [],
        CERTIFICATE_CHAIN,
        'CERTIFICATE_CHAIN',
      ],
    ];
  for (const [what, { length }, limit, name] of counts) {
    if (length > limit)
      throw new Refused(
        'LimitExceeded',
        `the bundle has ${length} ${what}, more than the limit of ${limit} (${name})`,
      );
  }
}

/** Whatever the parsers of outside data throw is a malformed signature. `what` names it in the message. */
export function refuse<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof Refused) throw cause;
    const why =
      cause instanceof z.ZodError
        ? z.prettifyError(cause).replaceAll('\n', ' ')
        : String(cause instanceof Error ? cause.message : cause);
    throw new Refused('SignatureMalformed', `${what} cannot be read: ${why}`);
  }
}
