import { type Reading, read, unreadable } from '../attestations/reading.ts';
import { parsePackageUrl } from '../attestations/sbom/package-url.ts';
import { quoted } from '../attestations/quoted.ts';
import { type Ecosystem, ecosystemsOfType, findEcosystems } from '../versions/ecosystems.ts';
import { moduleName } from './go-module.ts';

/** A package that is asked for. */
export interface AskedPackage {
  /** Any of these; null for any at all. */
  readonly ecosystems: readonly Ecosystem[] | null;
  /** As its ecosystem writes it in whole: `group:artifact`, `@scope/name`, `vendor/name`, a module's path; or less of it. */
  readonly name: string;
  /** The one version of a package URL that has one. */
  readonly version: string | null;
  /** Whether it is the package that a distribution builds from, and no binary package of that name. */
  readonly ofSource: boolean;
  /** Whether the name is that of one package alone, as advisories write it, and not what somebody calls it. */
  readonly exact: boolean;
}

/**
 * Reads `NAME`, `group:artifact`, `@scope/name` or a package URL. `ecosystems` are those of `--ecosystem`; a name that says itself
 * what it is has to agree.
 */
export function readPackageName(
  text: string,
  ecosystems: readonly Ecosystem[] | null,
): Reading<AskedPackage> {
  const shown = quoted(text);
  if (/^pkg:/i.test(text)) {
    const parsed = parsePackageUrl(text);
    if (parsed === null) return unreadable(`${shown} is no package URL, as pkg:maven/group/artifact@1.0`);
    const { type, namespace, name, version } = parsed;
    const known = ecosystemsOfType(type);
    const vendor = known.filter(({ vendors }) => vendors.includes(namespace?.toLowerCase() ?? ''));
    if (known.length === 0)
      return unreadable(`packages of type ${quoted(type)} have no rules for versions here`);
    const full = wholeName(type, namespace, name);
    return agreeing(text, vendor.length > 0 ? vendor : known, ecosystems, { name: full, version });
  }
  if (text === '' || /[\s*?<>=!,]|\/$/.test(text))
    return unreadable(
      `${shown} is no package's name; write all of it, as log4j-core, org.apache.logging.log4j:log4j-core, @babel/core or a package URL`,
    );
  if (/^@[^/@]+\/[^/@]+$/.test(text))
    return agreeing(text, findEcosystems('npm'), ecosystems, { name: text });
  if (/^[\w.-]+:[\w.-]+$/.test(text))
    return agreeing(text, findEcosystems('maven'), ecosystems, { name: text });
  if (/[:@]/.test(text))
    return unreadable(
      `${shown} is neither group:artifact nor @scope/name; versions are named with --from, --below, --through or --range`,
    );
  return read({ ecosystems, name: text, version: null, ofSource: false, exact: false });
}

function agreeing(
  text: string,
  own: readonly Ecosystem[],
  asked: readonly Ecosystem[] | null,
  { name, version = null }: { readonly name: string; readonly version?: string | null },
): Reading<AskedPackage> {
  const ecosystems = asked === null ? own : own.filter((one) => asked.includes(one));
  return ecosystems.length > 0
    ? read({ ecosystems, name, version, ofSource: false, exact: false })
    : unreadable(
        `${quoted(text)} is a package of ${own[0]?.name ?? 'another'}, and --ecosystem names another`,
      );
}

/** The whole name of a package as people write it, of the parts of its package URL. */
export function wholeName(type: string, namespace: string | null, name: string): string {
  // The namespace of a distribution's package is the distribution.
  if (namespace === null || DISTRIBUTIONS.has(type)) return name;
  return type === 'maven' ? `${namespace}:${name}` : `${namespace}/${name}`;
}

export const DISTRIBUTIONS: ReadonlySet<string> = new Set(['deb', 'apk', 'rpm']);

/** Types whose names tell one package from another in any case (package-url/purl-spec, and the ecosystems' own rules). */
const ANY_CASE = new Set([
  'npm',
  'pypi',
  'cargo',
  'golang',
  'composer',
  'nuget',
  'hex',
  'pub',
  'deb',
  'apk',
  'bitnami',
  'swift',
]);

/** Types that say nothing of what kind of package it is. */
const ANY_KIND: ReadonlySet<string> = new Set(['generic', 'swid', 'binary', 'unknown']);

/** What kind of package it is, by the type of its package URL; null where that says nothing. */
export function kindOf(type: string | null): string | null {
  return type === null || ANY_KIND.has(type) ? null : type;
}

/** Maven's names stand with a colon or, where they come out of paths, with a slash. */
export function spelled(name: string, type: string | null): string {
  return type === 'maven' || type === null ? name.replace('/', ':') : name;
}

/** A name in the one form in which names of its ecosystem are compared; null is an unknown type. */
export function nameKey(type: string | null, name: string): string {
  if (type === null || type === 'pypi') return roughKey(name);
  // crates.io takes both for one name.
  if (type === 'cargo') return name.toLowerCase().replaceAll('_', '-');
  return ANY_CASE.has(type) ? name.toLowerCase() : name;
}

/** A form in which names that are alike by any ecosystem's rules are alike (PyPA specifications, "Names and normalization"). */
function roughKey(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** The form of a name by which what goes by it is looked for. */
export function searchKey(name: string): string {
  return roughKey(lastPart(moduleName(name)));
}

/** All forms by which something of these names may be looked for. Most names of a component are the same. */
export function searchKeys(names: readonly string[]): readonly string[] {
  const lasts = new Set<string>();
  for (const name of names) {
    lasts.add(lastPart(name));
    if (MAJOR.test(name)) lasts.add(lastPart(moduleName(name)));
  }
  return [...lasts].map(roughKey);
}

/** Where a module's name may have its major version. */
const MAJOR = /[/.]v\d+$/;

/** The name in a package URL, with all that stands before it, be it one or not. It is not taken apart for that. */
export function nameInPurl(purl: string): string {
  const cut = purl.search(/[?#]/);
  const path = cut < 0 ? purl : purl.slice(0, cut);
  const end = path.indexOf('@', path.lastIndexOf('/') + 1);
  const name = end < 0 ? path : path.slice(0, end);
  return name.includes('%') ? decoded(name) : name;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What is behind a group, a vendor or a path. */
export function lastPart(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf(':')) + 1);
}
