import type { Descriptor, ImageIndex, Platform } from './registry.ts';

/** BuildKit's mark of an attestation that lies in an index beside the image that it describes. */
const BUILDKIT_REFERENCE = 'vnd.docker.reference.type';

/** GOARCH names for what `uname` and older builders write (containerd, platforms/database.go). */
const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'amd64'],
  ['x86-64', 'amd64'],
  ['aarch64', 'arm64'],
  ['i386', '386'],
  ['i686', '386'],
  ['armhf', 'arm'],
]);

/** The variant that an architecture has where none is written. */
const IMPLIED_VARIANT: ReadonlyMap<string, number> = new Map([
  ['arm64', 8],
  ['arm', 7],
  ['amd64', 1],
]);

/**
 * The children of an index that a runtime may start. `unknown/unknown` is what no node is. BuildKit's annotation alone hides nothing
 * that names a platform: runtimes do not look at it, so such a child would run unseen.
 */
export function runnableChildren(index: ImageIndex): readonly Descriptor[] {
  return index.manifests.filter((child) => {
    const { platform } = child;
    if (platform === undefined) return child.annotations?.[BUILDKIT_REFERENCE] === undefined;
    return platform.os !== 'unknown' || platform.architecture !== 'unknown';
  });
}

/**
 * The runnable children that a node of this platform may start. Without a wanted variant all variants are given, since a node does
 * not tell its own. A lower variant stands in where the wanted one is absent, and a child without a platform where no child fits: its
 * config decides then.
 */
export function selectPlatform(index: ImageIndex, wanted: Platform): readonly Descriptor[] {
  const runnable = runnableChildren(index);
  const fitting = runnable.filter((child) => child.platform !== undefined && fits(child.platform, wanted));
  if (fitting.length === 0) return runnable.filter((child) => child.platform === undefined);
  if (wanted.variant === undefined || wanted.variant === '') return fitting;
  const best = Math.max(
    ...fitting.map((child) => (child.platform === undefined ? 0 : level(child.platform))),
  );
  return fitting.filter((child) => child.platform !== undefined && level(child.platform) === best);
}

/** `linux/arm64/v8`, as docker writes platforms. */
export function formatPlatform(platform: Platform): string {
  const variant = platform.variant === undefined || platform.variant === '' ? '' : `/${platform.variant}`;
  return `${platform.os}/${platform.architecture}${variant}`;
}

/** Reads `linux/amd64` or `linux/arm64/v8`; null for what is no platform. */
export function parsePlatform(text: string): Platform | null {
  const [os, architecture, variant, ...more] = text.split('/');
  if (!os || !architecture || variant === '' || more.length > 0) return null;
  return variant === undefined ? { os, architecture } : { os, architecture, variant };
}

function fits(offered: Platform, wanted: Platform): boolean {
  if (offered.os.toLowerCase() !== wanted.os.toLowerCase()) return false;
  if (architecture(offered) !== architecture(wanted)) return false;
  return wanted.variant === undefined || wanted.variant === '' || level(offered) <= level(wanted);
}

function architecture(platform: Platform): string {
  const name = platform.architecture.toLowerCase();
  return ARCHITECTURES.get(name) ?? name;
}

/** `v7` is 7; what is not written is what the architecture implies. */
function level(platform: Platform): number {
  const digits = /^v?(\d+)/.exec(platform.variant ?? '')?.[1];
  return digits === undefined ? (IMPLIED_VARIANT.get(architecture(platform)) ?? 0) : Number(digits);
}
