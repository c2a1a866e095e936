import { z } from 'zod';
import { Refused } from './refused.ts';
import { checkStrictJson } from '../json-pieces.ts';
import { membersOf } from '../json-members.ts';
import { parseStrictJson } from '../json.ts';
import { DOCUMENT_DEPTH } from '../limits.ts';
import { asSigned, parseSignedJson, strictly } from './signed-json.ts';

/** The predicate type of what `cosign sign` writes: a signature, and nothing else is one. */
export const COSIGN_SIGN_PREDICATE_TYPE = 'https://sigstore.dev/cosign/sign/v1';

const subjectSchema = z.looseObject({
  name: z.string().optional(),
  digest: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.unknown()).optional(),
});

/** in-toto attestation framework, spec/v1/statement.md; v0.1 has the same members. */
const statementSchema = z.looseObject({
  _type: z.enum(['https://in-toto.io/Statement/v0.1', 'https://in-toto.io/Statement/v1']),
  subject: z.array(subjectSchema).min(1),
  predicateType: z.string().min(1),
  predicate: z.unknown(),
});

export interface Statement extends Pick<
  z.infer<typeof statementSchema>,
  '_type' | 'subject' | 'predicateType'
> {
  /** As a value. That of a large statement is parsed whenever it is asked for, and is much: see `documentIn`. */
  readonly predicate: unknown;
  /** The JSON of a large predicate, which is strict; null of one that is a value already. */
  readonly json: Uint8Array | null;
}
export type StatementSubject = z.infer<typeof subjectSchema>;

const MEMBERS = ['_type', 'subject', 'predicateType', 'predicate'];

/** From this size on a statement is no value in memory: SBOMs in them have up to some 60 MiB. */
const LARGE_BYTES = 1024 * 1024;

/**
 * Reads an in-toto statement strictly: no member twice, none that another reader could take for one of the
 * specification's because it ignores case. Throws `Refused`.
 */
export function parseStatement(payload: Uint8Array): Statement {
  if (payload.length >= LARGE_BYTES) return parseLarge(payload);
  const statement = parseSignedJson(payload, statementSchema, WHAT);
  checkNames(Object.keys(statement));
  return { ...statement, predicate: statement.predicate, json: null };
}

const WHAT = 'an in-toto statement';

/** All but the predicate is parsed, and the predicate is held against the rules of strict JSON piece by piece. */
function parseLarge(payload: Uint8Array): Statement {
  const { members, json } = strictly(WHAT, () => {
    const spans = membersOf(payload);
    const parts = [...spans].map(([name, span]) => [name, payload.subarray(...span)] as const);
    const json = parts.find(([name]) => name === 'predicate')?.[1] ?? null;
    if (json) checkStrictJson(json, DOCUMENT_DEPTH - 1);
    const members = parts.map(([name, part]) => [
      name,
      part === json ? null : parseStrictJson(part, DOCUMENT_DEPTH - 1),
    ]);
    return { members: Object.fromEntries(members) as unknown, json };
  });
  const { predicate: _large, ...statement } = asSigned(members, statementSchema, WHAT);
  checkNames(Object.keys(statement));
  return {
    ...statement,
    json,
    get predicate() {
      return json ? parseStrictJson(json, DOCUMENT_DEPTH - 1) : undefined;
    },
  };
}

function checkNames(names: readonly string[]): void {
  const lookalike = names.find(
    (name) =>
      !MEMBERS.includes(name) && MEMBERS.some((member) => member.toLowerCase() === name.toLowerCase()),
  );
  if (lookalike !== undefined) {
    throw new Refused(
      'SignatureMalformed',
      `the signed statement has the member ${JSON.stringify(lookalike)}, which some readers take for another`,
    );
  }
}

/**
 * The statement's subject that names this digest. Subjects match by digest alone: the name is whatever the signer typed
 * (spec/v1/resource_descriptor.md, "digest"). Throws `Refused` if none does.
 */
export function subjectWithDigest(statement: Statement, digest: string): StatementSubject {
  const [algorithm = '', hex = ''] = digest.split(':');
  const subject = statement.subject.find(
    (one) => Object.hasOwn(one.digest, algorithm) && one.digest[algorithm] === hex,
  );
  if (subject) return subject;
  const names = statement.subject.flatMap((one) =>
    Object.entries(one.digest).map(([name, value]) => `${name}:${value}`),
  );
  throw new Refused(
    'SignatureForOtherImage',
    `it is signed for ${names.slice(0, 3).join(', ') || 'no digest'}, not for ${digest}`,
  );
}
