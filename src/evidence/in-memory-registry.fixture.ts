import { failed, type Fault, ok } from '../reasons.ts';
import { digestOf } from '../registry/digest.ts';
import { OCI_MANIFEST, parseManifest } from '../registry/manifest.ts';
import type { Descriptor, Manifest, Registry } from '../registry/registry.ts';

/** A registry in memory to which a test attaches what it likes, and which fails where the test says. */
export interface InMemoryRegistry extends Registry {
  /** Pushes a manifest with these layers; one that refers to `subject` is listed as its referrer, one with a tag is found under it. */
  push(repository: string, artifact: Artifact): string;
  /** Whatever this repository is asked from now on fails. */
  fail(repository: string, fault: Fault): void;
  /** Every question so far, as `referrers ghcr.io/acme/cart`. */
  readonly asked: readonly string[];
}

interface Artifact {
  readonly artifactType?: string;
  readonly configType?: string;
  readonly layers: readonly Layer[];
  readonly subject?: string;
  readonly tag?: string;
}

interface Layer {
  readonly mediaType: string;
  readonly text: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** What the descriptor carries in place of the blob. */
  readonly data?: string;
}

export function inMemoryRegistry(): InMemoryRegistry {
  const manifests = new Map<string, Manifest>();
  const tags = new Map<string, Manifest>();
  const listed = new Map<string, Descriptor[]>();
  const blobs = new Map<string, Uint8Array>();
  const faults = new Map<string, Fault>();
  const asked: string[] = [];

  const answer = async <T>(question: string, repository: string, value: () => T) => {
    asked.push(`${question} ${repository}`);
    const fault = faults.get(repository);
    return Promise.resolve(fault ? ({ ok: false, fault } as const) : ok(value()));
  };
  return {
    asked,
    push(repository, { artifactType, configType, layers, subject, tag }) {
      const described = layers.map(({ mediaType, text, annotations, data }) => {
        const bytes = Buffer.from(text);
        const digest = digestOf(bytes);
        if (data === undefined) blobs.set(`${repository}@${digest}`, bytes);
        const carried = data === undefined ? {} : { data: Buffer.from(data).toString('base64') };
        return { mediaType, digest, size: bytes.length, ...(annotations && { annotations }), ...carried };
      });
      const config = {
        mediaType: configType ?? 'application/vnd.oci.empty.v1+json',
        digest: digestOf(Buffer.from('{}')),
        size: 2,
      };
      const bytes = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: OCI_MANIFEST,
          artifactType,
          config,
          layers: described,
          ...(subject && { subject: { mediaType: OCI_MANIFEST, digest: subject, size: 2 } }),
        }),
      );
      const manifest = parseManifest(bytes, OCI_MANIFEST, null);
      if (!manifest.ok) throw new Error(manifest.fault.message);
      const { digest, size, mediaType } = manifest.value;
      manifests.set(`${repository}@${digest}`, manifest.value);
      if (tag !== undefined) tags.set(`${repository}:${tag}`, manifest.value);
      if (subject !== undefined) {
        const key = `${repository}@${subject}`;
        listed.set(key, [...(listed.get(key) ?? []), { mediaType, digest, size }]);
      }
      return digest;
    },
    fail: (repository, fault) => void faults.set(repository, fault),
    tag: (repository, tag) => answer('tag', repository, () => tags.get(`${repository}:${tag}`) ?? null),
    manifest: (repository, digest) =>
      answer('manifest', repository, () => manifests.get(`${repository}@${digest}`) ?? null),
    referrers: (repository, digest) =>
      answer('referrers', repository, () => ({
        via: 'api' as const,
        descriptors: listed.get(`${repository}@${digest}`) ?? [],
      })),
    async blob(repository, descriptor) {
      asked.push(`blob ${repository}`);
      const bytes = blobs.get(`${repository}@${descriptor.digest}`);
      return Promise.resolve(bytes ? ok(bytes) : failed('RegistryError', 'the blob is not there'));
    },
    hosts: () => [],
    close: () => Promise.resolve(),
  };
}
