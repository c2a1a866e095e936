import { EVIDENCE_BYTES, EVIDENCE_LAYERS } from '../limits.ts';
import type { Manifest, Registry } from '../registry/registry.ts';
import type { Collected, Evidence, EvidenceFault, EvidenceFormat } from './collector.ts';

/** The layer's media type decides how it is read: artifact types and annotations of the manifest are unsigned hints. */
const FORMATS: readonly { readonly pattern: RegExp; readonly format: EvidenceFormat }[] = [
  {
    pattern: /^application\/vnd\.dev\.sigstore\.bundle(\.v\d+\.\d+)?\+json(;.*)?$/,
    format: 'sigstore-bundle',
  },
  { pattern: /^application\/vnd\.dev\.cosign\.simplesigning\.v1\+json$/, format: 'simple-signing' },
  { pattern: /^application\/vnd\.dsse\.envelope\.v1\+json$/, format: 'dsse-envelope' },
  { pattern: /^application\/(jose\+json|cose)$/, format: 'notation' },
  {
    pattern: /^(application\/vnd\.(cyclonedx|syft)|(application|text)\/spdx)(\+(json|xml))?(;.*)?$/,
    format: 'sbom',
  },
  { pattern: /^application\/vnd\.in-toto\+json$/, format: 'statement' },
];

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
  for (const layer of layers.slice(0, EVIDENCE_LAYERS)) {
    const format = FORMATS.find(({ pattern }) => pattern.test(layer.mediaType))?.format;
    if (format === undefined) continue;
    const blob = await registry.blob(repository, layer, EVIDENCE_BYTES);
    if (blob.ok) {
      const annotations = layer.annotations ?? {};
      evidence.push({ format, digest: layer.digest, subject, location, bytes: blob.value, annotations });
    } else {
      faults.push({ ...blob.fault, subject, location });
    }
  }
  return { evidence, faults };
}
