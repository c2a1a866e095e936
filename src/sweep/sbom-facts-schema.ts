import { z } from 'zod';
import { isReason, type Reason } from '../reasons.ts';
import { listSchema, type readTable, type writeTable } from './component-table.ts';
import type { SbomFacts } from './sbom-facts.ts';

const text = z.string();
const maybe = text.nullable();
const reason = z.custom<Reason>((value) => typeof value === 'string' && isReason(value));
const fault = z.object({ reason, message: text, remediation: text.exactOptional() });
const signer = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('certificate'),
    trustRoot: text,
    issuer: text,
    subject: z.object({ kind: z.enum(['uri', 'email', 'dns', 'other']), value: text }),
    extensions: z.record(text, text),
  }),
  z.object({ kind: z.literal('key'), authority: text, fingerprint: text }),
]);

const contents = (read: ReturnType<typeof readTable>) =>
  z.discriminatedUnion('ok', [
    z.object({
      ok: z.literal(true),
      value: z.object({
        format: text,
        created: maybe,
        describes: z.array(text),
        ecosystems: z.array(text),
        truncated: z.boolean(),
        partial: maybe,
        distributions: z.array(text),
        sourceless: z.boolean(),
        listed: z.int(),
        components: listSchema.transform(read),
      }),
    }),
    z.object({ ok: z.literal(false), fault }),
  ]);

const claim = z.object({ signer, signatureRepository: text.optional() });

/** What is said of vulnerabilities as it stands in a file, without the evidence. */
export const vexSchema = z.object({
  claim,
  signedAt: maybe,
  statements: z
    .array(
      z.object({
        vulnerabilities: z.array(text),
        status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
        justification: maybe,
        products: z.array(z.object({ digests: z.array(text), purl: maybe, parts: z.array(text) })),
        statedAt: maybe,
      }),
    )
    .nullable(),
});

/** An SBOM's facts as they stand in a file, without the evidence. */
export const sbomSchema = (read: ReturnType<typeof readTable>) =>
  z.object({
    claim: claim.nullable(),
    refusal: fault.nullable(),
    // What somebody has scanned himself is not kept.
    selfMade: z.null(),
    contents: contents(read),
  });

/** What `sbomSchema` reads; its components go into the file's table. */
export function sbomInFile<T extends SbomFacts>(one: T, list: ReturnType<typeof writeTable>['list']) {
  if (!one.contents.ok) return one;
  const { components, ...value } = one.contents.value;
  return { ...one, contents: { ok: true, value: { ...value, components: list(components) } } };
}
