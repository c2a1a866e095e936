/** The component of an SBOM that was asked for, as a report shows it. */
export interface MatchedComponent {
  /** The whole name, as its ecosystem writes it. */
  readonly name: string;
  readonly purl: string | null;
  readonly version: string | null;
  /** The source package by which it was found or is known; null where the SBOM names none. */
  readonly source: string | null;
  /** The first of `locations`. */
  readonly location: string | null;
  /** Paths in the image. */
  readonly locations: readonly string[];
  /** The layer that it came with, by the digest of its contents (diff ID): the first of `layers`. */
  readonly layer: string | null;
  readonly layers: readonly ComponentLayer[];
  /** Whose layers these are, where all are of one. */
  readonly origin: Origin;
  /** Why that is not known; null where it is. */
  readonly originReason: string | null;
  /** The base image, as the layers prove it: `docker.io/library/debian@sha256:…`. */
  readonly base: string | null;
  /** The first version that has the fix, as far as the question knows one. */
  readonly fixedIn: string | null;
  /** Whose word it is. */
  readonly sbom: SbomWord;
}

type Origin = 'base' | 'application' | 'unknown';

/** A layer in which a component is. */
export interface ComponentLayer {
  /** The digest of its contents (diff ID). */
  readonly digest: string;
  /** Its place from the bottom, which is 0; null where the image does not have it, or its layers are not known. */
  readonly index: number | null;
  /** The step of the build that made it, as the builder says. */
  readonly createdBy: string | null;
  readonly origin: Origin;
}

/** Who says what an image contains. `accepted`: an authority of the policy; `unsigned`: nobody, or nobody that can be verified; `selfMade`: the user's own scanner, just now. */
export interface SbomWord {
  readonly standing: 'accepted' | 'signed' | 'unsigned' | 'selfMade';
  readonly signer: string | null;
  /** `cyclonedx 1.6` */
  readonly format: string;
  readonly created: string | null;
}
