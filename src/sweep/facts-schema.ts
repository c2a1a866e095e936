import { z } from 'zod';
import type { EvidenceEntry } from '../policy/finding.ts';
import { isReason, type Reason } from '../reasons.ts';
import type { ManifestFacts } from './facts.ts';
import type { Shown } from './facts-evidence.ts';
import { type KeptTexts, keptTexts, openTexts } from './kept-texts.ts';
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
/** As JSON within JSON, which is read only where it is shown. */
const shown = text.transform(
  (json): Shown =>
    () =>
      entries.parse(JSON.parse(json)),
);
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
  evidence: shown,
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
  evidence: shown,
});
const fault = z.object({
  reason,
  message: text,
  remediation: text.exactOptional(),
  subject: text,
  location: text,
  signatureRepository: text.exactOptional(),
});
const manifestSchema = (behind: Buffer) =>
  z.object({
    digest: text,
    platform,
    claims: z.array(claim),
    refused: z.array(refused),
    faults: z.array(fault),
    sboms: z.array(sbomSchema(behind).extend({ evidence: shown })).nullable(),
    vex: z.array(vexSchema.extend({ evidence: shown })).nullable(),
    bases: z.array(z.object({ repository: text, digest: text })),
    chainId: maybe,
  });
const images = (behind: Buffer) => {
  const manifest = manifestSchema(behind);
  const image = z.object({
    resolved: z.object({ digest: text, isIndex: z.boolean(), runnable: texts }),
    facts: z.object({ digest: text, root: manifest, children: z.array(manifest), runnable: texts }),
  });
  return z.array(z.tuple([text, image]));
};

/** Facts as they stand in a file. */
export function formatFacts(kept: KeptImages): Uint8Array {
  const behind = keptTexts();
  const written = [...kept].map(([key, { resolved, facts }]) => {
    const [root, ...children] = [facts.root, ...facts.children].map((one) => inFile(one, behind));
    return [key, { resolved, facts: { ...facts, root, children } }];
  });
  return behind.file(written);
}

function inFile(manifest: ManifestFacts, behind: KeptTexts): unknown {
  const quoted = <T extends { readonly evidence: Shown }>(one: T) => ({
    ...one,
    evidence: JSON.stringify(one.evidence()),
  });
  return {
    ...manifest,
    claims: manifest.claims.map(quoted),
    refused: manifest.refused.map(quoted),
    sboms: manifest.sboms?.map((one) => quoted(sbomInFile(one, behind))) ?? null,
    vex: manifest.vex?.map(quoted) ?? null,
  };
}

/** What `formatFacts` wrote; null for anything else. */
export function parseFacts(bytes: Uint8Array): KeptImages | null {
  try {
    const { document, texts: behind } = openTexts(bytes);
    const parsed = images(behind).safeParse(document);
    return parsed.success ? new Map(parsed.data) : null;
  } catch {
    return null;
  }
}
