import { type Reading, read, unreadable } from '../reading.ts';
import { documentOfXml } from './cyclonedx-xml.ts';
import { readCyclonedx } from './cyclonedx.ts';
import { documentOfBytes, documentOfValue, InvalidDocument, type JsonDocument } from './json-document.ts';
import type { SbomFormat } from './predicate-types.ts';
import type { Sbom } from './sbom.ts';
import { documentOfTagValue, isTagValue } from './spdx-tag-value.ts';
import { readSpdx2 } from './spdx2.ts';
import { isSpdx3, readSpdx3 } from './spdx3.ts';
import { readSyft } from './syft.ts';
import { asUtf8 } from './text-encoding.ts';

/**
 * Reads an SBOM: a predicate as JSON or as text, or a layer's bytes. `hint` is the format that the predicate or media
 * type promises; a document of another one is not read. One that lists nothing has no components, and that is no error;
 * one that its specification does not allow is not read, and the message names the first thing that is wrong.
 */
export function readSbom(document: unknown, hint: SbomFormat | null): Reading<Sbom> {
  try {
    const sbom = sbomOf(document);
    return hint === null || sbom.format === hint
      ? read(sbom)
      : unreadable(`it is said to be ${NAMES[hint]} and is ${NAMES[sbom.format]}`);
  } catch (cause) {
    if (cause instanceof InvalidDocument) return unreadable(cause.message);
    if (cause instanceof SyntaxError) return unreadable(`it is not strict JSON: ${cause.message}`);
    throw cause;
  }
}

const NAMES: Readonly<Record<SbomFormat, string>> = {
  spdx: 'SPDX',
  cyclonedx: 'CycloneDX',
  syft: 'Syft JSON',
};

function sbomOf(document: unknown, wrapped = false): Sbom {
  if (document instanceof Uint8Array) return readBytes(document, wrapped);
  // cosign's predicates of type `spdx` are a JSON string with the document in it.
  if (typeof document === 'string') return readBytes(Buffer.from(document), wrapped);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new InvalidDocument('it is not a JSON object');
  }
  return readJson(documentOfValue(document), wrapped);
}

/** How far into a text is looked for what it is. */
const HEAD_BYTES = 16_384;

function readBytes(written: Uint8Array, wrapped: boolean): Sbom {
  const { bytes, encoding } = asUtf8(written);
  const head = new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES)).trimStart();
  if (head.startsWith('{')) return readJson(documentOfBytes(bytes), wrapped);
  if (isTagValue(head)) return readSpdx2(documentOfTagValue(bytes));
  if (head.startsWith('<')) {
    return readCyclonedx(documentOfXml(bytes, encoding));
  }
  throw new InvalidDocument('it is neither JSON, XML nor SPDX tag-value');
}

function readJson(document: JsonDocument, wrapped: boolean): Sbom {
  if (document.has('spdxVersion')) return readSpdx2(document);
  if (isSpdx3(document)) return readSpdx3(document);
  if (document.has('bomFormat')) return readCyclonedx(document);
  if (document.has('artifacts') && document.has('descriptor')) return readSyft(document);
  // cosign before 2.0 put the document under `Data`, beside a `Timestamp`.
  if (document.has('Data') && !wrapped) return sbomOf(document.value('Data'), true);
  throw new InvalidDocument('it is neither SPDX, CycloneDX nor Syft JSON');
}
