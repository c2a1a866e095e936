import { EVIDENCE_DOCUMENT_BYTES, MANIFEST_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { readBlobFile } from './blob-file.ts';
import { REFERENCE_NAME } from './catalog.ts';
import { digestOf } from './digest.ts';
import {
  OTHER_VERSION,
  openEvidence,
  type EvidenceDocument,
  type OpenedEvidence,
} from './evidence-document.ts';
import { OCI_MANIFEST, parseManifest } from './manifest.ts';
import { printable } from './printable.ts';
import type { Descriptor } from './registry.ts';

/** The type of the artifact that holds the evidence document, and of the layer that is it. */
const EVIDENCE_TYPE = 'application/vnd.kubectl-supplychain.evidence.v1+json';
/** Of any version. */
export const EVIDENCE_TYPES = /^application\/vnd\.kubectl-supplychain\.evidence\./;
/** What other tools find it by; the name of an image has a slash. */
const EVIDENCE_NAME = 'evidence';

const REPEAT = 'save the evidence again into an empty directory, and copy the whole of it';

export interface EvidenceArtifact {
  /** How `index.json` names it. */
  readonly descriptor: Descriptor;
  readonly blobs: readonly Uint8Array[];
}

/** An evidence document, and the digest of its bytes. */
interface FoundEvidence extends OpenedEvidence {
  readonly digest: string;
}

/** RFC 2585 section 4.2, and RFC 6960 appendix C.2. */
const REVOCATION_TYPES = { crl: 'application/pkix-crl', ocsp: 'application/ocsp-response' } as const;
/** RFC 2046 section 4.5.1: in which form an SBOM is, its own text says. */
const SBOM_TYPE = 'application/octet-stream';

/**
 * Wraps an evidence document for a layout (image-spec, manifest.md, "Guidelines for Artifact Usage"). What was answered about revocation, and
 * the SBOMs that lie in no registry, are named beside it, as nothing else in the layout leads there, and tools drop what nobody names.
 */
export function evidenceArtifact(
  document: Uint8Array,
  { revocation, sboms }: Pick<EvidenceDocument, 'revocation' | 'sboms'>,
): EvidenceArtifact {
  const besides = [
    ...revocation.map(({ question, reply }) => ({ mediaType: REVOCATION_TYPES[question], reply })),
    ...sboms.flatMap((answer) => answer.sboms).map(({ reply }) => ({ mediaType: SBOM_TYPE, reply })),
  ];
  const answered = new Map<string, Descriptor>();
  for (const { mediaType, reply } of besides)
    if (reply.kind === 'found')
      answered.set(reply.digest, { mediaType, digest: reply.digest, size: reply.size });
  const config = Buffer.from('{}');
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      artifactType: EVIDENCE_TYPE,
      config: descriptorOf(config, 'application/vnd.oci.empty.v1+json'),
      layers: [
        {
          ...descriptorOf(document, EVIDENCE_TYPE),
          annotations: { 'org.opencontainers.image.title': 'evidence.json' },
        },
        ...answered.values(),
      ],
    }),
  );
  const annotations = { [REFERENCE_NAME]: EVIDENCE_NAME };
  return {
    descriptor: { ...descriptorOf(manifest, OCI_MANIFEST), artifactType: EVIDENCE_TYPE, annotations },
    blobs: [config, document, manifest],
  };
}

/** All of the evidence document among the descriptors of an `index.json`; `null` in a layout that another tool wrote. */
export async function readEvidence(
  directory: string,
  descriptors: readonly Descriptor[],
): Promise<Outcome<EvidenceDocument | null>> {
  const found = await findEvidence(directory, descriptors);
  if (!found.ok || found.value === null) return found.ok ? ok(null) : found;
  const answers = found.value.answered();
  return answers.ok ? ok({ ...found.value, ...answers.value }) : answers;
}

/** The same, of which the answers are read when they are asked for. */
export async function findEvidence(
  directory: string,
  descriptors: readonly Descriptor[],
): Promise<Outcome<FoundEvidence | null>> {
  const [artifact, second] = descriptors.filter(isEvidence);
  if (artifact === undefined) return ok(null);
  if (second !== undefined) {
    return failed('InputInvalid', `${directory} has two evidence documents; one is allowed`, REPEAT);
  }
  if (artifact.artifactType !== EVIDENCE_TYPE) {
    return failed(
      'InputInvalid',
      `${directory} holds evidence of the type ${JSON.stringify(printable(artifact.artifactType ?? ''))}; this version reads ${EVIDENCE_TYPE}`,
      OTHER_VERSION,
    );
  }
  const layer = await readLayer(directory, artifact.digest);
  if (!layer.ok) return layer;
  const bytes = await readBlobFile(directory, layer.value, EVIDENCE_DOCUMENT_BYTES);
  if (!bytes.ok) return damaged(directory, bytes.fault.message);
  const document = openEvidence(bytes.value, `the evidence document ${layer.value} in ${directory}`);
  return document.ok ? ok({ ...document.value, digest: layer.value }) : document;
}

/** Whether a descriptor of an `index.json` points at an evidence document, be it of another version. */
export function isEvidence(descriptor: Descriptor): boolean {
  return EVIDENCE_TYPES.test(descriptor.artifactType ?? '');
}

/** The digest of the document. */
async function readLayer(directory: string, digest: string): Promise<Outcome<string>> {
  const bytes = await readBlobFile(directory, digest, MANIFEST_BYTES);
  if (!bytes.ok) return damaged(directory, bytes.fault.message);
  const manifest = parseManifest(bytes.value, OCI_MANIFEST, digest, {
    where: `the manifest ${digest} in ${directory}`,
  });
  if (!manifest.ok) return damaged(directory, manifest.fault.message);
  const { content } = manifest.value;
  const layers = content.kind === 'manifest' ? content.layers : [];
  const [layer, second] = layers.filter(({ mediaType }) => mediaType === EVIDENCE_TYPE);
  if (layer !== undefined && second === undefined) return ok(layer.digest);
  return damaged(directory, `the manifest ${digest} must have one layer of the type ${EVIDENCE_TYPE}`);
}

function damaged(directory: string, why: string): Outcome<never> {
  return failed('EvidenceDamaged', `the saved answers in ${directory} cannot be read: ${why}`, REPEAT);
}

function descriptorOf(bytes: Uint8Array, mediaType: string): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}
