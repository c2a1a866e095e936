import type { AskedPackage } from './package-name.ts';

/** The path of a module without its major version (Go Modules Reference, "Major version suffixes"): `/v2`, and gopkg.in's `.v2`. */
export function moduleName(path: string): string {
  return path.startsWith('gopkg.in/') ? path.replace(/\.v\d+$/, '') : path.replace(/(?<=.)\/v\d+$/, '');
}

/** Of these hosts a path of two parts is an owner, and no module. */
const OWNERS = /^(?:github\.com|gitlab\.com|bitbucket\.org|golang\.org)\/[^/]+$/;

/** The modules in which an asked name may be a package: SBOMs list modules, and advisories name `golang.org/x/crypto/ssh`. */
export function namedWithin({ name, ecosystems, exact }: AskedPackage): readonly string[] {
  if (exact || !/^[^/:@]+\.[^/:@]+\/./.test(name)) return [];
  if (ecosystems !== null && !ecosystems.some(({ purlType }) => purlType === 'golang')) return [];
  const parts = name.split('/');
  return parts
    .map((_part, at) => parts.slice(0, at).join('/'))
    .filter((path) => path.includes('/') && !OWNERS.test(path));
}
