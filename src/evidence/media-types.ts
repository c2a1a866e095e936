import { membersOf } from '../json-members.ts';
import type { EvidenceFormat } from './collector.ts';

/** The layer's media type decides how it is read: artifact types and annotations of the manifest are unsigned hints. */
const FORMATS: readonly { readonly pattern: RegExp; readonly format: EvidenceFormat }[] = [
  {
    pattern: /^application\/vnd\.dev\.sigstore\.bundle(\.v\d+\.\d+)?\+json(;.*)?$/,
    format: 'sigstore-bundle',
  },
  { pattern: /^application\/vnd\.dev\.cosign\.simplesigning\.v1\+json$/, format: 'simple-signing' },
  // in-toto/attestation, spec/v1/envelope.md and bundle.md, name a type per predicate beside the general one.
  {
    pattern: /^application\/vnd\.(dsse\.envelope\.v1\+json|in-toto(\.[\w.-]+)?\+dsse)$/,
    format: 'dsse-envelope',
  },
  {
    pattern: /^(application\/vnd\.(cyclonedx|syft)|(application|text)\/spdx)(\+(json|xml))?(;.*)?$/,
    format: 'sbom',
  },
  { pattern: /^application\/vnd\.in-toto(\.[\w.-]+)?\+json$/, format: 'statement' },
];

/** The type of a Notary Project signature's manifest (signature-specification.md, "OCI Signatures"). */
export const NOTATION_ARTIFACT = 'application/vnd.cncf.notary.signature';

/** Media types that say nothing of what they hold; tools that attach any file use them. */
const GENERIC = /^(application\/(json|octet-stream|vnd\.oci\.image\.layer\.v1\.tar)|text\/plain)(;.*)?$/;

/** Words by which a type that is not known here says that it is a signature or holds one. */
const SIGNED =
  /(^|[^a-z])(signatures?|signed|sig|sigstore|cosign|notary|notation|attestations?|provenance|in-?toto|dsse|jws|jose|cose|pkcs-?7|pgp|gpg)([^a-z]|$)/i;

/**
 * How a layer is to be read; `null` where it holds nothing that is read here. Under a generic media type the artifact type of the
 * manifest is all that says what it is.
 */
export function formatOf(mediaType: string, artifactType: string | undefined): EvidenceFormat | null {
  // What says of itself that it is a Notary Project signature is read as one, whatever its layer is called: JOSE and COSE are what many
  // other kinds of signatures are made of.
  if (artifactType === NOTATION_ARTIFACT) return 'notation';
  const type = GENERIC.test(mediaType) ? (artifactType ?? '') : mediaType;
  return FORMATS.find(({ pattern }) => pattern.test(type))?.format ?? null;
}

/** Whether a type that is not known here looks like that of a signature: then somebody may rely on it. */
export function looksSigned(type: string): boolean {
  return SIGNED.test(type);
}

/**
 * What lies under in-toto's media type: the statement by itself, or wrapped into a DSSE envelope or a whole bundle, which tools
 * push under the type of what they hold. The content decides; what cannot be read is left to whoever reads statements.
 */
export function formatOfInToto(bytes: Uint8Array): EvidenceFormat {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Most are statements, some of them SBOMs of many megabytes, which are parsed once where they are read.
  if (!text.includes('"payloadType"')) return 'statement';
  const content = namesIn(text);
  if (content.has('payload') && content.has('signatures')) return 'dsse-envelope';
  return content.has('verificationMaterial') && content.has('dsseEnvelope') ? 'sigstore-bundle' : 'statement';
}

function namesIn(json: Uint8Array): ReadonlySet<string> {
  try {
    return new Set(membersOf(json).keys());
  } catch {
    return new Set();
  }
}
