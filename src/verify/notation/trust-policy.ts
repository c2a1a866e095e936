import { z } from 'zod';
import { parseStrictJson } from '../../json.ts';
import { type Attributes, overlap, parseIdentity, type TrustedIdentities } from './identities.ts';
import { ACTIONS, customLevel, type Enforcement, type Level, LEVELS, VALIDATIONS } from './levels.ts';
import { wrongField } from '../../wrong-field.ts';

const STORE_TYPES = ['ca', 'signingAuthority', 'tsa'] as const;
export type StoreType = (typeof STORE_TYPES)[number];

/** A named trust store, as `ca:acme`. */
export interface StoreName {
  readonly type: StoreType;
  readonly name: string;
}

/** One statement of a trust policy (trust-store-trust-policy.md, "OCI Trust Policy"). */
export interface Statement {
  readonly name: string;
  /** Repositories, whole; or `*` alone. */
  readonly registryScopes: readonly string[];
  readonly level: Level;
  readonly enforcement: Enforcement;
  readonly verifyTimestamp: 'always' | 'afterCertExpiry';
  readonly trustStores: readonly StoreName[];
  readonly trustedIdentities: TrustedIdentities;
}

/** What is wrong with a trust policy: where it stands in the document, and a text that names statement and field. */
interface TrustPolicyError {
  readonly at: readonly (string | number)[];
  readonly message: string;
}

export type ReadTrustPolicy =
  | { readonly ok: true; readonly statements: readonly Statement[] }
  | { readonly ok: false; readonly errors: readonly TrustPolicyError[] };

const action = z.enum(ACTIONS);

const statementSchema = z.strictObject({
  name: z.string(),
  registryScopes: z.array(z.string()),
  signatureVerification: z.strictObject({
    level: z.enum(LEVELS),
    override: z.partialRecord(z.enum(VALIDATIONS), action).default({}),
    verifyTimestamp: z.enum(['always', 'afterCertExpiry']).default('always'),
  }),
  trustStores: z.array(z.string()).default([]),
  trustedIdentities: z.array(z.string()).default([]),
});
type StatementFile = z.infer<typeof statementSchema>;

const documentSchema = z.strictObject({
  version: z.literal('1.0'),
  trustPolicies: z.array(statementSchema).min(1),
});

/**
 * Reads a `trustpolicy.oci.json` or `trustpolicy.json` as Notation does, and stricter where the specification is: members that are
 * unknown, stand twice or in another case are errors, and so is the level skip for every repository. Each error names the statement
 * and the field.
 */
export function parseTrustPolicy(bytes: Uint8Array): ReadTrustPolicy {
  let json: unknown;
  try {
    json = parseStrictJson(bytes);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return { ok: false, errors: [{ at: [], message: `is not strict JSON: ${why}` }] };
  }
  const document = documentSchema.safeParse(json, { error: wrongField });
  if (!document.success)
    return { ok: false, errors: document.error.issues.map((issue) => schemaError(issue, json)) };
  const errors: TrustPolicyError[] = [];
  const report = (index: number, name: string, field: string, why: string) => {
    const at = ['trustPolicies', index, ...stepsOf(field)];
    errors.push({ at, message: `${place(index, name)}${field}: ${why}` });
  };
  const statements = document.data.trustPolicies.map((file, index) =>
    statementOf(file, (field, why) => report(index, file.name, field, why)),
  );
  reportRepeated(document.data.trustPolicies, report);
  return errors.length > 0 ? { ok: false, errors } : { ok: true, statements };
}

/** "Selecting a trust policy": the statement that names the repository, else the one for all; null if there is none. */
export function statementFor(statements: readonly Statement[], repository: string): Statement | null {
  const naming = (scope: string) => statements.find(({ registryScopes }) => registryScopes.includes(scope));
  return naming(repository) ?? naming('*') ?? null;
}

function place(index: number, name: string): string {
  return `trustPolicies[${index}] (statement ${JSON.stringify(name)}): `;
}

