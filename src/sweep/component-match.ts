import { parsePackageUrl, type PackageUrl } from '../attestations/sbom/package-url.ts';
import { type Ecosystem, ecosystemsOfType } from '../versions/ecosystems.ts';
import { type ComponentFacts, type ComponentList, componentsNamed } from './sbom-facts.ts';
import { type AskedPackage, DISTRIBUTIONS, lastPart, nameKey, roughKey, wholeName } from './package-name.ts';

/** That a component is a package that is asked for. */
export interface ComponentMatch {
  readonly component: ComponentFacts;
  /** By whose rules its version is read; null where nobody says what kind of package it is. */
  readonly ecosystem: Ecosystem | null;
  /** Its version, or that of the source package by which it was found; null where there is none. */
  readonly version: string | null;
  /** Why it may be another package all the same; null where it is surely this one. */
  readonly doubt: string | null;
}

/** Finds components by the name of a package, or by that of the package that a distribution built them from. */
export function componentFinder(
  asked: AskedPackage,
): (components: ComponentList) => readonly ComponentMatch[] {
  const needle = roughKey(lastPart(asked.name));
  // Nearly all are something else, which is seen without taking their package URLs apart.
  return (components) =>
    componentsNamed(components, needle).flatMap((component) => matchOf(component, asked) ?? []);
}

function matchOf(component: ComponentFacts, asked: AskedPackage): ComponentMatch | null {
  const purl = component.purl === null ? null : parsePackageUrl(component.purl);
  const type = purl?.type ?? component.ecosystem;
  const ecosystem = ecosystemOf(component, purl, type);
  if (asked.ecosystems !== null && !maybeOf(asked.ecosystems, ecosystem, type)) return null;
  const found = namedBy(component, purl, type, asked);
  if (found === null) return null;
  return {
    component,
    ecosystem: ecosystem ?? ecosystemsOfType(type ?? '')[0] ?? null,
    version: versionOf(component, purl, found.by),
    doubt: found.doubt,
  };
}

/** The ecosystem of a component; null where its type is unknown, or its distribution is none of those that are known. */
function ecosystemOf(
  { distro }: ComponentFacts,
  purl: PackageUrl | null,
  type: string | null,
): Ecosystem | null {
  const [only, ...others] = ecosystemsOfType(type ?? '');
  if (!only || others.length === 0) return only ?? null;
  const release = /^[a-z-]+(?=-\d|$)/.exec(distro ?? '')?.[0];
  const own = new Set([purl?.namespace?.toLowerCase(), release]);
  return [only, ...others].find(({ vendors }) => vendors.some((vendor) => own.has(vendor))) ?? null;
}

/** What is of no known kind may be of any; a distribution that is not known, of those that are asked for together. */
function maybeOf(asked: readonly Ecosystem[], own: Ecosystem | null, type: string | null): boolean {
  if (own !== null) return asked.includes(own);
  return type === null || asked.some(({ purlType }) => purlType === type);
}

interface Found {
  readonly by: 'name' | 'source';
  readonly doubt: string | null;
}

const BY_NAME: Found = { by: 'name', doubt: null };

function namedBy(
  { name, source }: ComponentFacts,
  purl: PackageUrl | null,
  type: string | null,
  asked: AskedPackage,
): Found | null {
  const wanted = nameKey(type, spelled(asked.name, type));
  const whole = purl === null ? name : wholeName(purl.type, purl.namespace, purl.name);
  // Without another one named, the source package has the name of what is built from it (Debian Policy 5.6.1).
  if (asked.ofSource && source !== null)
    return nameKey(type, source.name) === wanted ? { by: 'source', doubt: null } : null;
  if (whole !== null && nameKey(type, spelled(whole, type)) === wanted) return BY_NAME;
  if (type !== null && DISTRIBUTIONS.has(type))
    return source !== null && nameKey(type, source.name) === wanted ? { by: 'source', doubt: null } : null;
  if (whole === null) return null;
  const last = nameKey(type, lastPart(whole));
  // Of these the name alone says what it is, and what is before it where it comes from.
  if (lastPart(asked.name) === asked.name) return SHORT_NAMED.has(type) && last === wanted ? BY_NAME : null;
  const sameLast = last === nameKey(type, lastPart(asked.name));
  return sameLast && groupIsGuessed(whole, type) ? { by: 'name', doubt: NO_GROUP } : null;
}

const NO_GROUP =
  'its SBOM does not say of which group it is, and it has the name of the package that was asked for';

/** npm's names are no shorter than they are: `core` is another package than `@babel/core`. */
const SHORT_NAMED: ReadonlySet<string | null> = new Set([
  null,
  'maven',
  'golang',
  'composer',
  'swift',
  'conan',
]);

/** Maven's names stand with a colon or, where they come out of paths, with a slash. */
function spelled(name: string, type: string | null): string {
  return type === 'maven' || type === null ? name.replace('/', ':') : name;
}

/** Syft writes the artifact in place of a group that a jar does not name. */
function groupIsGuessed(whole: string, type: string | null): boolean {
  const last = lastPart(whole);
  const group = whole.slice(0, -last.length - 1);
  return (type === 'maven' || type === null) && (last === whole || group === last);
}

/** With the epoch, which package URLs of RPM and Debian have in a qualifier. */
function versionOf(
  { version, source, ecosystem }: ComponentFacts,
  purl: PackageUrl | null,
  by: Found['by'],
): string | null {
  // What a source RPM is called has no epoch.
  const ofSource = by === 'source' && ecosystem !== 'rpm' ? source?.version : null;
  if (ofSource) return ofSource;
  const text = version ?? purl?.version ?? null;
  const epoch = purl?.qualifiers['epoch'];
  const lacks = text !== null && epoch !== undefined && /^\d+$/.test(epoch) && !/^\d+:/.test(text);
  return lacks ? `${epoch}:${text}` : text;
}
