import { z } from 'zod';

import { membersOf } from '../json-members.ts';
import { EVIDENCE_DOCUMENT_BYTES } from '../limits.ts';
import { failed, ok, REASONS, type Outcome, type Reason } from '../reasons.ts';
import type { Answers } from './account-answers.ts';
import type { Answer } from './answer.ts';
import { parseDigest } from './digest.ts';
import { descriptorSchema, NO_JSON, readJson, readMembers } from './document.ts';
import { printable } from './printable.ts';
import { SBOM_SOURCES } from './saved-sboms.ts';

const EVIDENCE_API_VERSION = 'kubectl-supplychain/v1alpha1';

export const OTHER_VERSION =
  'read it with the version that saved it, or save the evidence again with this one';

/** What a layout cannot say: what is absent, what failed, and when each answer was given. */
export interface EvidenceDocument extends Answers {
  readonly savedAt: Date;
  /** The program that saved it, with its version. */
  readonly tool: string;
  /** What ran where, for whoever reads it to check; `null` if it was not saved. */
  readonly inventory: unknown;
  /** What was known of TUF repositories, by repository, likewise. */
  readonly trustRoots: Readonly<Record<string, unknown>>;
}

const reasonSchema = z.custom<Reason>(
  (value) => typeof value === 'string' && Object.hasOwn(REASONS, value),
  'is no reason that this version knows',
);
const computedDigest = z.string().refine((text) => parseDigest(text) !== null, 'is no digest');
const size = z.int().nonnegative();
const found = z.literal('found');
const absentSchema = z.object({ kind: z.literal('absent') });
const faultSchema = z.object({
  kind: z.literal('fault'),
  reason: reasonSchema,
  message: z.string(),
  remediation: z.string().exactOptional(),
});
const asked = { repository: z.string().min(1), at: z.iso.datetime() };
const manifest = { kind: found, mediaType: z.string().min(1), size };

const answerSchema: z.ZodType<Answer> = z.discriminatedUnion('question', [
  z.object({
    question: z.literal('tag'),
    ...asked,
    tag: z.string(),
    reply: z.discriminatedUnion('kind', [
      z.object({ ...manifest, digest: computedDigest }),
      absentSchema,
      faultSchema,
    ]),
  }),
  z.object({
    question: z.literal('manifest'),
    ...asked,
    digest: z.string(),
    reply: z.discriminatedUnion('kind', [z.object(manifest), absentSchema, faultSchema]),
  }),
  z.object({
    question: z.literal('referrers'),
    ...asked,
    digest: z.string(),
    reply: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('listed'),
        via: z.enum(['api', 'tag']),
        descriptors: z.array(descriptorSchema),
      }),
      faultSchema,
    ]),
  }),
  z.object({
    question: z.literal('blob'),
    ...asked,
    digest: z.string(),
    size,
    reply: z.discriminatedUnion('kind', [z.object({ kind: found }), faultSchema]),
  }),
]);

const accountSchema = z.object({ account: z.string().min(1), answers: z.array(answerSchema) });
const refSchema = z.object({
  cluster: z.string().nullable(),
  namespace: z.string(),
  kind: z.enum(['Secret', 'ServiceAccount']),
  name: z.string(),
});
const podSchema = z.object({
  secrets: z.array(refSchema).min(1),
  ...asked,
  account: z.string(),
  unused: z.array(
    z.object({
      ref: refSchema,
      why: z.enum(['refused', 'missing', 'unusable']),
      message: z.string(),
      remediation: z.string(),
    }),
  ),
});

const revocationSchema = z.object({
  question: z.enum(['ocsp', 'crl']),
  registry: z.string(),
  url: z.string(),
  request: z.string(),
  at: z.iso.datetime(),
  reply: z.discriminatedUnion('kind', [z.object({ kind: found, digest: computedDigest, size }), faultSchema]),
});

const sbomSchema = z.object({
  source: z.enum(SBOM_SOURCES),
  subject: computedDigest,
  at: z.iso.datetime(),
  sboms: z.array(
    z.object({
      origin: z.string(),
      location: z.string(),
      reply: z.discriminatedUnion('kind', [
        z.object({ kind: found, digest: computedDigest, size }),
        z.object({ kind: z.literal('unreadable'), message: z.string() }),
      ]),
    }),
  ),
});

