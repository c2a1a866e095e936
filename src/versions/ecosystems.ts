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
  /** What else it is called: by the types and namespaces of package URLs, and by tools. */
  readonly aliases: readonly string[];
  readonly versioning: Versioning;
}

/** A new ecosystem is a line here. */
export const ECOSYSTEMS: readonly Ecosystem[] = [
  { name: 'npm', aliases: ['node'], versioning: semver },
  { name: 'PyPI', aliases: ['python', 'pip'], versioning: pypi },
  { name: 'Maven', aliases: ['java', 'gradle'], versioning: maven },
  { name: 'Go', aliases: ['golang'], versioning: go },
  { name: 'crates.io', aliases: ['cargo', 'crates', 'rust'], versioning: semver },
  { name: 'RubyGems', aliases: ['gem', 'ruby', 'rubygem'], versioning: rubygems },
  { name: 'NuGet', aliases: ['dotnet', '.net'], versioning: nuget },
  { name: 'Packagist', aliases: ['composer', 'php'], versioning: packagist },
  { name: 'Pub', aliases: ['dart'], versioning: pub },
  { name: 'Hex', aliases: ['erlang', 'elixir'], versioning: semver },
  { name: 'Hackage', aliases: ['haskell'], versioning: hackage },
  { name: 'CRAN', aliases: ['r'], versioning: cran },
  { name: 'SwiftURL', aliases: ['swift'], versioning: semver },
  { name: 'ConanCenter', aliases: ['conan'], versioning: semver },
  { name: 'Julia', aliases: [], versioning: semver },
  { name: 'Bioconductor', aliases: [], versioning: semver },
  { name: 'GHC', aliases: [], versioning: semver },
  { name: 'Bitnami', aliases: [], versioning: semver },
  { name: 'Debian', aliases: ['deb', 'dpkg'], versioning: debian },
  { name: 'Ubuntu', aliases: [], versioning: debian },
  { name: 'Alpine', aliases: ['apk', 'alpine linux'], versioning: apk },
  { name: 'Alpaquita', aliases: [], versioning: apk },
  { name: 'BellSoft Hardened Containers', aliases: [], versioning: apk },
  { name: 'Chainguard', aliases: [], versioning: apk },
  { name: 'MinimOS', aliases: [], versioning: apk },
  { name: 'Wolfi', aliases: [], versioning: apk },
  { name: 'Red Hat', aliases: ['redhat', 'rhel', 'rpm', 'centos', 'fedora'], versioning: rpm },
  { name: 'AlmaLinux', aliases: ['alma'], versioning: rpm },
  { name: 'Rocky Linux', aliases: ['rocky', 'rockylinux'], versioning: rpm },
  { name: 'Oracle Linux', aliases: ['oraclelinux', 'ol'], versioning: rpm },
  { name: 'Amazon Linux', aliases: ['amazonlinux', 'amzn', 'amazon'], versioning: rpm },
  { name: 'Azure Linux', aliases: ['azurelinux', 'mariner', 'cbl-mariner'], versioning: rpm },
  { name: 'Photon OS', aliases: ['photon'], versioning: rpm },
  { name: 'Mageia', aliases: [], versioning: rpm },
  { name: 'openEuler', aliases: [], versioning: rpm },
  { name: 'openSUSE', aliases: ['opensuse'], versioning: rpm },
  { name: 'SUSE', aliases: ['sles', 'suse linux'], versioning: rpm },
];

/** Finds an ecosystem by its name or another one of it, in any case, with or without a release (`Debian:12`); null for an unknown one. */
export function findEcosystem(text: string): Ecosystem | null {
  return BY_NAME.get(text.replace(/:.*$/s, '').trim().toLowerCase()) ?? null;
}

const BY_NAME = new Map(
  ECOSYSTEMS.flatMap((ecosystem) =>
    [...ecosystem.aliases, ecosystem.name].map((name) => [name.toLowerCase(), ecosystem] as const),
  ),
);
