import { unreadOf } from './evidence-query.ts';
import type { ImageSbom } from './image-sboms.ts';
import { DISTRIBUTIONS } from './package-name.ts';
import {
  type Asking,
  isOurs,
  type PackageQuestion,
  type Searched,
  type SearchedSbom,
} from './package-search.ts';
import { accepts, notAccepted } from './sbom-standing.ts';
import type { Doubt } from './sweep-reasons.ts';

/**
 * The types of packages that an SBOM must have looked for. Where nobody named one, they are those in which the name is found at all:
 * null where one of several names is found nowhere, as nobody knows then what kind of package it is.
 */
export function kindsAsked(
  questions: readonly PackageQuestion[],
  seen: ReadonlyMap<PackageQuestion, ReadonlySet<string>>,
): readonly string[] | null {
  const named = questions.map((question) => {
    const { ecosystems } = question.package;
    return ecosystems === null
      ? [...(seen.get(question) ?? [])]
      : ecosystems.flatMap(({ purlType }) => purlType ?? []);
  });
  return named.some((kinds) => kinds.length === 0) ? null : [...new Set(named.flat())].sort();
}

interface Doubting extends Omit<Asking, 'query'> {
  /** See `kindsAsked`. */
  readonly kinds: readonly string[] | null;
}

/** Why it is not known that a manifest lacks what was asked for; empty where it surely does. */
export function doubtsOf(manifest: Searched, doubting: Doubting): readonly Doubt[] {
  const { subject, accepting, facts, kinds } = doubting;
  const possible = manifest.sboms.filter(isOurs).flatMap(possibleHits);
  const whole = manifest.sboms.filter((one) => one.other === null && shortOf(one, kinds) === null);
  const claims = whole.flatMap(({ claim }) => claim ?? []);
  const settled =
    whole.some(({ selfMade }) => selfMade !== null) ||
    (accepting.unsigned
      ? whole.some(({ refusal }) => refusal === null)
      : accepts(claims, subject, accepting));
  if (settled) return possible;
  const { judged } = manifest;
  const places = judged === facts.root ? [judged] : [judged, facts.root];
  return [...possible, ...places.flatMap(unreadOf), shortfall(manifest, doubting)];
}

/** What may be it: its version cannot be compared, or it may be another package. */
function possibleHits({ matches, evidence }: SearchedSbom): Doubt[] {
  return matches.flatMap(({ match, verdict }): Doubt[] => {
    // What surely is affected is a hit, which somebody may have excused.
    if (verdict.is === 'notAffected' || (verdict.is === 'affected' && match.doubt === null)) return [];
    const { purl, name } = match.component;
    const which = purl ?? [name, match.version].filter((part) => part !== null).join(' ');
    const why = verdict.is === 'undetermined' ? verdict.why : (match.doubt ?? '');
    return [
      {
        reason: verdict.is === 'undetermined' ? 'VersionUnknown' : 'PackageUnclear',
        cause: null,
        message: `it has ${which}: ${why}`,
        remediation: 'look into the image for it; until then take it for affected',
        evidence: evidence(),
      },
    ];
  });
}

const SCAN = 'scan the image itself: -o commands prints the commands, --scan-with syft|trivy runs them';

/** Why an SBOM cannot say that something is not there, whoever wrote it; null where it can. */
function shortOf({ contents, evidence }: ImageSbom, kinds: Doubting['kinds']): Doubt | null {
  const { format, listed, truncated, partial, ecosystems, sourceless } = contents;
  const by = `the SBOM (${format}, ${listed} packages)`;
  const doubt = (reason: Doubt['reason'], message: string, remediation: string): Doubt => ({
    reason,
    cause: null,
    message,
    remediation,
    evidence: evidence(),
  });
  if (truncated) return doubt('SbomTruncated', `${by} says that it is not complete`, SCAN);
  if (partial !== null) return doubt('SbomTruncated', `${by} is not of all the image: ${partial}`, SCAN);
  const seen = ecosystems.join(', ') || 'no package of any kind';
  if (kinds === null)
    return doubt(
      'EcosystemNotCatalogued',
      `no SBOM that was seen lists a package of this name, and so nothing says what kind of package was asked for; ${by} has ${seen}`,
      'name the kind of package with --ecosystem, or by group:artifact, @scope/name or a package URL',
    );
  const missing = kinds.filter((kind) => !hasLooked(ecosystems, kind));
  if (sourceless && kinds.some((kind) => DISTRIBUTIONS.has(kind)))
    return doubt(
      'EcosystemNotCatalogued',
      `${by} names of no package the source package that its distribution built it from, which may be what was asked for`,
      SCAN,
    );
  if (listed > 0 && missing.length === 0) return null;
  const looked = missing.length > 0 ? missing.join(', ') : 'any kind';
  return doubt(
    'EcosystemNotCatalogued',
    `nothing says that ${by} would list packages of ${looked}: it has ${seen}`,
    SCAN,
  );
}

/** An image is of one distribution: whose tool found its packages would have found those of another. */
function hasLooked(ecosystems: readonly string[], kind: string): boolean {
  return (
    ecosystems.includes(kind) || (DISTRIBUTIONS.has(kind) && ecosystems.some((one) => DISTRIBUTIONS.has(one)))
  );
}

/** The one thing that is nearest to an answer, and what it lacks. */
function shortfall({ sboms, unreadable }: Searched, doubting: Doubting): Doubt {
  const { kinds } = doubting;
  const ours = sboms.filter(({ other }) => other === null);
  const standing = ours.map((one) => ({
    one,
    stranger: notAccepted(one, doubting.subject, doubting.accepting),
  }));
  for (const { one, stranger } of standing) {
    const short = stranger === null ? shortOf(one, kinds) : null;
    if (short) return short;
  }
  const [unsigned] = standing.flatMap(({ stranger }) => stranger ?? []);
  if (unsigned) return unsigned;
  const [other] = sboms.flatMap((one) => (one.other ? [{ fault: one.other, evidence: one.evidence }] : []));
  const [bad] = [...(other ? [other] : []), ...unreadable];
  if (!bad)
    return {
      reason: 'NoSbom',
      cause: 'SbomMissing',
      message: 'there is no SBOM of this image',
      remediation: SCAN,
      evidence: [],
    };
  const { reason, message, remediation = SCAN } = bad.fault;
  const others = reason === 'SbomForOtherImage' || reason === 'PlatformNotCovered';
  return {
    reason: others ? 'SbomForOtherImage' : 'SbomUnreadable',
    cause: reason,
    message,
    remediation,
    evidence: bad.evidence(),
  };
}
