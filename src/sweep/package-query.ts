import { parsePackageUrl } from '../attestations/sbom/package-url.ts';
import { describeSigner } from '../policy/evidence-entry.ts';
import { type Advisories, advisoryDoubts } from './advisory-doubts.ts';
import { hit, type Match, NO, NOT_ASKED, undetermined } from './answer.ts';
import { authoritiesOf } from './authorities.ts';
import type { MatchedComponent, SbomWord } from './component-hit.ts';
import type { ComponentMatch } from './component-match.ts';
import { askAttached, manifestsOf, placeName, unheardOf, unreadOf } from './evidence-query.ts';
import type { ImageFacts } from './facts.ts';
import { type ImageSbom, sbomsOf } from './image-sboms.ts';
import { NO_LAYER } from './layer-origin.ts';
import { doubtsOf, kindsAsked } from './package-doubts.ts';
import { wholeName } from './package-name.ts';
import {
  type Asking,
  isOurs,
  type PackageQuestion,
  type Searched,
  type SearchedSbom,
  searchFor,
  searchManifest,
} from './package-search.ts';
import type { Predicate, Subject } from './query.ts';
import { vexWord } from './vex-word.ts';
import { type Accepting, accepts } from './sbom-standing.ts';

/**
 * `--package` and `--vulnerability`: which images have a package, by what their SBOMs say. A hit counts from any SBOM of the image,
 * whoever wrote it. That there is none counts from one alone that is surely this image's and whole, looked for packages of this kind,
 * and is by somebody whose word the user takes.
 */
export function packageQuery(
  query: 'package' | 'vulnerability',
  questions: readonly PackageQuestion[],
  accepting: Accepting,
  advisories: readonly Advisories[] = [],
): Predicate {
  const search = searchFor(questions);
  const found = new WeakMap<ImageFacts, readonly Searched[] | null>();
  const searched = (facts: ImageFacts): readonly Searched[] | null => {
    const known = found.get(facts);
    if (known !== undefined) return known;
    const all = sbomsOf(facts)?.map((manifest) => searchManifest(manifest, search)) ?? null;
    found.set(facts, all);
    return all;
  };
  const seen = new Map<PackageQuestion, Set<string>>(questions.map((question) => [question, new Set()]));
  return {
    needs: 'contents',
    survey(subjects) {
      for (const { image } of subjects)
        for (const { sboms } of (image.attached?.ok ? searched(image.attached.value) : null) ?? [])
          for (const { matches } of sboms)
            for (const { question, match } of matches)
              if (match.ecosystem?.purlType) seen.get(question)?.add(match.ecosystem.purlType);
    },
    ask: (subject) =>
      askAttached(subject, (facts) => {
        const manifests = searched(facts);
        if (manifests === null) return NOT_ASKED;
        const asking = { query, subject, facts, accepting };
        const hits = manifests.flatMap((manifest) =>
          manifest.sboms.flatMap((one) => hitsIn(one, manifest, asking)),
        );
        if (hits.some(({ vex }) => !vex?.excuses)) return hit(...hits);
        const kinds = kindsAsked(questions, seen);
        const doubts = [
          ...manifests.flatMap((manifest) => doubtsOf(manifest, { ...asking, kinds })),
          ...advisories.flatMap((one) => advisoryDoubts(one, manifests)),
          // What was not heard may have taken back what excuses.
          ...(hits.length > 0
            ? manifestsOf(facts).flatMap((one) => [...unreadOf(one), ...unheardOf(one)])
            : []),
        ];
        if (doubts.length > 0) return undetermined(...doubts);
        return hits.length > 0 ? hit(...hits) : NO;
      }),
  };
}

function hitsIn(
  found: SearchedSbom,
  { judged }: Searched,
  { query, subject, facts, accepting }: Asking,
): Match[] {
  if (!isOurs(found)) return [];
  const places = judged === facts.root ? [judged] : [judged, facts.root];
  const digests = places.map(({ digest }) => digest);
  return found.matches.flatMap(({ question, match, verdict }): Match[] => {
    if (verdict.is !== 'affected' || match.doubt !== null) return [];
    const word = wordOf(found, subject, accepting);
    const component = matchedComponent(match, verdict.fixedIn, word);
    return [
      {
        query,
        asked: question.asked,
        found: [component.name, component.version].filter((part) => part !== null).join(' '),
        at: placeName(judged, facts),
        evidence: found.evidence(),
        manifest: judged.digest,
        component,
        vex:
          question.names.length === 0
            ? null
            : vexWord(places, authoritiesOf(subject), {
                names: question.names,
                purl: component.purl,
                digests,
              }),
      },
    ];
  });
}

function matchedComponent(
  { component, version }: ComponentMatch,
  fixedIn: string | null,
  sbom: SbomWord,
): MatchedComponent {
  const { purl, source, locations, layer } = component;
  const parsed = purl === null ? null : parsePackageUrl(purl);
  return {
    name: parsed ? wholeName(parsed.type, parsed.namespace, parsed.name) : (component.name ?? ''),
    purl,
    version: component.version ?? version,
    source: source?.name ?? null,
    location: locations[0] ?? null,
    locations,
    layer,
    layers: [],
    origin: 'unknown',
    originReason: NO_LAYER,
    base: null,
    fixedIn,
    sbom,
  };
}

function wordOf({ contents, claim, selfMade }: ImageSbom, subject: Subject, accepting: Accepting): SbomWord {
  const signed = claim !== null && accepts([claim], subject, accepting) ? 'accepted' : 'signed';
  return {
    standing: selfMade !== null ? 'selfMade' : claim === null ? 'unsigned' : signed,
    signer: selfMade ?? (claim && describeSigner(claim.signer)),
    format: contents.format,
    created: contents.created,
  };
}
