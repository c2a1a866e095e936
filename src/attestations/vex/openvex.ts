import { z } from 'zod';
import { list, parseTime, type Reading, readAs, read, text } from '../reading.ts';
import { digestOfHash, digestOfPurl } from '../sbom/image-digest.ts';
import type { VexProduct, VexStatement } from './vex.ts';

const identified = {
  '@id': text,
  identifiers: z.object({ purl: text }).nullish(),
  hashes: z.record(z.string(), z.string()).nullish(),
};
/** OpenVEX 0.2.0; in 0.0.1 a product is its identifier alone, and so is a vulnerability. */
const bare = z.string().transform((id) => ({ '@id': id, identifiers: null, hashes: null }));
const component = z.union([bare, z.object(identified)]);
const product = z.union([
  bare.transform((one) => ({ ...one, subcomponents: [] })),
  z.object({ ...identified, subcomponents: list(component) }),
]);
const statement = z.object({
  vulnerability: z.union([
    z.string().transform((name) => ({ '@id': null, name, aliases: [] as readonly string[] })),
    z.object({ '@id': text, name: text, aliases: list(z.string()) }),
  ]),
  status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
  justification: z
    .enum([
      'component_not_present',
      'vulnerable_code_not_present',
      'vulnerable_code_not_in_execute_path',
      'vulnerable_code_cannot_be_controlled_by_adversary',
      'inline_mitigations_already_exist',
    ])
    .nullish(),
  products: list(product),
  // 0.0.1 names them beside the products.
  subcomponents: list(component),
  timestamp: text,
  last_updated: text,
});
const document = z.object({ timestamp: text, last_updated: text, statements: list(statement) });

/** Predicate types of OpenVEX: `https://openvex.dev/ns`, `…/v0.2.0`. */
export function isOpenVex(predicateType: string): boolean {
  return /^https:\/\/openvex\.dev\/ns(?:\/|$)/.test(predicateType);
}

/** Reads a document of OpenVEX. */
export function readOpenVex(predicate: unknown): Reading<readonly VexStatement[]> {
  const parsed = readAs(document, predicate, 'OpenVEX');
  if (!parsed.ok) return parsed;
  const { statements, timestamp, last_updated: updated } = parsed.value;
  return read(
    statements.map(({ vulnerability, status, justification, products, subcomponents, ...times }) => ({
      vulnerabilities: [vulnerability.name, vulnerability['@id'], ...vulnerability.aliases].filter(
        (name) => name !== null,
      ),
      status,
      justification: justification ?? null,
      products: products.map((one): VexProduct => ({
        ...named(one),
        // One that is no package URL stays, or what is said of it alone would be said of the whole product.
        parts: [...one.subcomponents, ...subcomponents].map((part) => named(part).purl ?? part['@id'] ?? ''),
      })),
      // A statement without a time has that of its document (OpenVEX 0.2.0, "Data Inheritance").
      statedAt: utc(times.last_updated ?? times.timestamp ?? updated ?? timestamp),
    })),
  );
}

function utc(value: string | null): string | null {
  return parseTime(value)?.toISOString() ?? null;
}

type Named = z.output<typeof component>;

function named({ '@id': id, identifiers, hashes }: Named): Pick<VexProduct, 'digests' | 'purl'> {
  const purl = identifiers?.purl ?? (id?.startsWith('pkg:') ? id : null);
  const hashed = Object.entries(hashes ?? {}).flatMap(([algorithm, value]) => digestOfHash(algorithm, value));
  return { digests: [...digestOfPurl(purl), ...hashed], purl };
}
