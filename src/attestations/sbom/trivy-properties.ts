import type { Draft } from './component.ts';
import { ecosystemOfType } from './ecosystem.ts';
import type { Component, Relationship, SourcePackage } from './sbom.ts';

/** What Trivy says of a package beside what the format has a place for. */
type TrivyFacts = Partial<Pick<Component, 'source' | 'layer' | 'ecosystem'>> & {
  readonly locations: readonly string[];
};

/**
 * Reads what Trivy writes as properties `aquasecurity:trivy:…` in CycloneDX and as annotations or attribution texts `…: value`
 * in SPDX; `of` is asked by the name behind those prefixes.
 */
export function trivyFacts(of: (name: string) => string | null): TrivyFacts {
  const path = of('FilePath') ?? of('PkgPath');
  const source = sourceOf(of);
  const layer = of('LayerDiffID') ?? of('LayerDigest');
  const type = of('PkgType');
  return {
    ...(source && { source }),
    ...(layer !== null && { layer }),
    ...(type !== null && { ecosystem: ecosystemOfType(type) }),
    locations: path === null ? [] : [fromRoot(path)],
  };
}

/** Trivy writes paths from the image's root without the root, as they stand in layers. */
export function fromRoot(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

/**
 * Reads what Trivy writes of a package as SPDX's `sourceInfo`: `built package from: openssl 3.0.11-1`, which is the only word on a
 * distribution's source there, or `package found in: usr/local/bin/cart`.
 */
export function trivySourceInfo(sourceInfo: string | null): Pick<TrivyFacts, 'source' | 'locations'> {
  const [, name, version] = /^built package from: (\S+)(?: (\S+))?$/.exec(sourceInfo ?? '') ?? [];
  const path = /^package found in: (.+)$/.exec(sourceInfo ?? '')?.[1];
  return {
    ...(name !== undefined && { source: { name, version: version ?? null } }),
    locations: path === undefined ? [] : [fromRoot(path)],
  };
}

/**
 * Says of packages without a place that they are in the program or lock file that needs them: Trivy lists those as applications,
 * `programs` by their ids, which depend on what is in them.
 */
export function placeInPrograms(
  programs: ReadonlyMap<string, string>,
  components: readonly Draft[],
  relationships: readonly Relationship[],
): void {
  if (programs.size === 0) return;
  const byId = new Map(components.map((component) => [component.id, component]));
  const needed = Map.groupBy(
    relationships.filter(({ kind }) => kind === 'dependsOn'),
    ({ from }) => from,
  );
  // Each package is gone through once, however many programs need it: the first says where it is.
  const seen = new Set<string>();
  for (const [program, path] of programs) {
    const within = [program];
    for (const id of within) {
      if (seen.has(id)) continue;
      seen.add(id);
      for (const { to } of needed.get(id) ?? []) within.push(to);
      const component = byId.get(id);
      if (component && id !== program && component.locations.length === 0)
        component.locations = [fromRoot(path)];
    }
  }
}

/** An RPM's release and epoch stand apart from its version. */
function sourceOf(of: (name: string) => string | null): SourcePackage | null {
  const name = of('SrcName');
  if (name === null) return null;
  const version = of('SrcVersion');
  if (version === null) return { name, version: null };
  const [release, epoch] = [of('SrcRelease'), of('SrcEpoch')];
  const released = release === null ? version : `${version}-${release}`;
  return { name, version: epoch === null || epoch === '0' ? released : `${epoch}:${released}` };
}
