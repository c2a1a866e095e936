import { z } from 'zod';
import { list } from '../reading.ts';

/**
 * Which package URL types Syft's cataloguers find among what is installed. Those that read lock files alone are left out:
 * what is installed without one is not seen by them.
 */
const CATALOGUERS: Readonly<Record<string, string>> = {
  'apk-db-cataloger': 'apk',
  'dpkg-db-cataloger': 'deb',
  'rpm-db-cataloger': 'rpm',
  'alpm-db-cataloger': 'alpm',
  'portage-cataloger': 'ebuild',
  'java-archive-cataloger': 'maven',
  'javascript-package-cataloger': 'npm',
  'python-installed-package-cataloger': 'pypi',
  'go-module-binary-cataloger': 'golang',
  'cargo-auditable-binary-cataloger': 'cargo',
  'ruby-installed-gemspec-cataloger': 'gem',
  'dotnet-deps-cataloger': 'nuget',
  'dotnet-deps-binary-cataloger': 'nuget',
  'php-composer-installed-cataloger': 'composer',
  'conda-meta-cataloger': 'conda',
};

/** `catalogers.used` since Syft 1; a list of names, or null as Go writes an empty one. */
const configurationSchema = z.object({ catalogers: z.object({ used: list(z.string()) }) });

/** The cataloguers that Syft's own configuration, in its document, says have run, and the package URL types they find. */
export function cataloguedBySyft(configuration: unknown): {
  readonly cataloguers: readonly string[];
  readonly ecosystems: readonly string[];
} {
  const parsed = configurationSchema.safeParse(configuration);
  const cataloguers = parsed.success ? parsed.data.catalogers.used : [];
  const ecosystems = cataloguers.flatMap((name) =>
    Object.hasOwn(CATALOGUERS, name) ? (CATALOGUERS[name] ?? []) : [],
  );
  return { cataloguers: cataloguers.toSorted(), ecosystems: [...new Set(ecosystems)] };
}