const versionSchema = z.object({ apiVersion: z.string() });
/** What registries answered: most of a document, and not asked for where all that follows from it is known. */
const answersSchema = z.object({
  answers: z.array(answerSchema),
  accounts: z.array(accountSchema).default([]),
});
const ANSWERS = Object.keys(answersSchema.shape);
const documentSchema = z.object({
  apiVersion: z.literal(EVIDENCE_API_VERSION),
  savedAt: z.iso.datetime(),
  tool: z.string(),
  pods: z.array(podSchema).default([]),
  revocation: z.array(revocationSchema).default([]),
  sboms: z.array(sbomSchema).default([]),
  inventory: z.unknown(),
  trustRoots: z.record(z.string(), z.unknown()).default({}),
});

/** The document as it lies in a layout. It is read back at once: what could not be read later is not saved. */
export function formatEvidence(document: EvidenceDocument): Outcome<Uint8Array> {
  const { savedAt, tool, answers, accounts, pods, revocation, sboms, inventory, trustRoots } = document;
  const text = stringify({
    apiVersion: EVIDENCE_API_VERSION,
    kind: 'Evidence',
    savedAt: savedAt.toISOString(),
    tool,
    answers,
    accounts,
    pods,
    revocation,
    sboms,
    inventory: inventory ?? null,
    trustRoots,
  });
  const bytes = text === null ? null : Buffer.from(text);
  if (bytes === null || bytes.length > EVIDENCE_DOCUMENT_BYTES) {
    return failed(
      'LimitExceeded',
      `the answers and the inventory are more than the ${String(EVIDENCE_DOCUMENT_BYTES)} bytes that one evidence document may have`,
      'save the evidence of fewer workloads into each directory',
    );
  }
  const read = parseEvidence(bytes, 'the evidence document');
  return read.ok ? ok(bytes) : read;
}

/** `null` where the text is longer than a string can be. */
function stringify(document: unknown): string | null {
  try {
    return `${JSON.stringify(document)}\n`;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** A document of which the answers are read when they are asked for. */
export interface OpenedEvidence extends Omit<EvidenceDocument, 'answers' | 'accounts'> {
  readonly answered: () => Outcome<Pick<EvidenceDocument, 'answers' | 'accounts'>>;
}

/** Reads all of a document. */
function parseEvidence(bytes: Uint8Array, where: string): Outcome<EvidenceDocument> {
  const document = openEvidence(bytes, where);
  if (!document.ok) return document;
  const { answered, ...rest } = document.value;
  const answers = answered();
  return answers.ok ? ok({ ...rest, ...answers.value }) : answers;
}

/** Reads all of a document but the answers. */
export function openEvidence(bytes: Uint8Array, where: string): Outcome<OpenedEvidence> {
  const members = findMembers(bytes);
  if (members === null) return unreadable(bytes, where, NO_JSON);
  const [asked, others] = [true, false].map((isAnswers) =>
    [...members].filter(([name]) => ANSWERS.includes(name) === isAnswers),
  );
  const document = readMembers(bytes, others ?? [], documentSchema);
  if (!document.ok) return unreadable(bytes, where, document.message);
  let known: ReturnType<OpenedEvidence['answered']> | null = null;
  const read = () => {
    const answers = readMembers(bytes, asked ?? [], answersSchema);
    return answers.ok ? ok(answers.value) : unreadable(bytes, where, answers.message);
  };
  const answered = () => (known ??= read());
  const { savedAt, inventory, ...rest } = document.value;
  return ok({ ...rest, savedAt: new Date(savedAt), inventory: inventory ?? null, answered });
}

/** Null for what is no object of JSON. */
function findMembers(bytes: Uint8Array): ReturnType<typeof membersOf> | null {
  try {
    return membersOf(bytes);
  } catch {
    return null;
  }
}

/** A document of another version is not damaged, and says so. */
function unreadable(bytes: Uint8Array, where: string, problem: string): Outcome<never> {
  const version = readJson(bytes, versionSchema);
  const apiVersion = version.ok ? version.value.apiVersion : EVIDENCE_API_VERSION;
  if (apiVersion === EVIDENCE_API_VERSION)
    return failed('InputInvalid', `${where} ${problem}`, OTHER_VERSION);
  return failed(
    'InputInvalid',
    `${where} has the apiVersion ${JSON.stringify(printable(apiVersion))}; this version reads ${EVIDENCE_API_VERSION}`,
    OTHER_VERSION,
  );
}
