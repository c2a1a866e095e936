import { failed, ok, type Outcome } from '../reasons.ts';
import { formatPlatform, runnableChildren, selectPlatform } from './platform.ts';
import { formatReference, pullTag, type ImageReference } from './reference.ts';
import type { Descriptor, Manifest, Platform, Registry } from './registry.ts';

interface ResolvedChild {
  readonly digest: string;
  readonly platform: Platform | null;
}

export interface ResolvedImage {
  readonly reference: ImageReference;
  /** What the reference resolves to: an index or a manifest. */
  readonly digest: string;
  readonly manifest: Manifest;
  /** What may run out of an index; empty where `manifest` is no index. */
  readonly children: readonly ResolvedChild[];
  /** The digests of all that may run out of an index, whatever platform was asked for. */
  readonly runnable: readonly string[];
}

/**
 * Finds out what a reference stands for, once: a digest decides alone, and a tag beside it is not asked for, as runtimes do it.
 * `platform` restricts the children of an index.
 */
export async function resolveImage(
  registry: Registry,
  reference: ImageReference,
  platform: Platform | null,
): Promise<Outcome<ResolvedImage>> {
  const found = await fetchReferenced(registry, reference);
  if (!found.ok) return found;
  if (found.value === null) return notFound(reference);
  const children = childrenFor(found.value, platform);
  if (children === null) return platformNotFound(reference, found.value, platform);
  const { content } = found.value;
  const runnable = content.kind === 'index' ? runnableChildren(content).map(({ digest }) => digest) : [];
  return ok({
    reference,
    digest: found.value.digest,
    manifest: found.value,
    children,
    runnable: [...new Set(runnable)],
  });
}

function fetchReferenced(registry: Registry, reference: ImageReference): Promise<Outcome<Manifest | null>> {
  const { repository, digest } = reference;
  return digest === null
    ? registry.tag(repository, pullTag(reference) ?? 'latest')
    : registry.manifest(repository, digest);
}

/** `null` where the index has nothing for this platform. */
function childrenFor(manifest: Manifest, platform: Platform | null): readonly ResolvedChild[] | null {
  const { content } = manifest;
  if (content.kind === 'manifest') return [];
  const descriptors = platform === null ? runnableChildren(content) : selectPlatform(content, platform);
  if (platform !== null && descriptors.length === 0) return null;
  return [...new Map(descriptors.map((child) => [child.digest, resolvedChild(child)])).values()];
}

function resolvedChild(child: Descriptor): ResolvedChild {
  return { digest: child.digest, platform: child.platform ?? null };
}

function notFound(reference: ImageReference): Outcome<never> {
  return failed(
    'ImageNotFound',
    `${reference.registry} has no image ${formatReference(reference)}, or does not show it with these credentials`,
    `check how the reference is written, and that the credentials for ${reference.registry} may read ${reference.path}`,
  );
}

function platformNotFound(
  reference: ImageReference,
  manifest: Manifest,
  platform: Platform | null,
): Outcome<never> {
  const { content } = manifest;
  const offered =
    content.kind === 'index' ? runnableChildren(content).flatMap((child) => child.platform ?? []) : [];
  const list = [...new Set(offered.map(formatPlatform))].sort().join(', ');
  return failed(
    'PlatformNotFound',
    `${formatReference(reference)} (${manifest.digest}) has no image for ${platform === null ? 'any platform' : formatPlatform(platform)}; it has ${list === '' ? 'none' : list}`,
    'ask for one of the platforms that the image has, or build it for this one',
  );
}
