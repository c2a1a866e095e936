import { createHash } from 'node:crypto';
import type { Evidence } from '../../evidence/collector.ts';
import { REASONS } from '../../reasons.ts';
import { parseReference } from '../../registry/reference.ts';
import { Refused } from '../refused.ts';
import type { Circumstances, Claim, Refusal, TrustMaterial, Verdict, Verifier } from '../verifier.ts';
import { DerError } from '../x509/der.ts';
import { formatName, parseName } from '../x509/distinguished-name.ts';
import { nameOf } from './certificate-profile.ts';
import { type IntactSignature, verifyIntegrity } from './integrity.ts';
import type { Validation } from './levels.ts';
import type { NotationTrust } from './trust.ts';
import { type Statement, statementFor } from './trust-policy.ts';
import { authenticityFault, expiryFault, type Question, revocationOf, validateTime } from './validations.ts';

/**
 * Signatures of the Notary Project (trust-store-trust-policy.md, "Signature Verification"). A claim means verified integrity and
 * authenticity, whatever the level; what else has failed and is only logged stands in the claim.
 */
export const notation: Verifier = {
  formats: ['notation'],
  verify: verifyNotation,
};

function verifyNotation(evidence: Evidence, trust: TrustMaterial, circumstances: Circumstances): Verdict {
  const refused = (refusal: Refusal): Verdict => ({ result: 'refused', evidence, refusal });
  try {
    const authorities = trust.notation ?? [];
    const names = [circumstances.repository, ...(circumstances.alsoNamed ?? [])];
    const applying = authorities.map((one) => ({ trust: one, ...applicableToAll(one, names) }));
    const applied = applying.filter(({ fault }) => fault === null);
    const [unapplied] = applying.flatMap(({ fault }) => fault ?? []);
    if (applied.length === 0 && unapplied) return refused(unapplied);
    const signature = verifyIntegrity(evidence);
    if (authorities.length === 0) return refused(strangerTo(signature));
    const attempts = applied.map(({ trust: one, statements }) =>
      attemptAll(statements.map((statement) => ({ signature, trust: one, statement, circumstances }))),
    );
    const claims = attempts.flatMap((one) => (one.ok ? [one.claim] : []));
    const [first, ...more] = claims;
    if (first) return { result: 'verified', evidence, claims: [first, ...more] };
    return refused(mostTelling(attempts.flatMap((one) => (one.ok ? [] : [one.refusal]))));
  } catch (cause) {
    if (cause instanceof Refused) return refused({ reason: cause.reason, message: cause.message });
    if (cause instanceof DerError)
      return refused({
        reason: 'CertificateInvalid',
        message: `a certificate cannot be read: ${cause.message}`,
      });
    throw cause;
  }
}

type Applicable =
  | { readonly statement: Statement; readonly fault: null }
  | { readonly statement: null; readonly fault: Refusal };

/** "Identify applicable trust policy" and "Proceed based on signature verification level". */
export function applicable({ statements, origin }: NotationTrust, repository: string): Applicable {
  const statement = statementFor(statements, repository);
  if (!statement) {
    const message = `no statement of ${origin} has ${repository} among its registryScopes${shortened(statements, repository)}`;
    return { statement: null, fault: { reason: 'NoTrustPolicyForRepository', message } };
  }
  if (statement.level !== 'skip') return { statement, fault: null };
  const message = `the statement ${JSON.stringify(statement.name)} of ${origin} has the level skip for ${repository}: nothing is verified`;
  return { statement: null, fault: { reason: 'NotationSkipped', message } };
}

/** A scope that is an image of Docker Hub to container runtimes, and to Notation one of a registry of that name. */
function shortened(statements: readonly Statement[], repository: string): string {
  const scopes = statements.flatMap(({ registryScopes }) => registryScopes);
  const meant = scopes.find((scope) => {
    const read = parseReference(scope);
    return scope !== '*' && read.ok && read.value.repository === repository;
  });
  return meant === undefined
    ? ''
    : `; it has ${JSON.stringify(meant)}, which Notation does not spell out: add ${repository} to the scopes`;
}

