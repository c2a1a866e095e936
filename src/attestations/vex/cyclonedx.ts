import { z } from 'zod';
import { list, type Reading, readAs, read, text } from '../reading.ts';
import { digestOfPurl } from '../sbom/image-digest.ts';
import type { VexProduct, VexStatement, VexStatus } from './vex.ts';

const component = z.object({ 'bom-ref': text, purl: text });
const document = z.object({
  metadata: z.object({ component: component.nullish() }).nullish(),
  components: list(component),
  vulnerabilities: list(
    z.object({
      id: text,
      references: list(z.object({ id: text })),
      analysis: z.object({ state: text, justification: text }).nullish(),
      affects: list(z.object({ ref: z.string() })),
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
  const { metadata, components, vulnerabilities } = parsed.value;
  const image = metadata?.component ?? null;
  const byRef = new Map(components.map((one) => [one['bom-ref'], one.purl]));
  const productOf = (ref: string): VexProduct => {
    // A BOM-Link names the document before the reference (CycloneDX, "BOM-Link").
    const own = ref.slice(ref.lastIndexOf('#') + 1);
    if (image && own === image['bom-ref'])
      return { digests: digestOfPurl(image.purl), purl: image.purl, parts: [] };
    const purl = byRef.get(own) ?? (own.startsWith('pkg:') ? own : null);
    return { digests: digestOfPurl(purl), purl, parts: [] };
  };
  return read(
    vulnerabilities.flatMap(({ id, references, analysis, affects }): VexStatement[] => {
      const state = analysis?.state ?? '';
      const status = Object.hasOwn(STATES, state) ? STATES[state] : undefined;
      if (!status) return [];
      const names = [id, ...references.map((reference) => reference.id)].filter((name) => name !== null);
      const justification = analysis?.justification ?? null;
      return [
        { vulnerabilities: names, status, justification, products: affects.map(({ ref }) => productOf(ref)) },
      ];
    }),
  );
}
