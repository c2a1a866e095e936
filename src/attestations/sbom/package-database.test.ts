import { expect, it } from 'vitest';
import { isPackageDatabase, layerOf } from './package-database.ts';

it.each([
  ['/var/lib/dpkg/status', true],
  ['lib/apk/db/installed', true],
  ['/usr/lib/apk/db/installed', true],
  ['/var/lib/rpm/rpmdb.sqlite', true],
  ['/usr/lib/sysimage/rpm/Packages.db', true],
  // Distroless images keep each package in a file of its own.
  ['/var/lib/dpkg/status.d/base', false],
  ['/var/lib/dpkg/info/bash.md5sums', false],
  ['/opt/var/lib/dpkg/status', false],
])('%s is a database of all packages: %s', (path, is) => {
  expect(isPackageDatabase(path)).toBe(is);
});

it('takes the layer of a file of the package, and that of a database where there is no other', () => {
  const database = { path: '/var/lib/dpkg/status', layer: 'last' };
  const copyright = { path: '/usr/share/doc/bash/copyright', layer: 'first' };
  expect(layerOf([database, copyright])).toBe('first');
  expect(layerOf([{ ...copyright, layer: null }, database])).toBe('last');
  expect(layerOf([])).toBeNull();
});