/** The statements for an image that has several names; the first fault where one of them has none. */
function applicableToAll(trust: NotationTrust, repositories: readonly string[]) {
  const each = repositories.map((repository) => applicable(trust, repository));
  const statements = new Set(each.flatMap(({ statement }) => statement ?? []));
  return { statements: [...statements], fault: each.find(({ fault }) => fault)?.fault ?? null };
}

type Attempt =
  | { readonly ok: true; readonly claim: Claim }
  | { readonly ok: false; readonly refusal: Refusal };

/** What every statement accepts, with all that one of them has only logged. */
function attemptAll(questions: readonly Question[]): Attempt {
  const each = questions.map(attempt);
  const refusal = each.find(({ ok }) => !ok);
  if (refusal) return refusal;
  const claims = each.flatMap((one) => (one.ok ? [one] : []));
  const logged = ({ claim }: { readonly claim: Claim }): number => claim.notation?.logged.length ?? 0;
  const [most] = claims.toSorted((a, b) => logged(b) - logged(a));
  return most ?? { ok: false, refusal: { reason: 'SignerNotTrusted', message: 'no statement applies' } };
}

/** The validations in the order of the specification, up to the first that fails and is enforced. */
function attempt(question: Question): Attempt {
  const { enforcement } = question.statement;
  const logged: Refusal[] = [];
  const isCritical = (validation: Validation, fault: Refusal | null): fault is Refusal => {
    if (fault && enforcement[validation] === 'log') logged.push(fault);
    return fault !== null && enforcement[validation] === 'enforce';
  };
  const authenticity = authenticityFault(question);
  // A level that only logs it has verified no authority's signature.
  if (authenticity) return { ok: false, refusal: authenticity };
  const expiry = expiryFault(question);
  if (isCritical('expiry', expiry)) return { ok: false, refusal: expiry };
  const { time, fault } = validateTime(question);
  if (isCritical('authenticTimestamp', fault)) return { ok: false, refusal: fault };
  const revocation = enforcement.revocation === 'skip' ? null : revocationOf(question);
  if (isCritical('revocation', revocation)) return { ok: false, refusal: revocation };
  return { ok: true, claim: claimOf(question, time ? [time] : [], logged) };
}

function claimOf(
  { signature, trust, statement }: Question,
  times: Claim['times'],
  logged: readonly Refusal[],
): Claim {
  const { chain, annotations, envelope } = signature;
  const [leaf] = chain;
  return {
    content: { kind: 'signature', annotations, dockerReference: null },
    signer: {
      kind: 'notation',
      authority: trust.authority,
      subject: formatName(parseName(leaf.subject)),
      thumbprint: createHash('sha256').update(leaf.raw).digest('hex'),
    },
    times,
    logIndex: null,
    trustRoot: null,
    passedOver: [],
    notation: { ...envelope.attributes, statement: statement.name, level: statement.level, logged },
  };
}

function strangerTo({ chain }: IntactSignature): Refusal {
  const message = `it is a Notation signature by ${nameOf(chain[0])}, and no Notation authority is configured`;
  return { reason: 'SignerNotTrusted', message };
}

/** Of several refusals the one that says most: what is wrong with the signature, before a signer whom nobody trusts. */
const TELLING = ['invalid', 'undetermined', 'missing', 'stale', 'untrusted'];

function mostTelling(refusals: readonly Refusal[]): Refusal {
  const rank = ({ reason }: Refusal): number => TELLING.indexOf(REASONS[reason].class);
  const [first] = refusals.toSorted((a, b) => rank(a) - rank(b));
  return first ?? { reason: 'SignerNotTrusted', message: 'no Notation authority is configured' };
}
