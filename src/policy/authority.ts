import { failed, type Fault } from '../reasons.ts';
import type { SubjectName } from '../verify/sigstore/identity.ts';
import { applicable } from '../verify/notation/notation.ts';
import type { NotationTrust } from '../verify/notation/trust.ts';
import { glob, regExp } from './glob.ts';
import type { Authority } from './policy.ts';
import type { KeylessFile } from './schema-authorities.ts';

/** An authority that is an identity: issuer and subject together, whole and anchored, under one trust root. */
export function keylessAuthority(name: string, keyless: KeylessFile): Authority {
  const { trustRoot, issuer, issuerRegExp, subject, subjectRegExp, ...extensions } = keyless;
  const issuerMatches =
    issuerRegExp === undefined ? (value: string) => value === issuer : regExp(issuerRegExp);
  const subjectMatches =
    subjectRegExp === undefined ? subjectGlob(subject ?? '') : subjectRegExpOf(subjectRegExp);
  const globs = Object.entries(extensions).map(([extension, pattern = '']) => ({
    extension,
    matches: glob(pattern),
  }));
  return {
    name,
    unsupported: null,
    description: `${subject ?? `/${subjectRegExp}/`} from ${issuer ?? `/${issuerRegExp}/`}`,
    accepts: ({ signer }) => {
      if (signer.kind !== 'certificate' || signer.trustRoot !== trustRoot) return false;
      if (!issuerMatches(signer.issuer) || !subjectMatches(signer.subject)) return false;
      const values = new Map(Object.entries(signer.extensions));
      // An extension that the certificate lacks is not "anything": it matches no glob.
      return globs.every(({ extension, matches }) => {
        const value = values.get(extension);
        return value !== undefined && matches(value);
      });
    },
  };
}

function subjectGlob(pattern: string): (subject: SubjectName) => boolean {
  const matches = glob(pattern);
  const kind = subjectKind(pattern);
  return (subject) => (kind === null || subject.kind === kind) && matches(subject.value);
}

function subjectRegExpOf(pattern: string): (subject: SubjectName) => boolean {
  const matches = regExp(pattern);
  return (subject) => matches(subject.value);
}

/** A subject with `://` is for URI names only, one with `@` and no `://` for e-mail names only. */
function subjectKind(pattern: string): SubjectName['kind'] | null {
  if (pattern.includes('://')) return 'uri';
  return pattern.includes('@') ? 'email' : null;
}

/** Hex digits of a fingerprint that are enough for a person to tell keys apart. */
const SHOWN = 16;

/** An authority that holds keys: any of them satisfies it. Which key made a signature was found when it was verified. */
export function keyAuthority(name: string, fingerprints: readonly string[]): Authority {
  return {
    name,
    unsupported: null,
    description: fingerprints.map((fingerprint) => `key sha256:${fingerprint.slice(0, SHOWN)}…`).join(' or '),
    accepts: ({ signer }) => signer.kind === 'key' && signer.authority === name,
  };
}

/** An authority that trusts by Notation's rules; what its trust policy says of a repository was looked up when it was verified. */
export function notationAuthority(trust: NotationTrust): Authority {
  const { authority: name, origin } = trust;
  return {
    name,
    unsupported: null,
    description: `Notation, ${origin}`,
    accepts: ({ signer }) => signer.kind === 'notation' && signer.authority === name,
    signedBy: 'notation sign NAME@DIGEST',
    excludes: (repository) => applicable(trust, repository).fault,
  };
}

/**
 * An authority whose signatures are kept in a repository of their own, if it has one. What hangs beside the image counts for every
 * authority; what lies in a signature repository only for those that name it.
 */
export function keptIn(authority: Authority, signatureRepository: string | undefined): Authority {
  return {
    ...authority,
    signatureRepository,
    accepts: (claim) =>
      (claim.signatureRepository === undefined || claim.signatureRepository === signatureRepository) &&
      authority.accepts(claim),
  };
}

/** An authority of a kind that this version cannot verify: it accepts nothing, and says so where it is asked for. */
export function unsupportedAuthority(name: string, what: string): Authority {
  const fault = failed('NotSupported', `${what} is not in this version`).fault;
  return { name, description: what, unsupported: fault, accepts: () => false };
}

/** An authority whose trust root is not here yet: it accepts nothing, and says so where it is asked for. */
export function waitingAuthority(name: string, fault: Fault): Authority {
  return { name, description: fault.message, unsupported: fault, accepts: () => false };
}
