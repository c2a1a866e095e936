import type { VersionVerdict } from '../osv/version-verdict.ts';
import type { Ecosystem } from '../versions/ecosystems.ts';
import type { ComponentList } from './component-list.ts';
import { type ComponentMatch, componentFinder } from './component-match.ts';
import type { ImageFacts } from './facts.ts';
import type { ImageSbom, ManifestSboms } from './image-sboms.ts';
import type { AskedPackage } from './package-name.ts';
import type { Subject } from './query.ts';
import type { Accepting } from './sbom-standing.ts';

/** A package, and which of its versions. */
export interface PackageQuestion {
  /** What was typed. */
  readonly asked: string;
  /** All names of the vulnerability that is asked for; none of a package. */
  readonly names: readonly string[];
  readonly package: AskedPackage;
  /** Whether a version is one of those; null for all that there are. `distro` is the component's release of a distribution. */
  readonly judge: ((ecosystem: Ecosystem, version: string, distro: string | null) => VersionVerdict) | null;
}

/** A component that has the name of a question's package, and what is said of its version. */
interface Searching {
  readonly question: PackageQuestion;
  readonly match: ComponentMatch;
  readonly verdict: VersionVerdict;
}

export interface SearchedSbom extends ImageSbom {
  readonly matches: readonly Searching[];
}

export interface Searched extends Omit<ManifestSboms, 'sboms'> {
  readonly sboms: readonly SearchedSbom[];
}

type Search = (components: ComponentList) => readonly Searching[];

/** Prepares a search for the packages of all questions. */
export function searchFor(questions: readonly PackageQuestion[]): Search {
  const finders = questions.map((question) => ({ question, find: componentFinder(question.package) }));
  return (components) =>
    finders.flatMap(({ question, find }) =>
      find(components).map((match) => ({ question, match, verdict: verdictOf(question, match) })),
    );
}

/** Searches all that is said of the contents of a manifest. */
export function searchManifest(manifest: ManifestSboms, search: Search): Searched {
  return {
    ...manifest,
    sboms: manifest.sboms.map((one) => ({ ...one, matches: search(one.contents.components) })),
  };
}

function verdictOf({ judge }: PackageQuestion, match: ComponentMatch): VersionVerdict {
  const { ecosystem, version, otherVersion, distro } = match;
  if (judge === null) return { is: 'affected', fixedIn: null };
  if (version === null) return { is: 'undetermined', why: 'its SBOM names no version of it' };
  if (ecosystem === null)
    return {
      is: 'undetermined',
      why: 'its SBOM does not say what kind of package it is, and so by which rules its version is read',
    };
  const verdict = judge(ecosystem, version, distro);
  if (otherVersion === null || judge(ecosystem, otherVersion, distro).is === verdict.is) return verdict;
  return {
    is: 'undetermined',
    why: `its SBOM says that it is ${version}, and ${otherVersion} in its package URL`,
  };
}

/** What an SBOM that is surely another image's lists is not in this one. */
export function isOurs({ other }: ImageSbom): boolean {
  return other?.reason !== 'SbomForOtherImage';
}

/** What is asked of one image of one container, and whose word counts. */
export interface Asking {
  readonly query: 'package' | 'vulnerability';
  readonly subject: Subject;
  readonly facts: ImageFacts;
  readonly accepting: Accepting;
}
