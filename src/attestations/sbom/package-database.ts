/**
 * Files in which a package manager keeps all packages together. Each installation writes them anew, so that the layer which has them last
 * is that of the last installation, and of the other packages in them says only that they came no later.
 */
const DATABASES =
  /^\/?(?:var\/lib\/dpkg\/status|(?:usr\/)?lib\/apk\/db\/installed|(?:var\/lib|usr\/share|usr\/lib\/sysimage)\/rpm\/[^/]+)$/;

/** Whether a path in an image is that of such a file. */
export function isPackageDatabase(path: string): boolean {
  return DATABASES.test(path);
}

/** A path of a package, and the layer that has it. */
interface Placed {
  readonly path: string | null;
  readonly layer: string | null;
}

/** The layer that a package came with: that of a file of its own, if one is named. */
export function layerOf(places: readonly Placed[]): string | null {
  const known = places.filter(({ layer }) => layer !== null);
  const own = known.find(({ path }) => path !== null && !isPackageDatabase(path));
  return (own ?? known[0])?.layer ?? null;
}
