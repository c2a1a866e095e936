import type { Carrier } from '../../evidence/collector.ts';
import { NOTATION_ARTIFACT } from '../../evidence/media-types.ts';
import { OCI_MANIFEST } from '../../registry/manifest.ts';
import { malformed } from './signed-attributes.ts';
import type { SignedArtifact } from './payload.ts';

const EMPTY = 'application/vnd.oci.empty.v1+json';
const ENVELOPES = { 'application/jose+json': 'jws', 'application/cose': 'cose' } as const;

/**
 * Holds the manifest that a signature hangs on against signature-specification.md, "OCI Signatures": its type stands in exactly one
 * place, it has one layer, and its subject is the whole descriptor of the image. Returns the format of the envelope. Throws `Refused`.
 */
export function envelopeFormat({ mediaType, manifest }: Carrier, artifact: SignedArtifact): 'jws' | 'cose' {
  const { artifactType, config, layers, subject } = manifest;
  if (mediaType !== OCI_MANIFEST) throw malformed(`its manifest is of the type ${JSON.stringify(mediaType)}`);
  const [layer, ...more] = layers;
  if (!layer || more.length > 0)
    throw malformed(`its manifest has ${layers.length} layers, where one envelope is wanted`);
  const expected = artifactType === undefined ? NOTATION_ARTIFACT : EMPTY;
  if (config.mediaType !== expected)
    throw malformed(
      `its manifest has the config ${JSON.stringify(config.mediaType)}, where ${expected} is wanted ${artifactType === undefined ? 'without' : 'beside'} an artifactType`,
    );
  if (artifactType !== undefined && artifactType !== NOTATION_ARTIFACT)
    throw malformed(`its manifest has the artifactType ${JSON.stringify(artifactType)}`);
  for (const field of ['digest', 'mediaType', 'size'] as const)
    if (subject?.[field] !== artifact[field])
      throw malformed(
        `its manifest has the subject ${field} ${JSON.stringify(subject?.[field])}, and the image has ${JSON.stringify(artifact[field])}`,
      );
  const format = Object.entries(ENVELOPES).find(([type]) => type === layer.mediaType)?.[1];
  if (format) return format;
  throw malformed(`its layer is of the type ${JSON.stringify(layer.mediaType)}`);
}
