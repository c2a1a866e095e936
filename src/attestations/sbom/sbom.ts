import { SBOM_COMPONENTS } from '../../limits.ts';
import { type Reading, read, unreadable } from '../reading.ts';
import type { SbomFormat } from './predicate-types.ts';

/** A package that an SBOM lists. Files are none. */
export interface Component {
  readonly name: string | null;
  readonly version: string | null;
  readonly supplier: string | null;
  /** The package URL as it was written, valid or not. */
  readonly purl: string | null;
  /** Whether it has an identifier that means something outside the document: package URL, CPE, SWID tag or content hash. */
  readonly identified: boolean;
  /** Whether the document relates it to anything. */
  readonly related: boolean;
}

/** What an SBOM says, whatever its format. */
export interface Sbom {
  readonly format: SbomFormat;
  readonly specVersion: string;
  /** The packages in what it describes. What it describes itself is none of them. */
  readonly components: readonly Component[];
  readonly created: Date | null;
  /** The program that wrote it. */
  readonly tool: string | null;
  /** Who had it written: a person or organisation. */
  readonly author: string | null;
  /** Digests (`sha256:…`) of the image that it says it describes; empty if it does not say. */
  readonly describes: readonly string[];
}

/** A package as a document lists it, before what the document describes is told from what is in it. */
export interface ListedPackage {
  readonly id: string;
  readonly component: Component;
  /** The image's digests if this package is a container image; null if it is none. */
  readonly image: readonly string[] | null;
}

/**
 * Tells the image from the packages in it. Formats without a place of its own for what is described list it among the
 * packages: it is the only one described, or one that is described and an image. Several described packages that are
 * no images are packages in an image that has no entry.
 */
export function imageAndComponents(
  packages: readonly ListedPackage[],
  describedIds: ReadonlySet<string>,
): { components: readonly Component[]; describes: readonly string[] } {
  const described = packages.filter(({ id }) => describedIds.has(id));
  const roots = new Set(described.length === 1 ? described : described.filter(({ image }) => image !== null));
  return {
    components: packages.filter((one) => !roots.has(one)).map(({ component }) => component),
    describes: [...new Set([...roots].flatMap(({ image }) => image ?? []))],
  };
}

/** Refuses a document with more packages than any image has. */
export function withinLimit(sbom: Sbom): Reading<Sbom> {
  return sbom.components.length > SBOM_COMPONENTS ? tooManyComponents() : read(sbom);
}

/** Why a document with more packages than any image has is not read. */
export function tooManyComponents(): { readonly ok: false; readonly message: string } {
  return unreadable(`it lists more than ${SBOM_COMPONENTS} components (limit SBOM_COMPONENTS)`);
}
