import { ecosystemsOfType, type Ecosystem } from '../versions/ecosystems.ts';
import { DISTRIBUTIONS } from './package-name.ts';
import type { ComponentFacts } from './component-list.ts';

/**
 * Of the ecosystems that share a type of packages those that a component says it is of, by the namespace of its package URL or its
 * release of a distribution: two where these contradict each other, none where they say nothing that is known.
 */
export function vendorsOf(
  type: string,
  namespace: string | null,
  distro: string | null,
): readonly Ecosystem[] {
  const own = new Set([namespace?.toLowerCase(), vendorIn(distro)]);
  return ecosystemsOfType(type).filter(({ vendors }) => vendors.some((vendor) => own.has(vendor)));
}

/** `debian` of `debian-12`. */
function vendorIn(distro: string | null): string | undefined {
  return /^[a-z-]+(?=-\d|$)/.exec(distro ?? '')?.[0];
}

/** The distributions whose packages are among components, by the names of their ecosystems, or as they are called where they are unknown. */
export function distributionsIn(
  components: Iterable<Pick<ComponentFacts, 'ecosystem' | 'purl' | 'distro'>>,
): readonly string[] {
  const stated = new Map<string, readonly [string, string | null, string | null]>();
  for (const { ecosystem, purl, distro } of components) {
    if (ecosystem === null || !DISTRIBUTIONS.has(ecosystem)) continue;
    const namespace = /^pkg:\/*[^/]+\/+([^/@?#]+)\//i.exec(purl ?? '')?.[1] ?? null;
    stated.set(`${ecosystem} ${namespace} ${distro}`, [ecosystem, namespace, distro]);
  }
  const names = [...stated.values()].flatMap(([type, namespace, distro]) => {
    const known = vendorsOf(type, namespace, distro).map(({ name }) => name);
    return known.length > 0 ? known : [namespace ?? vendorIn(distro) ?? type];
  });
  return [...new Set(names)].toSorted();
}

/** Fewer packages of a distribution may all be built from a source of their own name; among as many as an image has some are not. */
const MANY = 10;

/** Whether components are of a distribution and none names the source package that it was built from, as advisories do. */
export function isSourceless(components: Iterable<Pick<ComponentFacts, 'ecosystem' | 'source'>>): boolean {
  let count = 0;
  for (const { ecosystem, source } of components) {
    if (ecosystem === null || !DISTRIBUTIONS.has(ecosystem)) continue;
    if (source !== null) return false;
    count += 1;
  }
  return count >= MANY;
}
