import { SBOM_COMPONENTS } from '../../limits.ts';
import { InvalidDocument } from './json-document.ts';
import type { SbomFormat } from './predicate-types.ts';

/** The package that a distribution built a binary package from: advisories of distributions are about these. */
export interface SourcePackage {
  readonly name: string;
  /** As the distribution writes it, with epoch and release; null if the document names no version of the source. */
  readonly version: string | null;
}

/** A package that an SBOM lists. Files are none. */
export interface Component {
  /** The document's own id of it (SPDXID, bom-ref, Syft's id), which relationships refer to; null if it has none. */
  readonly id: string | null;
  /** The name as it is written; the purl has group and namespace. */
  readonly name: string | null;
  readonly version: string | null;
  readonly supplier: string | null;
  /** The package URL as it was written, valid or not. */
  readonly purl: string | null;
  /** The package URL's type in lower case (`npm`, `maven`, `deb` …), else what the tool says of it; null if nobody does. */
  readonly ecosystem: string | null;
  /** The package URL's qualifier `distro`: `debian-12`, `alpine-3.19.1`. */
  readonly distro: string | null;
  readonly source: SourcePackage | null;
  /** Paths in the image's file system. */
  readonly locations: readonly string[];
  /** The layer that it came with, as the tool names it: the digest of its contents (diff ID). */
  readonly layer: string | null;
  /** SPDX ids, expressions and names, as they are written. */
  readonly licences: readonly string[];
  /** `sha256:<hex>`: the algorithm in lower case and without a hyphen, but for SHA-3's. */
  readonly hashes: readonly string[];
  /** Whether it has an identifier that means something outside the document: package URL, CPE, SWID tag or content hash. */
  readonly identified: boolean;
  /** Whether the document relates it to anything. */
  readonly related: boolean;
}

/** That one component depends on or contains another; both by the document's own ids. They may form cycles. */
export interface Relationship {
  readonly kind: 'dependsOn' | 'contains';
  readonly from: string;
  readonly to: string;
}

/** A program that had a part in writing a document. */
export interface Tool {
  readonly name: string;
  readonly version: string | null;
}

/** What an SBOM says, whatever its format. */
export interface Sbom {
  readonly format: SbomFormat;
  /** As the specification writes it: `2.3`, `3.0.1`, `1.6`; of Syft its schema's. */
  readonly specVersion: string;
  /**
   * How many components a plain reading counts: packages of SPDX, with the one that stands for the image; everything
   * under `components` in CycloneDX, nested ones and files too; artifacts of Syft.
   */
  readonly listed: number;
  /** The packages in what it describes. What it describes itself is none of them, and files are none. */
  readonly components: readonly Component[];
  /**
   * What a search has to look at beside the components: what it describes itself, where that is a package and no image, and a package
   * once more for each further package URL that it has.
   */
  readonly besides: readonly Component[];
  /** Between components, and between what is described and them. Those with files are left out. */
  readonly relationships: readonly Relationship[];
  readonly created: Date | null;
  /** The programs that wrote it. */
  readonly tools: readonly Tool[];
  /** Who had it written: a person or organisation. */
  readonly author: string | null;
  /** From what, and when in the image's life, it says it was made: CycloneDX's lifecycles, SPDX 3's types of SBOM; null if it does not. */
  readonly context: string | null;
  /** Digests (`sha256:…`) of the image that it says it describes; empty if it does not say. */
  readonly describes: readonly string[];
  /** Package URL types that it can have seen: those it lists, and those that its tool says it looked for. */
  readonly ecosystems: readonly string[];
  /** The parts of its tool that looked for packages, as the document names them; empty if it does not. */
  readonly cataloguers: readonly string[];
  /** Whether it says itself that it is not complete. */
  readonly truncated: boolean;
  /** Why it is no list of all that an image contains, as a clause (`it is of …`); null where nothing says that. */
  readonly partial: string | null;
  /** What is wrong with it and yet lets it be read, each as a clause; a few of each kind. */
  readonly problems: readonly string[];
}

/** A package as a document lists it, before what the document describes is told from what is in it. */
export interface ListedPackage {
  readonly component: Component;
  /** The image's digests if this package is a container image; null if it is none. */
  readonly image: readonly string[] | null;
  /** The same package by its other package URLs. */
  readonly others: readonly Component[];
}

/**
 * Tells the image from the packages in it. Formats without a place of its own for what is described list it among the
 * packages: it is the only one described, or one that is described and an image. Several described packages that are
 * no images are packages in an image that has no entry.
 */
export function imageAndComponents(
  packages: readonly ListedPackage[],
  describedIds: ReadonlySet<string>,
): Pick<Sbom, 'components' | 'besides' | 'describes'> {
  const described = packages.filter(({ component }) => describedIds.has(component.id ?? ''));
  const roots = new Set(described.length === 1 ? described : described.filter(({ image }) => image !== null));
  return {
    components: packages.filter((one) => !roots.has(one)).map(({ component }) => component),
    besides: [
      ...[...roots].filter(({ image }) => image === null).map(({ component }) => component),
      ...packages.filter(({ image }) => image === null).flatMap(({ others }) => others),
    ],
    describes: [...new Set([...roots].flatMap(({ image }) => image ?? []))],
  };
}

/** The program's name and version as a person writes them; null of no tool. */
export function toolText(tools: readonly Tool[]): string | null {
  const [first] = tools;
  return first ? [first.name, first.version].filter((part) => part !== null).join(' ') : null;
}

/** Why a document with more packages than any image has is not read. */
export function tooManyComponents(): InvalidDocument {
  return new InvalidDocument(`it lists more than ${SBOM_COMPONENTS} components (limit SBOM_COMPONENTS)`);
}
