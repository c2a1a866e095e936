import type { Outcome } from '../reasons.ts';

/** An OCI content descriptor (image-spec, descriptor.md). `data` is the blob itself, base64, where the registry sent it along. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly platform?: Platform | undefined;
  readonly data?: string | undefined;
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}

/** An OCI image manifest or Docker v2 schema 2 manifest (image-spec, manifest.md). */
export interface ImageManifest {
  readonly kind: 'manifest';
  readonly artifactType?: string | undefined;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** An OCI image index or Docker manifest list (image-spec, image-index.md). */
export interface ImageIndex {
  readonly kind: 'index';
  readonly artifactType?: string | undefined;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** A manifest whose bytes hash to `digest`. */
export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
  /** What was hashed: signers and other readers see these bytes, not what was read out of them. */
  readonly bytes: Uint8Array;
  readonly content: ImageManifest | ImageIndex;
}

/** How the referrers of a digest were found: by the API, or by the fallback tag of registries that lack it. */
export interface Referrers {
  readonly via: 'api' | 'tag';
  readonly descriptors: readonly Descriptor[];
}

/**
 * What an auditor asks of a registry, be it behind HTTP or in an OCI layout on disk. `repository` is the full name,
 * registry included: `ghcr.io/acme/cart`, `docker.io/library/nginx`. Every answer is hashed before it is parsed; what could
 * not be had is a fault, and "the registry says that there is none" is `null` or an empty list: the two are never mixed.
 */
export interface Registry {
  /** The manifest that a tag points at, or `null` if the registry says that there is no such tag. */
  tag(repository: string, tag: string): Promise<Outcome<Manifest | null>>;
  /** The manifest with this digest, or `null` if the registry says that it has none. */
  manifest(repository: string, digest: string): Promise<Outcome<Manifest | null>>;
  /** All manifests whose `subject` is this digest (distribution-spec, "Listing Referrers"). */
  referrers(repository: string, digest: string): Promise<Outcome<Referrers>>;
  /** A blob's bytes, at most `limit` of them. A missing blob is a fault: a manifest has promised it. */
  blob(repository: string, descriptor: Descriptor, limit: number): Promise<Outcome<Uint8Array>>;
  /** The hosts that were contacted, sorted. */
  hosts(): readonly string[];
  /** Closes connections. */
  close(): Promise<void>;
}