/** The steps of a field as it is written: `trustStores[0]` are two. */
function stepsOf(field: string): readonly (string | number)[] {
  return (field.match(/\w+/g) ?? []).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

function schemaError(issue: z.core.$ZodIssue, json: unknown): TrustPolicyError {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys : [];
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  const at = [...path, ...unknown.slice(0, 1)];
  const why = unknown.length > 0 ? `unknown field ${unknown.join(', ')}` : issue.message;
  const [first, index, ...rest] = path;
  const message =
    first === 'trustPolicies' && typeof index === 'number'
      ? `${place(index, nameAt(json, index))}${rest.join('.') || 'statement'}: ${why}`
      : `${path.join('.') || 'document'}: ${why}`;
  return { at, message };
}

const namesSchema = z.object({ trustPolicies: z.array(z.object({ name: z.string() }).catch({ name: '' })) });

function nameAt(json: unknown, index: number): string {
  const names = namesSchema.safeParse(json);
  return names.success ? (names.data.trustPolicies[index]?.name ?? '') : '';
}

type ReportField = (field: string, why: string) => void;

function statementOf(file: StatementFile, report: ReportField): Statement {
  const { name, registryScopes, trustStores: stores, trustedIdentities: identities } = file;
  const { level, override, verifyTimestamp } = file.signatureVerification;
  if (name === '') report('name', 'is empty');
  const custom = customLevel(level, override);
  if (!custom.ok) report('signatureVerification.override', custom.why);
  checkScopes(registryScopes, level, report);
  if (level === 'skip') {
    if (stores.length > 0) report('trustStores', 'the level skip takes no trust stores');
    if (identities.length > 0) report('trustedIdentities', 'the level skip takes no identities');
  } else {
    if (stores.length === 0) report('trustStores', 'must name at least one trust store');
    if (identities.length === 0) report('trustedIdentities', 'must name at least one identity, or "*"');
  }
  return {
    name,
    registryScopes,
    level,
    enforcement: custom.ok ? custom.enforcement : { ...NOTHING_ENFORCED },
    verifyTimestamp,
    trustStores: stores.flatMap((store, index) => storeOf(store, index, report)),
    trustedIdentities: identitiesOf(identities, report),
  };
}

/** Of a statement that is refused nothing is used. */
const NOTHING_ENFORCED: Enforcement = {
  integrity: 'enforce',
  authenticity: 'enforce',
  authenticTimestamp: 'enforce',
  expiry: 'enforce',
  revocation: 'enforce',
};

const HOST =
  /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?$/;
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;

/** "OCI Trust Policy Constraints". */
function checkScopes(scopes: readonly string[], level: Level, report: ReportField): void {
  if (scopes.length === 0) report('registryScopes', 'must not be empty');
  if (scopes.includes('*') && scopes.length > 1)
    report('registryScopes', '"*" is for all repositories, and stands alone');
  // "Signature Verification details": skip cannot be used with a global scope.
  if (scopes.includes('*') && level === 'skip')
    report(
      'registryScopes',
      '"*" cannot be combined with the level skip: name the repositories that need no signature',
    );
  for (const [index, scope] of scopes.entries()) {
    if (scope === '*') continue;
    const slash = scope.indexOf('/');
    if (slash === -1 || !HOST.test(scope.slice(0, slash)) || !PATH.test(scope.slice(slash + 1)))
      report(
        `registryScopes[${index}]`,
        `${JSON.stringify(scope)} is no repository with its registry, without scheme, tag and wildcards, as registry.example.com/shop/cart`,
      );
  }
}

const STORE_NAME = /^(?!\.{1,2}$)[a-zA-Z0-9_.-]+$/;

function storeOf(text: string, index: number, report: ReportField): StoreName[] {
  const colon = text.indexOf(':');
  const type = STORE_TYPES.find((one) => one === text.slice(0, Math.max(colon, 0)));
  const name = text.slice(colon + 1);
  if (type && STORE_NAME.test(name)) return [{ type, name }];
  report(
    `trustStores[${index}]`,
    `${JSON.stringify(text)} is not TYPE:NAME with a type of ${STORE_TYPES.join(', ')} and a name of letters, digits, "_", "." and "-"`,
  );
  return [];
}

/** Reads the identities of a statement, and reports what is wrong with each. */
export function identitiesOf(identities: readonly string[], report: ReportField): TrustedIdentities {
  if (identities.length === 1 && identities[0] === '*') return '*';
  const read = identities.flatMap((text, index): { text: string; attributes: Attributes }[] => {
    const field = `trustedIdentities[${index}]`;
    if (text === '*') {
      report(field, '"*" is for everybody, and stands alone');
      return [];
    }
    const identity = parseIdentity(text);
    if (identity.ok) return [{ text, attributes: identity.attributes }];
    report(field, `${JSON.stringify(text)} ${identity.why}`);
    return [];
  });
  for (const [at, one] of read.entries())
    for (const other of read.slice(at + 1))
      if (overlap(one.attributes, other.attributes))
        report(
          'trustedIdentities',
          `${JSON.stringify(one.text)} overlaps with ${JSON.stringify(other.text)}`,
        );
  return read.map(({ attributes }) => attributes);
}

/** A name and a scope belong to one statement. */
function reportRepeated(
  files: readonly StatementFile[],
  report: (index: number, name: string, field: string, why: string) => void,
): void {
  const names = new Set<string>();
  const scopes = new Set<string>();
  for (const [index, { name, registryScopes }] of files.entries()) {
    if (names.has(name)) report(index, name, 'name', 'another statement has this name');
    names.add(name);
    for (const scope of registryScopes) {
      if (scopes.has(scope))
        report(index, name, 'registryScopes', `${JSON.stringify(scope)} stands in this policy twice`);
      scopes.add(scope);
    }
  }
}
