import { z } from 'zod';
import type { EvidenceEntry } from '../policy/finding.ts';
import { isReason, type Reason } from '../reasons.ts';
import type { ImageFacts, ManifestFacts } from './facts.ts';
import type { Shown } from './facts-evidence.ts';
import { readTable, tableSchema, writeTable } from './component-table.ts';
import { keptTexts, openTexts, placeSchema } from './kept-texts.ts';
import { sbomInFile, sbomSchema, vexSchema } from './sbom-facts-schema.ts';
import type { KeptImages } from './kept-facts.ts';

const text = z.string();
const maybe = text.nullable();
const texts = z.array(text);
const reason = z.custom<Reason>((value) => typeof value === 'string' && isReason(value));
const format = z.enum([
  'sigstore-bundle',
  'simple-signing',
  'dsse-envelope',
  'notation',
  'sbom',
  'statement',
]);
const platform = z.object({ os: text, architecture: text, variant: text.exactOptional() }).nullable();
const signer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('certificate'), subject: z.object({ value: text }), issuer: text }),
  z.object({ kind: z.literal('key'), authority: text, fingerprint: text }),
]);
const entry = z.object({
  kind: z.enum(['signature', 'attestation', 'unread']),
  predicateType: maybe,
  digest: maybe,
  location: text,
  subject: text,
  signer: z.object({ subject: text, issuer: maybe, extensions: z.record(text, text) }).nullable(),
  time: z.object({ value: text, source: z.enum(['log', 'tsa']) }).nullable(),
  logIndex: maybe,
  trustRoot: maybe,
  result: z.enum(['verified', 'refused']),
  reason: reason.nullable(),
  message: maybe,
});
const checked = z.array(entry);
/** As they were written: a parser gives the members in an order of its own, and reports are the same to the byte. */
const entries = z.custom<readonly EvidenceEntry[]>((value) => checked.safeParse(value).success);
const named = z.object({ builders: texts, sources: texts });
const claim = z.object({
  signer,
  build: z.object({
    builders: texts,
    sources: texts,
    contradicting: texts,
    named,
    provenance: z.enum(['none', 'stated', 'unreadable']),
  }),
  unreadable: maybe,
});
const refused = z.object({
  format,
  refusal: z.object({ reason, message: text }),
  signer: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('certificate'), subject: text, issuer: text }),
    z.object({ kind: z.enum(['key', 'notation', 'nobody', 'unreadable']) }),
  ]),
  named,
  mayBeProvenance: z.boolean(),
});
const fault = z.object({
  reason,
  message: text,
  remediation: text.exactOptional(),
  subject: text,
  location: text,
  signatureRepository: text.exactOptional(),
});
const bare = fault.pick({ reason: true, message: true, remediation: true });
const hint = z.object({ repository: text, digest: text });
const foundationSchema = z.object({
  layers: z.discriminatedUnion('ok', [
    z.object({
      ok: z.literal(true),
      value: z.array(z.object({ diffId: text, digest: text, createdBy: maybe })),
    }),
    z.object({ ok: z.literal(false), fault: bare }),
  ]),
  named: z.array(z.object({ hint, chainIds: texts, fault: bare.nullable() })),
  more: z.int(),
});
/** References that lead to one image share what is known of it. */
const fileSchema = z.object({
  table: tableSchema,
  keys: z.array(z.tuple([text, z.int().nonnegative()])),
  images: z.array(z.unknown()),
});
const imageSchema = (behind: Buffer, table: z.output<typeof tableSchema>) => {
  /** As JSON behind the document, which is read only where it is shown. */
  const shown = placeSchema.transform((place): Shown => {
    let read: readonly EvidenceEntry[] | null = null;
    return () => (read ??= entries.parse(JSON.parse(behind.toString('utf8', ...place))));
  });
  const evidence = { evidence: shown };
  const manifest = z.object({
    digest: text,
    platform,
    claims: z.array(claim.extend(evidence)),
    refused: z.array(refused.extend(evidence)),
    faults: z.array(fault),
    sboms: z.array(sbomSchema(readTable(behind, table)).extend(evidence)).nullable(),
    vex: z.array(vexSchema.extend(evidence)).nullable(),
    bases: z.array(hint),
    foundation: placeSchema
      .transform((place) => () => foundationSchema.parse(JSON.parse(behind.toString('utf8', ...place))))
      .nullable(),
    chainId: maybe,
  });
  const facts = z.object({ digest: text, root: manifest, children: z.array(manifest), runnable: texts });
  const resolved = z.object({ digest: text, isIndex: z.boolean(), runnable: texts });
  return z.union([z.object({ resolved, facts }), z.object({ missing: bare })]);
};

/** Facts as they stand in a file. */
export function formatFacts(kept: KeptImages): Uint8Array {
  const behind = keptTexts();
  const { list, table } = writeTable(behind);
  const quoted = <T extends { readonly evidence: Shown }>(one: T) => ({
    ...one,
    evidence: behind.add(JSON.stringify(one.evidence())),
  });
  const inFile = (manifest: ManifestFacts): unknown => ({
    ...manifest,
    claims: manifest.claims.map(quoted),
    refused: manifest.refused.map(quoted),
    sboms: manifest.sboms?.map((one) => quoted(sbomInFile(one, list))) ?? null,
    vex: manifest.vex?.map(quoted) ?? null,
    foundation: manifest.foundation && behind.add(JSON.stringify(manifest.foundation())),
  });
  const factsInFile = ({ root, children, ...facts }: ImageFacts): unknown => ({
    ...facts,
    root: inFile(root),
    children: children.map(inFile),
  });
  const numbers = new Map<string, number>();
  const images: unknown[] = [];
  const keys = [...kept].map(([key, one]) => {
    const image = 'facts' in one ? { ...one, facts: factsInFile(one.facts) } : one;
    const text = JSON.stringify(image);
    const number = numbers.get(text) ?? images.push(image) - 1;
    numbers.set(text, number);
    return [key, number];
  });
  return behind.file({ table: table(), keys, images });
}

/** What `formatFacts` wrote; null for anything else. */
export function parseFacts(bytes: Uint8Array): KeptImages | null {
  try {
    const { document, texts: behind } = openTexts(bytes);
    const { table, keys, images } = fileSchema.parse(document);
    const read = z.array(imageSchema(behind, table)).parse(images);
    const kept = keys.flatMap(([key, number]) => {
      const image = read[number];
      return image ? [[key, image] as const] : [];
    });
    return new Map(kept);
  } catch {
    return null;
  }
}
