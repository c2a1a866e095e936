import { parsePackageUrl, type PackageUrl } from '../attestations/sbom/package-url.ts';
import { type Ecosystem, ecosystemsOfType } from '../versions/ecosystems.ts';
import { vendorsOf } from './distributions.ts';
import { doubtfulName } from './doubtful-name.ts';
import { moduleName, namedWithin } from './go-module.ts';
import {
  type AskedPackage,
  DISTRIBUTIONS,
  kindOf,
  lastPart,
  nameKey,
  searchKey,
  spelled,
  wholeName,
} from './package-name.ts';
import type { ComponentFacts, ComponentList } from './component-list.ts';

/** That a component is a package that is asked for. */
export interface ComponentMatch {
  readonly component: ComponentFacts;
  /** By whose rules its version is read; null where nobody says what kind of package it is. */
  readonly ecosystem: Ecosystem | null;
  /** Its version, or that of the source package by which it was found; null where there is none. */
  readonly version: string | null;
  /** The version in its package URL, where that is another one; null where it is not. */
  readonly otherVersion: string | null;
  /** Its release of a distribution; null where nothing says, or it contradicts itself. */
  readonly distro: string | null;
  /** Why it may be another package all the same; null where it is surely this one. */
  readonly doubt: string | null;
}

/** Finds components by the name of a package, or by that of the package that a distribution built them from. */
export function componentFinder(
  asked: AskedPackage,
): (components: ComponentList) => readonly ComponentMatch[] {
  const keys = [asked.name, ...namedWithin(asked)].map(searchKey);
  // Nearly all are something else, which is seen without taking their package URLs apart.
  return (components) =>
    [...new Set(keys.flatMap(components.named))].flatMap((component) => matchOf(component, asked) ?? []);
}

function matchOf(component: ComponentFacts, asked: AskedPackage): ComponentMatch | null {
  const purl = component.purl === null ? null : parsePackageUrl(component.purl);
  const type = kindOf(purl?.type ?? component.ecosystem);
  const vendors = ecosystemsFor(component, purl, type);
  const [vendor = null] = vendors.length === 1 ? vendors : [];
  if (asked.ecosystems !== null && !maybeOf(asked.ecosystems, vendors, type)) return null;
  const found = namedBy(component, purl, type, asked);
  if (found === null) return null;
  return {
    component,
    ecosystem: vendor ?? ecosystemsOfType(type ?? '')[0] ?? null,
    ...versionOf(component, purl, found.by),
    distro: vendors.length > 1 ? null : component.distro,
    doubt: found.doubt,
  };
}

/** The ecosystems that a component says it is of: none where its type is unknown, or its distribution is none of those that are known. */
function ecosystemsFor(
  { distro }: ComponentFacts,
  purl: PackageUrl | null,
  type: string | null,
): readonly Ecosystem[] {
  const all = ecosystemsOfType(type ?? '');
  return type === null || all.length <= 1 ? all : vendorsOf(type, purl?.namespace ?? null, distro);
}

/** What is of no known kind may be of any; a distribution that is not known, of those that are asked for together. */
function maybeOf(asked: readonly Ecosystem[], own: readonly Ecosystem[], type: string | null): boolean {
  if (own.length > 0) return own.some((one) => asked.includes(one));
  return type === null || asked.some(({ purlType }) => purlType === type);
}

interface Found {
  readonly by: 'name' | 'source';
  readonly doubt: string | null;
}

const BY_NAME: Found = { by: 'name', doubt: null };

function namedBy(
  component: ComponentFacts,
  purl: PackageUrl | null,
  type: string | null,
  asked: AskedPackage,
): Found | null {
  const { name, source } = component;
  const wanted = nameKey(type, spelled(asked.name, type));
  const whole = purl === null ? name : wholeName(purl.type, purl.namespace, purl.name);
  // Without another one named, the source package has the name of what is built from it (Debian Policy 5.6.1).
  if (asked.ofSource && source !== null)
    return nameKey(type, source.name) === wanted ? { by: 'source', doubt: null } : null;
  if (whole !== null && isNamed(whole, wanted, type, asked)) return BY_NAME;
  if (type !== null && DISTRIBUTIONS.has(type) && source !== null && nameKey(type, source.name) === wanted)
    return { by: 'source', doubt: null };
  const doubt = doubtfulName({ component, purl, type, whole, asked });
  return doubt === null ? null : { by: 'name', doubt };
}

function isNamed(whole: string, wanted: string, type: string | null, asked: AskedPackage): boolean {
  if (nameKey(type, spelled(whole, type)) === wanted) return true;
  const isShort = lastPart(asked.name) === asked.name;
  if (type === 'golang' && !asked.exact) {
    // Each major version of a module has a path of its own, and to who asks for the module it is one of its versions.
    const path = nameKey(type, moduleName(whole));
    return path === wanted || (isShort && lastPart(path) === wanted);
  }
  // Of these the name alone says what it is, and what is before it where it comes from.
  return isShort && SHORT_NAMED.has(type) && nameKey(type, lastPart(whole)) === wanted;
}

/** npm's names are no shorter than they are: `core` is another package than `@babel/core`. */
const SHORT_NAMED: ReadonlySet<string | null> = new Set([
  null,
  'maven',
  'golang',
  'composer',
  'swift',
  'conan',
]);

/** With the epoch, which package URLs of RPM and Debian have in a qualifier. */
function versionOf(
  { version, source, ecosystem }: ComponentFacts,
  purl: PackageUrl | null,
  by: Found['by'],
): Pick<ComponentMatch, 'version' | 'otherVersion'> {
  // What a source RPM is called has no epoch.
  const ofSource = by === 'source' && ecosystem !== 'rpm' ? source?.version : null;
  if (ofSource) return { version: ofSource, otherVersion: null };
  const stated = purl?.version || null;
  const own = withEpoch(version ?? stated, purl);
  const other = withEpoch(stated, purl);
  return { version: own, otherVersion: other === own ? null : other };
}

function withEpoch(text: string | null, purl: PackageUrl | null): string | null {
  const epoch = purl?.qualifiers['epoch'];
  const lacks = text !== null && epoch !== undefined && /^\d+$/.test(epoch) && !/^\d+:/.test(text);
  return lacks ? `${epoch}:${text}` : text;
}
