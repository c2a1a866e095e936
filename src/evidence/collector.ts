import type { Fault } from '../reasons.ts';
import type { ImageManifest, Registry } from '../registry/registry.ts';
import type { SbomSource } from '../registry/saved-sboms.ts';

/**
 * How the bytes of a piece of evidence are to be read:
 * - `sigstore-bundle`: a Sigstore bundle (protobuf-specs, sigstore_bundle.proto) as JSON
 * - `simple-signing`: a payload whose signature stands in the layer's annotations (cosign's SIGNATURE_SPEC.md)
 * - `dsse-envelope`: a DSSE envelope whose certificate and log entry stand in the layer's annotations (cosign's ATTESTATION_SPEC.md)
 * - `notation`: a Notary Project signature
 * - `sbom`: an SBOM by itself, which nobody has signed
 * - `statement`: an in-toto statement by itself, as BuildKit attaches them, which nobody has signed
 */
export type EvidenceFormat =
  | 'sigstore-bundle'
  | 'simple-signing'
  | 'dsse-envelope'
  | 'notation'
  | 'sbom'
  | 'statement';

/** One piece of what is attached to an image: bytes that hash to `digest`, not yet judged. */
export interface Evidence {
  readonly format: EvidenceFormat;
  readonly digest: string;
  /** The digest of the manifest that it is attached to, which it has to be bound to. */
  readonly subject: string;
  /** Where it was found, as a person would fetch it: `ghcr.io/acme/cart@sha256:…` or `ghcr.io/acme/cart:sha256-….sig`. */
  readonly location: string;
  readonly bytes: Uint8Array;
  /** The payload that was taken out of `bytes`, where an envelope is large (packed-payload.ts). */
  readonly packed?: PackedPayload | undefined;
  /** The annotations of its layer. In the legacy layouts they carry signature, certificate and log entry. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The repository in which an authority's signatures are kept apart, where it was found there; it counts for no other authority. */
  readonly signatureRepository?: string | undefined;
  /** Of an SBOM that lies in no registry: where it came from, in words. */
  readonly origin?: string | undefined;
  /** Why it could not be read although it is there; it has no bytes then. */
  readonly unread?: string | undefined;
  /** Of a Notary Project signature: what it hangs on, of which its specification prescribes the form. */
  readonly carrier?: Carrier | undefined;
}

/** The payload of an envelope, decoded, and where in the envelope its base64 stood. */
export interface PackedPayload {
  readonly payload: Buffer;
  readonly at: number;
}

/** The manifest that a Notary Project signature is the layer of, and the image that it is about, as the registry has it. */
export interface Carrier {
  readonly mediaType: string;
  readonly manifest: ImageManifest;
  readonly subject: { readonly mediaType: string; readonly size: number };
}

/** A place that could not be read, or something read there that is not what it must be. */
export interface EvidenceFault extends Fault {
  readonly subject: string;
  readonly location: string;
  /** As `Evidence` has it: what could not be read there is missing to nobody else. */
  readonly signatureRepository?: string | undefined;
}

export interface Collected {
  readonly evidence: readonly Evidence[];
  readonly faults: readonly EvidenceFault[];
}

/** Where evidence hangs. A collector downloads and records what failed; it never judges. */
export interface Collector {
  readonly name: string;
  /** The repository whose evidence it marks, if it collects from one that is kept apart. */
  readonly signatureRepository?: string | undefined;
  /** The place outside of registries that it looks in, so that what it finds there is saved by itself. */
  readonly outside?: SbomSource | undefined;
  /** The other repositories that it asks for what hangs on the images of this one. */
  readonly elsewhere?: ((repository: string) => readonly string[]) | undefined;
  collect(registry: Registry, repository: string, digest: string): Promise<Collected>;
}
