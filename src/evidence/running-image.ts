import { failed, ok, type Fault, type Outcome } from '../reasons.ts';
import { runnableChildren, selectPlatform } from '../registry/platform.ts';
import { formatReference, type ImageReference, parseReference, pullTag } from '../registry/reference.ts';
import type { Descriptor, Manifest, Platform, Registry } from '../registry/registry.ts';
import type { ResolvedImage } from '../registry/resolve.ts';

/** What a cluster says of a running image. */
export interface RunningImage {
  readonly imageID: string;
  readonly digest: string | null;
  /** The repository that stands beside the digest, which may be another than that of the reference. */
  readonly repository: string | null;
  /** The digest of the image's configuration, where no other is said. */
  readonly config: string | null;
  /** The platforms of the nodes; empty where they are not known. */
  readonly platforms: readonly Platform[];
}

/** What a reference means now: the digest, and the digests of what may run out of it. */
export interface Meant {
  readonly digest: string;
  readonly children: readonly string[];
}

export interface ResolvedRunning {
  readonly resolved: ResolvedImage;
  /** What the reference means now; null where the registry says that there is no such thing. */
  readonly meant: Outcome<Meant | null>;
  /** Why an index around the image may have been missed; null where there is none to miss. */
  readonly missed: Fault | null;
}

/**
 * Finds the image that runs: its digest in the repository of the reference, else in the one that the cluster names beside it. An
 * index that the reference still leads to and that holds the running manifest speaks for it, as one speaks for its children. A
 * configuration's digest is held against those of the images that the reference means. Nothing is guessed: what is not found so
 * is not resolvable.
 */
export async function resolveRunning(
  registry: Registry,
  reference: ImageReference,
  running: RunningImage,
  platform: Platform | null,
): Promise<Outcome<ResolvedRunning>> {
  const named = await ask(registry, reference);
  const meant = named.ok ? ok(named.value && meaningOf(named.value)) : named;
  const platforms = platform === null ? running.platforms : [platform];
  if (running.digest === null) {
    const found = await byConfiguration(registry, reference, running, named, platforms);
    return found.ok ? ok({ resolved: found.value, meant, missed: null }) : found;
  }
  const found = await byDigest(registry, reference, running.digest, running, named);
  if (!found.ok) return found;
  const { manifest, of } = found.value;
  if (manifest.content.kind === 'index')
    return ok({ resolved: wholeIndex(of, manifest, childrenFor(manifest, platforms)), meant, missed: null });
  const around = named.ok && of.repository === reference.repository ? named.value : null;
  const child = around ? childOf(around, manifest.digest) : undefined;
  const resolved =
    around && child
      ? { ...wholeIndex(of, around, [child]), digest: manifest.digest }
      : { reference: of, digest: manifest.digest, manifest, children: [], runnable: [] };
  return ok({ resolved, meant, missed: named.ok ? null : named.fault });
}

function ask(registry: Registry, reference: ImageReference): Promise<Outcome<Manifest | null>> {
  const { repository, digest } = reference;
  return digest === null
    ? registry.tag(repository, pullTag(reference) ?? 'latest')
    : registry.manifest(repository, digest);
}

/** What a reference means: itself, and what may run out of it where it is an index. */
export function meaningOf({ digest, content }: Manifest): Meant {
  const children = content.kind === 'index' ? runnableChildren(content).map((child) => child.digest) : [];
  return { digest, children };
}

interface FoundManifest {
  readonly manifest: Manifest;
  /** The reference, with the repository in which it was found. */
  readonly of: ImageReference;
}

async function byDigest(
  registry: Registry,
  reference: ImageReference,
  digest: string,
  running: RunningImage,
  named: Outcome<Manifest | null>,
): Promise<Outcome<FoundManifest>> {
  const { repository } = reference;
  if (named.ok && named.value?.digest === digest) return ok({ manifest: named.value, of: reference });
  const here = await registry.manifest(repository, digest);
  if (!here.ok) return here;
  if (here.value !== null) return ok({ manifest: here.value, of: reference });
  const other = running.repository === null ? null : parseReference(running.repository);
  if (other?.ok && other.value.repository !== repository) {
    const { registry: host, path, repository: elsewhere } = other.value;
    const there = await registry.manifest(elsewhere, digest);
    if (there.ok && there.value !== null)
      return ok({ manifest: there.value, of: { ...reference, registry: host, path, repository: elsewhere } });
  }
  return notResolvable(reference, running, `the registry does not have ${digest}`);
}

/** A configuration names the content of all layers, so that an image with this one is the image that runs. */
async function byConfiguration(
  registry: Registry,
  reference: ImageReference,
  running: RunningImage,
  named: Outcome<Manifest | null>,
  platforms: readonly Platform[],
): Promise<Outcome<ResolvedImage>> {
  const { config } = running;
  if (config === null) return notResolvable(reference, running, 'it is in no form that is known');
  if (!named.ok) return named;
  if (named.value === null)
    return notResolvable(reference, running, 'the reference leads to nothing any more');
  const { content } = named.value;
  if (content.kind === 'manifest') {
    if (content.config.digest === config)
      return ok({
        reference,
        digest: named.value.digest,
        manifest: named.value,
        children: [],
        runnable: [],
      });
    return notResolvable(reference, running, `${formatReference(reference)} is another image now`);
  }
  let fault: Fault | null = null;
  for (const child of childrenFor(named.value, platforms)) {
    const manifest = await registry.manifest(reference.repository, child.digest);
    if (!manifest.ok) fault ??= manifest.fault;
    else if (manifest.value?.content.kind === 'manifest' && manifest.value.content.config.digest === config)
      return ok({ ...wholeIndex(reference, named.value, [child]), digest: child.digest });
  }
  if (fault) return { ok: false, fault };
  return notResolvable(reference, running, `${formatReference(reference)} is another image now`);
}

function wholeIndex(
  reference: ImageReference,
  manifest: Manifest,
  children: readonly Descriptor[],
): ResolvedImage {
  return {
    reference,
    digest: manifest.digest,
    manifest,
    children: children.map((child) => ({ digest: child.digest, platform: child.platform ?? null })),
    runnable: [...new Set(meaningOf(manifest).children)],
  };
}

/** The children of the nodes' platforms; all that may run where they are not known, or none is for them. */
function childrenFor({ content }: Manifest, platforms: readonly Platform[]): readonly Descriptor[] {
  if (content.kind !== 'index') return [];
  const fitting = platforms.map((platform) => selectPlatform(content, platform));
  const known = fitting.length > 0 && fitting.every((some) => some.length > 0);
  const children = known ? fitting.flat() : runnableChildren(content);
  return [...new Map(children.map((child) => [child.digest, child])).values()];
}

function childOf({ content }: Manifest, digest: string): Descriptor | undefined {
  return content.kind === 'index'
    ? runnableChildren(content).find((child) => child.digest === digest)
    : undefined;
}

function notResolvable(reference: ImageReference, { imageID }: RunningImage, why: string): Outcome<never> {
  return failed(
    'DigestNotResolvable',
    `digest not resolvable: ${formatReference(reference)} runs as ${imageID}, and ${why}`,
    'pull the image from its registry by digest, so that the node says which one runs',
  );
}
