import { z } from 'zod';
import { isReason, type Reason } from '../reasons.ts';
import type { KeptTexts } from './kept-texts.ts';
import type { ComponentFacts, ComponentList, SbomFacts } from './sbom-facts.ts';

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

/** A component, without the names of what it is: there are hundreds in each of thousands of SBOMs. */
const row = z.tuple([maybe, maybe, maybe, maybe, maybe, maybe, maybe, maybe, z.array(text)]);

const place = z.tuple([z.int().nonnegative(), z.int().nonnegative()]);

/** Names and components lie behind the document: a component is a line of text until it is asked for. */
const components = (behind: Buffer) =>
  z
    .object({ count: z.int(), names: place, rows: place })
    .transform(({ count, names, rows }): ComponentList => {
      let lines: readonly string[] | null = null;
      return {
        count,
        mayHave: (needle) => behind.subarray(...names).includes(needle),
        names: () => behind.toString('utf8', ...names),
        at(line) {
          lines ??= behind.toString('utf8', ...rows).split('\n');
          const json = lines[line];
          return json ? componentOf(row.parse(JSON.parse(json))) : undefined;
        },
      };
    });

const contents = (behind: Buffer) =>
  z.discriminatedUnion('ok', [
    z.object({
      ok: z.literal(true),
      value: z.object({
        format: text,
        created: maybe,
        describes: z.array(text),
        ecosystems: z.array(text),
        truncated: z.boolean(),
        distributions: z.array(text),
        components: components(behind),
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
export const sbomSchema = (behind: Buffer) =>
  z.object({
    claim: claim.nullable(),
    refusal: fault.nullable(),
    // What somebody has scanned himself is not kept.
    selfMade: z.null(),
    contents: contents(behind),
  });

function componentOf(columns: z.output<typeof row>): ComponentFacts {
  const [name, version, purl, ecosystem, distro, source, sourceVersion, layer, locations] = columns;
  return {
    name,
    version,
    purl,
    ecosystem,
    distro,
    source: source === null ? null : { name: source, version: sourceVersion },
    locations,
    layer,
  };
}

/** What `sbomSchema` reads; what it lists goes behind the document. */
export function sbomInFile<T extends SbomFacts>(one: T, behind: KeptTexts) {
  if (!one.contents.ok) return one;
  const { components: list, ...value } = one.contents.value;
  const { count, names, at } = list;
  const all = Array.from({ length: count }, (_, line) => at(line)).filter((one) => one !== undefined);
  const rows = all.map((component) => JSON.stringify(columnsOf(component))).join('\n');
  return {
    ...one,
    contents: {
      ok: true,
      value: { ...value, components: { count, names: behind.add(names()), rows: behind.add(rows) } },
    },
  };
}

function columnsOf(component: ComponentFacts): z.input<typeof row> {
  const { name, version, purl, ecosystem, distro, source, locations, layer } = component;
  return [
    name,
    version,
    purl,
    ecosystem,
    distro,
    source?.name ?? null,
    source?.version ?? null,
    layer,
    [...locations],
  ];
}
