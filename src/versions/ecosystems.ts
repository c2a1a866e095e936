import { apk } from './apk.ts';
import { debian } from './debian.ts';
import { maven } from './maven.ts';
import { nuget } from './nuget.ts';
import { cran, hackage } from './number-lists.ts';
import { packagist } from './packagist.ts';
import { pypi } from './pypi.ts';
import { rpm } from './rpm.ts';
import { rubygems } from './rubygems.ts';
import { go, pub, semver } from './semver.ts';
import type { Versioning } from './versioning.ts';

/** A kind of package with its own names and versions. */
export interface Ecosystem {
  /** As the OSV schema names it (section "Defined ecosystems"), without a release as in `Debian:12`. */
  readonly name: string;
  /** The type of its package URLs (package-url/purl-spec); null for one that has none. */
  readonly purlType: string | null;
  /** Of distributions with one type of packages: whose they are, by the namespace of package URLs or the id of the distribution. */
  readonly vendors: readonly string[];
  /** What else people call it. */
  readonly aliases: readonly string[];
  readonly versioning: Versioning;
}

function packages(
  name: string,
  purlType: string | null,
  versioning: Versioning,
  aliases: readonly string[] = [],
): Ecosystem {
  return { name, purlType, vendors: [], aliases, versioning };
}

function distribution(
  name: string,
  purlType: 'deb' | 'apk' | 'rpm',
  vendors: readonly string[],
  aliases: readonly string[] = [],
): Ecosystem {
  return { name, purlType, vendors, aliases, versioning: { deb: debian, apk, rpm }[purlType] };
}

/** A new ecosystem is a line here. */
export const ECOSYSTEMS: readonly Ecosystem[] = [
  packages('npm', 'npm', semver, ['node']),
  packages('PyPI', 'pypi', pypi, ['python', 'pip']),
  packages('Maven', 'maven', maven, ['java', 'gradle']),
  packages('Go', 'golang', go),
  packages('crates.io', 'cargo', semver, ['crates', 'rust']),
  packages('RubyGems', 'gem', rubygems, ['ruby', 'rubygem']),
  packages('NuGet', 'nuget', nuget, ['dotnet', '.net']),
  packages('Packagist', 'composer', packagist, ['php']),
  packages('Pub', 'pub', pub, ['dart']),
  packages('Hex', 'hex', semver, ['erlang', 'elixir']),
  packages('Hackage', 'hackage', hackage, ['haskell']),
  packages('CRAN', 'cran', cran, ['r']),
  packages('SwiftURL', 'swift', semver),
  packages('ConanCenter', 'conan', semver),
  packages('Julia', 'julia', semver),
  packages('Bitnami', 'bitnami', semver),
  packages('Bioconductor', null, semver),
  packages('GHC', null, semver),
  distribution('Debian', 'deb', ['debian']),
  distribution('Ubuntu', 'deb', ['ubuntu']),
  distribution('Alpine', 'apk', ['alpine'], ['alpine linux']),
  distribution('Alpaquita', 'apk', ['alpaquita']),
  distribution('BellSoft Hardened Containers', 'apk', ['bellsoft-hardened-containers']),
  distribution('Chainguard', 'apk', ['chainguard']),
  distribution('MinimOS', 'apk', ['minimos']),
  distribution('Wolfi', 'apk', ['wolfi']),
  distribution('Red Hat', 'rpm', ['redhat', 'rhel', 'centos'], ['red hat enterprise linux']),
  distribution('AlmaLinux', 'rpm', ['almalinux', 'alma']),
  distribution('Rocky Linux', 'rpm', ['rocky', 'rockylinux', 'rocky-linux']),
  distribution('Oracle Linux', 'rpm', ['oraclelinux', 'oracle', 'ol']),
  distribution('Amazon Linux', 'rpm', ['amzn', 'amazon', 'amazonlinux']),
  distribution('Azure Linux', 'rpm', ['azurelinux', 'mariner', 'cbl-mariner']),
  distribution('Fedora', 'rpm', ['fedora']),
  distribution('Photon OS', 'rpm', ['photon']),
  distribution('Mageia', 'rpm', ['mageia']),
  distribution('openEuler', 'rpm', ['openeuler']),
  distribution('openSUSE', 'rpm', ['opensuse', 'opensuse-leap', 'opensuse-tumbleweed']),
  distribution('SUSE', 'rpm', ['suse', 'sles', 'sle-micro'], ['suse linux']),
];

/** Ecosystems of OSV whose packages are in no container image: a node's kernel, and what runs on telephones. */
export const NOT_IN_IMAGES: ReadonlySet<string> = new Set(['Linux', 'Android']);

/**
 * Finds ecosystems by a name or another one, in any case, with or without a release (`Debian:12`); by a type of package URLs that
 * several distributions share (`deb`) all of them, the best known first. Empty for an unknown one.
 */
export function findEcosystems(text: string): readonly Ecosystem[] {
  const name = text.replace(/:.*$/s, '').trim().toLowerCase();
  const named = ECOSYSTEMS.filter((one) =>
    [one.name.toLowerCase(), ...one.aliases, ...one.vendors].includes(name),
  );
  return named.length > 0 ? named : ecosystemsOfType(name);
}

/** The ecosystems whose package URLs are of a type; several where distributions share it, the best known first. */
export function ecosystemsOfType(purlType: string): readonly Ecosystem[] {
  return ECOSYSTEMS.filter((one) => one.purlType === purlType);
}
