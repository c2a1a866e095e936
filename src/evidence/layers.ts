import { EVIDENCE_BYTES, EVIDENCE_LAYERS, SBOM_BYTES } from '../limits.ts';
import { artifactTypeOf } from '../registry/manifest.ts';
import { printable } from '../registry/printable.ts';
import type { Descriptor, Manifest, Registry } from '../registry/registry.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import type { Carrier, Collected, Evidence, EvidenceFault } from './collector.ts';
import { formatOf, formatOfInToto, looksSigned, NOTATION_ARTIFACT } from './media-types.ts';
import { packed } from './packed-payload.ts';

/**
 * Downloads the layers of a signature or attestation manifest that hold evidence.
 * `subject` is the digest that the manifest is attached to, `location` where it was found.
 */
export async function collectLayers(
  registry: Registry,
  repository: string,
  manifest: Manifest,
  subject: string,
  location: string,
): Promise<Collected> {
  const evidence: Evidence[] = [];
  const faults: EvidenceFault[] = [];
  if (manifest.content.kind === 'index') {
    const message = `${location} is an index where a signature manifest was expected`;
    return { evidence, faults: [{ reason: 'EvidenceUnsupported', subject, location, message }] };
  }
  const layers = manifest.content.layers;
  if (layers.length > EVIDENCE_LAYERS) {
    const message = `${location} has ${layers.length} layers, more than the limit of ${EVIDENCE_LAYERS} (EVIDENCE_LAYERS); the rest was not read`;
    faults.push({ reason: 'LimitExceeded', subject, location, message });
  }
  const artifactType = artifactTypeOf(manifest);
  if (layers.length === 0 && artifactType === NOTATION_ARTIFACT) {
    const message = `${location} is a Notation signature without the layer that would hold it`;
    return { evidence, faults: [{ reason: 'SignatureMalformed', subject, location, message }] };
  }
  const passedOver: Descriptor[] = [];
  for (const layer of layers.slice(0, EVIDENCE_LAYERS)) {
    const type = formatOf(layer.mediaType, artifactType);
    if (type === null) {
      passedOver.push(layer);
      continue;
    }
    const blob = await registry.blob(repository, layer, type === 'sbom' ? SBOM_BYTES : EVIDENCE_BYTES);
    if (blob.ok) {
      const annotations = layer.annotations ?? {};
      const format = type === 'statement' ? formatOfInToto(blob.value) : type;
      const piece = {
        format,
        digest: layer.digest,
        subject,
        location,
        annotations,
        ...packed(format, blob.value),
      };
      if (format !== 'notation') {
        evidence.push(piece);
        continue;
      }
      const carrier = await carrierOf(registry, repository, manifest, subject);
      if (carrier.ok) evidence.push({ ...piece, carrier: carrier.value });
      else faults.push({ ...carrier.fault, subject, location });
    } else {
      faults.push({ ...blob.fault, subject, location });
    }
  }
  const unread = unreadTypes(passedOver, artifactType, evidence.length + faults.length === 0);
  return { evidence, faults: [...faults, ...unread.map((type) => unsupported(type, subject, location))] };
}

/** A Notary Project signature is over the whole descriptor of what it signs, and its specification says how it hangs on it. */
async function carrierOf(
  registry: Registry,
  repository: string,
  { mediaType, content }: Manifest,
  subject: string,
): Promise<Outcome<Carrier>> {
  const signed = await registry.manifest(repository, subject);
  if (!signed.ok) return signed;
  if (signed.value === null || content.kind === 'index')
    return failed('RegistryResponseInvalid', `the registry does not have ${repository}@${subject} any more`);
  const { mediaType: type, size } = signed.value;
  return ok({ mediaType, manifest: content, subject: { mediaType: type, size } });
}

/** The types of what looks like a signature and is none that is read here; the artifact's own where it holds nothing else. */
function unreadTypes(
  passedOver: readonly Descriptor[],
  artifactType: string | undefined,
  alone: boolean,
): readonly string[] {
  const types = new Set(passedOver.map(({ mediaType }) => mediaType).filter(looksSigned));
  if (types.size === 0 && alone && artifactType !== undefined && looksSigned(artifactType))
    types.add(artifactType);
  return [...types];
}

function unsupported(type: string, subject: string, location: string): EvidenceFault {
  return {
    reason: 'EvidenceUnsupported',
    subject,
    location,
    message: `${location} looks like a signature of the type ${JSON.stringify(printable(type))}, which this version does not read`,
    remediation: 'sign with cosign or Notation, or attest with in-toto, if this image is to be vouched for',
  };
}
