import type { PackageUrl } from '../attestations/sbom/package-url.ts';
import { moduleName, namedWithin } from './go-module.ts';
import { type AskedPackage, lastPart, nameInPurl, nameKey, spelled } from './package-name.ts';
import type { ComponentFacts } from './component-list.ts';

interface Named {
  readonly component: ComponentFacts;
  /** Its package URL, where that is one. */
  readonly purl: PackageUrl | null;
  /** What kind of package it is; null where nothing says. */
  readonly type: string | null;
  /** Its whole name; null where it has none. */
  readonly whole: string | null;
  readonly asked: AskedPackage;
}

/** Why a component that has not the name of the package that was asked for may be it all the same; null where it is another one. */
export function doubtfulName({ component, purl, type, whole, asked }: Named): string | null {
  const last = lastPart(asked.name);
  const same = (name: string) => nameKey(type, lastPart(name)) === nameKey(type, last);
  if (whole !== null && last !== asked.name && same(whole) && groupIsGuessed(whole, type))
    return 'its SBOM does not say of which group it is, and it has the name of the package that was asked for';
  const key = (name: string) => spelled(name, type).toLowerCase();
  if (
    whole !== null &&
    (key(whole) === key(asked.name) || (last === asked.name && isInCase(whole, last, type)))
  )
    return 'it is spelled in another case than the package that was asked for';
  if (whole !== null && (type === null || type === 'maven') && endsInName(whole, asked.name))
    return 'its name ends in that of the package that was asked for';
  if (whole !== null && type === 'golang' && namedWithin(asked).some((path) => isPath(whole, path)))
    return 'it is the module that the package would be in, and its SBOM does not say which packages of it are there';
  if (
    whole !== null &&
    (type === null || (type === 'maven' && purl === null)) &&
    hasVersion(lastPart(whole), last)
  )
    return 'its name is that of the package that was asked for, with a version';
  const stated = component.purl === null ? null : nameInPurl(component.purl);
  if (purl === null && stated !== null && same(stated))
    return 'its package URL is none, and has the name of the package that was asked for';
  if (purl !== null && component.name !== null && same(component.name) && !same(whole ?? ''))
    return `it is named ${component.name}, and its package URL says something else`;
  return null;
}

/** Syft writes the artifact in place of a group that a jar does not name. */
function groupIsGuessed(whole: string, type: string | null): boolean {
  const last = lastPart(whole);
  const group = whole.slice(0, -last.length - 1);
  return (type === 'maven' || type === null) && (last === whole || group === last);
}

/** Whether group and artifact are written with a dot between them, which is no group by itself. */
function endsInName(whole: string, asked: string): boolean {
  const dotted = `.${whole.replaceAll(/[:/]/g, '.')}`.toLowerCase();
  return lastPart(whole).includes('.') && dotted.endsWith(`.${asked.replaceAll(/[:/]/g, '.').toLowerCase()}`);
}

/** The artifact of any group, where its case was not looked at. */
function isInCase(whole: string, last: string, type: string | null): boolean {
  return type === 'maven' && lastPart(whole).toLowerCase() === last.toLowerCase();
}

function isPath(module: string, path: string): boolean {
  return [module, moduleName(module)].some((one) => one.toLowerCase() === path.toLowerCase());
}

/** Whether it is what files of a package are called: `log4j-core-2.14.1.jar`. */
function hasVersion(name: string, asked: string): boolean {
  const rest = name.toLowerCase().startsWith(asked.toLowerCase()) ? name.slice(asked.length) : '';
  return /^[-_@]v?\d[\w.+~-]*$/.test(rest);
}
