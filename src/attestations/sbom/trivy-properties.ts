import { ecosystemOfType } from './ecosystem.ts';
import type { Component, SourcePackage } from './sbom.ts';

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
