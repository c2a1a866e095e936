import { z } from 'zod';
import { Refused } from './refused.ts';
import { parseSignedJson } from './signed-json.ts';

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

export type Statement = z.infer<typeof statementSchema>;
export type StatementSubject = z.infer<typeof subjectSchema>;

const MEMBERS = ['_type', 'subject', 'predicateType', 'predicate'];

/**
 * Reads an in-toto statement strictly: no member twice, none that another reader could take for one of the
 * specification's because it ignores case. Throws `Refused`.
 */
export function parseStatement(payload: Uint8Array): Statement {
  const statement = parseSignedJson(payload, statementSchema, 'an in-toto statement');
  const lookalike = Object.keys(statement).find(
    (name) =>
      !MEMBERS.includes(name) && MEMBERS.some((member) => member.toLowerCase() === name.toLowerCase()),
  );
  if (lookalike !== undefined) {
    throw new Refused(
      'SignatureMalformed',
      `the signed statement has the member ${JSON.stringify(lookalike)}, which some readers take for another`,
    );
  }
  return statement;
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
