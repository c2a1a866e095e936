import { describeSigner } from '../policy/evidence-entry.ts';
import { glob } from '../policy/glob.ts';
import { quoted } from '../attestations/quoted.ts';
import { type Answer, hit, type Match, NO, undetermined } from './answer.ts';
import {
  askAttached,
  claimMatch,
  claimsAbout,
  manifestsOf,
  unreadOf,
  unverifiedOf,
} from './evidence-query.ts';
import type { NamedSigner, RefusedFacts } from './facts.ts';
import { oncePerImage, type Predicate, type Subject } from './query.ts';

interface Pattern {
  readonly pattern: string;
  readonly matches: (text: string) => boolean;
}

/**
 * `--signer` and `--issuer`: who has signed the image, or anything that is attested of it. Both are asked of one signer, as an
 * identity is issuer and subject together.
 */
export function signerQuery(signers: readonly string[], issuers: readonly string[]): Predicate {
  const asked = { signers: compiled(signers), issuers: compiled(issuers) };
  return oncePerImage({ needs: 'evidence', ask: (subject) => askSigners(subject, asked) });
}

interface AskedSigners {
  readonly signers: readonly Pattern[];
  readonly issuers: readonly Pattern[];
}

function compiled(patterns: readonly string[]): readonly Pattern[] {
  return patterns.map((pattern) => ({ pattern, matches: glob(pattern) }));
}

function askSigners(subject: Subject, asked: AskedSigners): Answer {
  return askAttached(subject, (facts) => {
    const manifests = manifestsOf(facts);
    const matches = manifests.flatMap(claimsAbout).flatMap((found): Match[] => {
      const fit = fitting(namesOf(found.signer), issuerOf(found.signer), asked);
      const by = describeSigner(found.signer);
      return fit.map((one) => claimMatch(found, facts, { ...one, found: by }));
    });
    if (matches.length > 0) return hit(...matches);
    const doubts = manifests.flatMap((manifest) => [
      ...unreadOf(manifest),
      ...unverifiedOf(manifest, (refused) => possibleSigner(refused, asked)),
    ]);
    return doubts.length > 0 ? undetermined(...doubts) : NO;
  });
}

/** A certificate's subject; for a key or a certificate of Notation its fingerprint, and the authority whose it is. */
function namesOf(signer: NamedSigner): readonly string[] {
  switch (signer.kind) {
    case 'certificate':
      return [signer.subject.value];
    case 'key':
      return [`key sha256:${signer.fingerprint}`, `sha256:${signer.fingerprint}`, signer.authority];
    case 'notation':
      return [signer.subject, `sha256:${signer.thumbprint}`, signer.authority];
  }
}

function issuerOf(signer: NamedSigner): string | null {
  return signer.kind === 'certificate' ? signer.issuer : null;
}

/** What was asked for and fits, one of each kind; nothing where one kind does not. */
function fitting(
  names: readonly string[],
  issuer: string | null,
  { signers, issuers }: AskedSigners,
): readonly Pick<Match, 'query' | 'asked'>[] {
  const signer = signers.find(({ matches }) => names.some(matches));
  const issued = issuers.find(({ matches }) => issuer !== null && matches(issuer));
  if ((signers.length > 0 && !signer) || (issuers.length > 0 && !issued)) return [];
  return [
    ...(signer ? [{ query: 'signer' as const, asked: signer.pattern }] : []),
    ...(issued ? [{ query: 'issuer' as const, asked: issued.pattern }] : []),
  ];
}

/** What is seen of somebody who may be asked for; null for one who is certainly another. */
function possibleSigner({ signer }: RefusedFacts, asked: AskedSigners): string | null {
  switch (signer.kind) {
    case 'nobody':
      return null;
    case 'unreadable':
      return 'who signed a piece of its evidence cannot be read';
    case 'key':
      return mayBeNameless(asked) ? 'it is signed with a key that is not known here' : null;
    case 'notation':
      return mayBeNameless(asked) ? 'it has a Notation signature' : null;
    case 'certificate': {
      const { subject, issuer } = signer;
      return fitting([subject], issuer, asked).length === 0
        ? null
        : `a certificate of ${quoted(subject)} (issuer ${quoted(issuer)}) came with it`;
    }
  }
}

/** Whether a signer without an identity of OIDC may be meant: it has no issuer, and its name is neither a URL nor an address. */
function mayBeNameless({ signers, issuers }: AskedSigners): boolean {
  return issuers.length === 0 && signers.some(({ pattern }) => !/:\/\/|@/.test(pattern));
}
