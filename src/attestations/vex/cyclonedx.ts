import { z } from 'zod';
import { list, parseTime, type Reading, readAs, read, text } from '../reading.ts';
import { digestOfPurl } from '../sbom/image-digest.ts';
import { excuses, type VexProduct, type VexStatement, type VexStatus } from './vex.ts';

const component = z.object({ 'bom-ref': text, purl: text });
const document = z.object({
  serialNumber: text,
  metadata: z.object({ component: component.nullish(), timestamp: text }).nullish(),
  components: list(component),
  vulnerabilities: list(
    z.object({
      id: text,
      references: list(z.object({ id: text })),
      updated: text,
      analysis: z
        .object({ state: text, justification: text, firstIssued: text, lastUpdated: text })
        .nullish(),
      affects: list(z.object({ ref: z.string(), versions: list(z.unknown()) })),
    }),
  ),
});

/** CycloneDX 1.6, `vulnerabilities[].analysis.state`, in the words of VEX. */
const STATES: Readonly<Record<string, VexStatus>> = {
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  exploitable: 'affected',
  in_triage: 'under_investigation',
  false_positive: 'not_affected',
  not_affected: 'not_affected',
};

/** Reads what a document of CycloneDX says of vulnerabilities; nothing where it has no analysis of any. */
export function readCycloneDxVex(predicate: unknown): Reading<readonly VexStatement[]> {
  const parsed = readAs(document, predicate, 'CycloneDX');
  if (!parsed.ok) return parsed;
  const { serialNumber, metadata, components, vulnerabilities } = parsed.value;
  const image = metadata?.component ?? null;
  const byRef = new Map(components.map((one) => [one['bom-ref'], one.purl]));
  const productOf = (ref: string): VexProduct => {
    const { own, purl: named } = referenceIn(ref, serialNumber);
    if (own !== null && image && own === image['bom-ref'])
      return { digests: digestOfPurl(image.purl), purl: image.purl, parts: [] };
    const purl = (own === null ? null : byRef.get(own)) ?? named;
    return { digests: digestOfPurl(purl), purl, parts: [] };
  };
  return read(
    vulnerabilities.flatMap(({ id, references, analysis, updated, affects }): VexStatement[] => {
      const state = analysis?.state ?? '';
      const status = Object.hasOwn(STATES, state) ? STATES[state] : undefined;
      if (!status) return [];
      const names = [id, ...references.map((reference) => reference.id)].filter((name) => name !== null);
      const justification = analysis?.justification ?? null;
      const stated = analysis?.lastUpdated ?? analysis?.firstIssued ?? updated ?? metadata?.timestamp ?? null;
      // Which of the versions that are told apart the analysis is about nobody says: of none of them it excuses anything.
      const about = affects.filter(
        ({ versions }) => versions.length === 0 || !excuses({ status, justification }),
      );
      return [
        {
          vulnerabilities: names,
          status,
          justification,
          products: about.map(({ ref }) => productOf(ref)),
          statedAt: parseTime(stated)?.toISOString() ?? null,
        },
      ];
    }),
  );
}

/** A BOM-Link names the document before the reference, which means nothing in another one (CycloneDX, "BOM-Link"). */
function referenceIn(
  ref: string,
  serialNumber: string | null,
): { readonly own: string | null; readonly purl: string | null } {
  const [, serial, fragment] = /^urn:cdx:([^/#]+)\/[^#]*#(.*)$/s.exec(ref) ?? [];
  if (serial === undefined || fragment === undefined) return { own: ref, purl: purlIn(ref) };
  const isOwn = serialNumber?.toLowerCase() === `urn:uuid:${serial.toLowerCase()}`;
  return { own: isOwn ? fragment : null, purl: purlIn(fragment) };
}

function purlIn(text: string): string | null {
  if (text.startsWith('pkg:')) return text;
  if (!/^pkg%3a/i.test(text)) return null;
  try {
    return decodeURIComponent(text);
  } catch {
    // RFC 3986, section 2.1: what stands behind a percent sign is no byte, or the bytes are no text.
    return null;
  }
}
