import { parseStrictJson } from '../../json.ts';
import { type Reading, read, unreadable } from '../reading.ts';
import { readCyclonedx } from './cyclonedx.ts';
import type { SbomFormat } from './predicate-types.ts';
import { type Sbom, withinLimit } from './sbom.ts';
import { isTagValue, parseTagValue } from './spdx-tag-value.ts';
import { readSpdx2 } from './spdx2.ts';
import { isSpdx3, readSpdx3 } from './spdx3.ts';
import { readSyft } from './syft.ts';

/** An SBOM in short: its packages are only counted. */
export interface SbomSummary extends Omit<Sbom, 'components'> {
  readonly components: number;
}

/** As `readSbom`, in short. */
export function summariseSbom(document: unknown, hint: SbomFormat | null): Reading<SbomSummary> {
  const sbom = readSbom(document, hint);
  return sbom.ok ? read({ ...sbom.value, components: sbom.value.components.length }) : sbom;
}

/**
 * Reads an SBOM: a predicate as JSON or as text, or a layer's bytes. `hint` is the format that the predicate or media
 * type promises; a document of another one is not read. One that lists nothing has no components, and that is no error.
 */
export function readSbom(document: unknown, hint: SbomFormat | null): Reading<Sbom> {
  const content = document instanceof Uint8Array ? new TextDecoder().decode(document) : document;
  const sbom = typeof content === 'string' ? readText(content) : readJson(content);
  if (!sbom.ok) return sbom;
  if (hint !== null && sbom.value.format !== hint) {
    return unreadable(`it is said to be ${NAMES[hint]} and is ${NAMES[sbom.value.format]}`);
  }
  return withinLimit(sbom.value);
}

const NAMES: Readonly<Record<SbomFormat, string>> = {
  spdx: 'SPDX',
  cyclonedx: 'CycloneDX',
  syft: 'Syft JSON',
};

/** cosign's predicates of type `spdx` are a JSON string with the document in it. */
function readText(content: string): Reading<Sbom> {
  const start = content.trimStart();
  if (isTagValue(content)) return readSpdx2(parseTagValue(content));
  if (start.startsWith('<')) {
    return unreadable(
      start.includes('cyclonedx.org/schema/bom')
        ? 'CycloneDX XML is not in this version; CycloneDX JSON is'
        : 'it is XML, which cannot be read; JSON and SPDX tag-value can',
    );
  }
  if (!start.startsWith('{')) return unreadable('it is neither JSON nor SPDX tag-value');
  try {
    return readJson(parseStrictJson(new TextEncoder().encode(start)));
  } catch (cause) {
    return unreadable(`it is not strict JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function readJson(document: unknown): Reading<Sbom> {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return unreadable('it is not a JSON object');
  }
  if ('spdxVersion' in document) return readSpdx2(document);
  if (isSpdx3(document)) return readSpdx3(document);
  if ('bomFormat' in document) return readCyclonedx(document);
  if ('artifacts' in document && 'descriptor' in document) return readSyft(document);
  // cosign before 2.0 put the document under `Data`, beside a `Timestamp`.
  if ('Data' in document)
    return typeof document.Data === 'string' ? readText(document.Data) : unwrapped(document.Data);
  return unreadable('it is neither SPDX, CycloneDX nor Syft JSON');
}

function unwrapped(data: unknown): Reading<Sbom> {
  const nested = typeof data === 'object' && data !== null && 'Data' in data;
  return nested ? unreadable('it is neither SPDX, CycloneDX nor Syft JSON') : readJson(data);
}
