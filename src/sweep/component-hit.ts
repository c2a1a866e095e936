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
  /** The layer that it came with, by the digest of its contents (diff ID). */
  readonly layer: string | null;
  /** Whether that layer is one of the base image's. */
  readonly origin: 'base' | 'application' | 'unknown';
  /** The first version that has the fix, as far as the question knows one. */
  readonly fixedIn: string | null;
  /** Whose word it is. */
  readonly sbom: SbomWord;
}

/** Who says what an image contains. `accepted`: an authority of the policy; `unsigned`: nobody, or nobody that can be verified; `selfMade`: the user's own scanner, just now. */
export interface SbomWord {
  readonly standing: 'accepted' | 'signed' | 'unsigned' | 'selfMade';
  readonly signer: string | null;
  /** `cyclonedx 1.6` */
  readonly format: string;
  readonly created: string | null;
}
