import { PackageURL } from 'packageurl-js';
import type { SourcePackage } from './sbom.ts';

/** A package URL's parts, normalised by its type's rules (package-url/purl-spec). */
export interface PackageUrl {
  readonly type: string;
  /** A group, scope or distribution: `org.apache.logging.log4j`, `@babel`, `debian`. */
  readonly namespace: string | null;
  readonly name: string;
  readonly version: string | null;
  readonly qualifiers: Readonly<Record<string, string>>;
  /** Where in the package. */
  readonly subpath: string | null;
}

/** Takes a package URL apart; null if it is none. */
export function parsePackageUrl(text: string): PackageUrl | null {
  try {
    const { type, namespace, name, version, qualifiers, subpath } = PackageURL.fromString(text);
    if (!type || !name) return null;
    return {
      type: type.toLowerCase(),
      namespace: namespace ?? null,
      name,
      version: version ?? null,
      qualifiers: { ...qualifiers },
      subpath: subpath ?? null,
    };
  } catch {
    return null;
  }
}

/** `<name>-<version>-<release>.src.rpm`: RPM's file names; neither version nor release has a hyphen. */
const SOURCE_RPM = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/;

/**
 * The source package in the qualifier `upstream`, as Syft writes it: `openssl`, `openssl@3.0.2-1` or, of an RPM, the file
 * name of its source.
 */
export function sourceOfPurl({ qualifiers }: PackageUrl): SourcePackage | null {
  const upstream = qualifiers['upstream'] ?? '';
  if (upstream === '') return null;
  const [, rpm, release] = SOURCE_RPM.exec(upstream) ?? [];
  if (rpm !== undefined && release !== undefined) return { name: rpm, version: release };
  const at = upstream.indexOf('@', 1);
  if (at === -1) return { name: upstream, version: null };
  return { name: upstream.slice(0, at), version: upstream.slice(at + 1) || null };
}
