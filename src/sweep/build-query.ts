import { normaliseSourceGlob } from '../attestations/slsa/source-uri.ts';
import { quoted } from '../attestations/quoted.ts';
import { describeSigner } from '../policy/evidence-entry.ts';
import { glob } from '../policy/glob.ts';
import { type Answer, hit, type Match, NO, undetermined } from './answer.ts';
import type { BuildFacts } from './build-facts.ts';
import {
  askAttached,
  claimMatch,
  claimsAbout,
  type FoundClaim,
  manifestsOf,
  placeName,
  unreadOf,
  unverifiedOf,
} from './evidence-query.ts';
import type { ImageFacts, RefusedFacts } from './facts.ts';
import { oncePerImage, type Predicate, type Subject } from './query.ts';
import type { Doubt } from './sweep-reasons.ts';

type Field = 'builder' | 'sourceRepository';

interface AskedBuild {
  readonly builder: readonly Pattern[];
  readonly sourceRepository: readonly Pattern[];
}

interface Pattern {
  readonly pattern: string;
  readonly matches: (text: string) => boolean;
}

/**
 * `--builder` and `--source-repository`: what built the image and from what, as its verified provenance or the certificate of its
 * signer says. Both are asked of one statement. An image of which nothing verified says so is not known to be another's.
 */
export function buildQuery(builders: readonly string[], sources: readonly string[]): Predicate {
  const asked: AskedBuild = {
    builder: builders.map((pattern) => ({ pattern, matches: glob(pattern) })),
    sourceRepository: sources.map((pattern) => ({ pattern, matches: glob(normaliseSourceGlob(pattern)) })),
  };
  return oncePerImage({ needs: 'evidence', ask: (subject) => askBuild(subject, asked) });
}

type Named = BuildFacts['named'];
type Fit = Pick<Match, 'query' | 'asked' | 'found'>;

function askBuild(subject: Subject, asked: AskedBuild): Answer {
  return askAttached(subject, (facts) => {
    const claims = manifestsOf(facts).flatMap(claimsAbout);
    const matches = claims.flatMap((found) =>
      fitting(found.build, asked).map((fit) => claimMatch(found, facts, fit)),
    );
    if (matches.length > 0) return hit(...matches);
    const doubts = [
      ...claims.flatMap((found) => doubtsOf(found, asked)),
      ...manifestsOf(facts).flatMap((manifest) => [
        ...unreadOf(manifest),
        ...unverifiedOf(manifest, (refused) => possibleBuild(refused, asked)),
      ]),
    ];
    // What was seen says more than that there is nothing.
    const open = doubts.length > 0 ? doubts : uncovered(facts, claims, asked);
    return open.length > 0 ? undetermined(...open) : NO;
  });
}

/** What was asked for and fits, one of each kind; nothing where one kind does not. */
function fitting({ builders, sources }: Named, asked: AskedBuild): readonly Fit[] {
  const fit = (query: Field, values: readonly string[]): Fit | null => {
    for (const { pattern, matches } of asked[query]) {
      const found = values.find(matches);
      if (found !== undefined) return { query, asked: pattern, found };
    }
    return null;
  };
  const builder = fit('builder', builders);
  const source = fit('sourceRepository', sources);
  if ((asked.builder.length > 0 && !builder) || (asked.sourceRepository.length > 0 && !source)) return [];
  return [builder, source].filter((one) => one !== null);
}

/** Verified provenance that cannot be read, or that names what is asked for against its own certificate. */
function doubtsOf({ signer, build, unreadable, evidence }: FoundClaim, asked: AskedBuild): readonly Doubt[] {
  const { contradicting, named } = build;
  const [contradiction] = contradicting;
  const by = quoted(describeSigner(signer));
  if (contradiction !== undefined && fitting(named, asked).length > 0) {
    return [
      {
        reason: 'ProvenanceContradictory',
        cause: 'ProvenanceContradictsCertificate',
        message: `provenance by ${by} contradicts its certificate: ${contradiction}`,
        remediation: 'find out who wrote this provenance; until then take the image for affected',
        evidence: evidence(),
      },
    ];
  }
  if (unreadable === null) return [];
  return [
    {
      reason: 'ProvenanceUnreadable',
      cause: 'ProvenanceUnreadable',
      message: `provenance by ${by} cannot be read: ${unreadable}`,
      remediation: 'ask whoever builds the image what built it and from which source',
      evidence: evidence(),
    },
  ];
}

/** What unverified evidence says that would matter; null for evidence that certainly says something else. */
function possibleBuild({ named, mayBeProvenance }: RefusedFacts, asked: AskedBuild): string | null {
  const [fit] = fitting(named, asked);
  if (fit) {
    const what = fit.query === 'builder' ? 'the builder' : 'the source';
    return `unverified evidence names ${what} ${quoted(fit.found)}`;
  }
  return mayBeProvenance ? 'there may be provenance in evidence that cannot be read' : null;
}

/** What runs and of which nothing verified, on itself or on its index, settles that it is not what was asked for. */
function uncovered(facts: ImageFacts, claims: readonly FoundClaim[], asked: AskedBuild): readonly Doubt[] {
  const settled = new Set(claims.filter(({ build }) => settles(build, asked)).map(({ on }) => on));
  const { root, children } = facts;
  const open = (children.length > 0 ? children : [root]).filter((manifest) => !settled.has(manifest));
  if (settled.has(root) || open.length === 0) return [];
  const where =
    open.length < children.length ? ` (${open.map((one) => placeName(one, facts)).join(', ')})` : '';
  return [
    {
      reason: 'NoProvenance',
      cause: 'ProvenanceMissing',
      message: `nothing verified says what built the image${where}, and from what`,
      remediation:
        'have its builder attest SLSA provenance, or name the trust root or key of whoever does already',
      evidence: [],
    },
  ];
}

/** Whether provenance names another builder or source than those asked for. One that names none, or lies, settles nothing. */
function settles({ provenance, contradicting, builders, sources }: BuildFacts, asked: AskedBuild): boolean {
  const differs = (patterns: readonly Pattern[], values: readonly string[]): boolean =>
    patterns.length > 0 && values.length > 0 && !patterns.some(({ matches }) => values.some(matches));
  return (
    provenance === 'stated' &&
    contradicting.length === 0 &&
    (differs(asked.builder, builders) || differs(asked.sourceRepository, sources))
  );
}
