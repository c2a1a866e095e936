import { describe, expect, it } from 'vitest';
import { findEcosystems } from '../versions/ecosystems.ts';
import { componentFinder } from './component-match.ts';
import { nameKey, readPackageName } from './package-name.ts';
import { type ComponentFacts, listOf } from './component-list.ts';

const NOTHING = {
  name: null,
  version: '1.0',
  purl: null,
  ecosystem: null,
  distro: null,
  source: null,
  locations: [],
  layer: null,
};

/** A component by its package URL, or by what a tool says of it. */
function component(of: string | Partial<ComponentFacts>): ComponentFacts {
  if (typeof of !== 'string') return { ...NOTHING, ...of };
  const [, type = ''] = /^pkg:([^/]+)\//.exec(of) ?? [];
  const [, distro = null] = /[?&]distro=([^&]+)/.exec(of) ?? [];
  return { ...NOTHING, purl: of, ecosystem: type, distro };
}

function found(text: string, of: string | Partial<ComponentFacts>, ecosystem: string | null = null): string {
  const asked = readPackageName(text, ecosystem === null ? null : findEcosystems(ecosystem));
  if (!asked.ok) throw new Error(asked.message);
  const one = component(of);
  const [match] = componentFinder(asked.value)(listOf([one]));
  if (!match) return 'no';
  return `${match.ecosystem?.name ?? 'unknown'} ${match.version ?? 'none'}${match.doubt === null ? '' : ', in doubt'}`;
}

describe('a package is', () => {
  it.each<[string, string | Partial<ComponentFacts>, string]>([
    ['log4j-core', 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1', 'Maven 1.0'],
    [
      'org.apache.logging.log4j:log4j-core',
      'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
      'Maven 1.0',
    ],
    ['org.apache.logging.log4j:log4j-core', 'pkg:maven/org.ops4j/log4j-core@2.14.1', 'no'],
    ['org.apache.logging.log4j:log4j-core', 'pkg:maven/log4j-core/log4j-core@2.14.1', 'Maven 1.0, in doubt'],
    [
      'org.apache.logging.log4j:log4j-core',
      { name: 'log4j-core', purl: 'pkg:maven/log4j-core@2.14.1', ecosystem: 'maven' },
      'Maven 1.0, in doubt',
    ],
    [
      'org.apache.logging.log4j:log4j-core',
      { name: 'log4j-core', ecosystem: 'maven' },
      'Maven 1.0, in doubt',
    ],
    ['org.apache.logging.log4j:log4j-core', { name: 'org.apache.logging.log4j:log4j-core' }, 'unknown 1.0'],
    ['log4j-core', 'pkg:maven/g/log4j-core-its@2.14.1', 'no'],
    ['@babel/core', 'pkg:npm/%40babel/core@7.0.0', 'npm 1.0'],
    ['core', 'pkg:npm/%40babel/core@7.0.0', 'no'],
    ['jinja2', 'pkg:pypi/Jinja2@3.0', 'PyPI 1.0'],
    ['Zope.Interface', 'pkg:pypi/zope-interface@3.0', 'PyPI 1.0'],
    ['serde_json', 'pkg:cargo/serde-json@1.0', 'crates.io 1.0'],
    ['github.com/golang-jwt/jwt', 'pkg:golang/github.com/golang-jwt/jwt@v3.2.0', 'Go 1.0'],
    ['jwt', 'pkg:golang/github.com/golang-jwt/jwt@v3.2.0', 'Go 1.0'],
    ['Rack', 'pkg:gem/rack@2.0', 'RubyGems 1.0, in doubt'],
    ['Log4j-Core', 'pkg:maven/g/log4j-core@2.14.1', 'Maven 1.0, in doubt'],
    ['openssl', 'pkg:deb/debian/openssl@3.0?distro=debian-12', 'Debian 1.0'],
    ['openssl', 'pkg:deb/ubuntu/openssl@3.0?distro=ubuntu-22.04', 'Ubuntu 1.0'],
    ['openssl', 'pkg:apk/wolfi/openssl@3.0', 'Wolfi 1.0'],
    ['openssl', 'pkg:rpm/redhat/openssl@3.0?epoch=1', 'Red Hat 1:1.0'],
    ['libstdc++6', 'pkg:deb/debian/libstdc%2B%2B6@12', 'Debian 1.0'],
    ['pkg:deb/debian/openssl', 'pkg:deb/ubuntu/openssl@3.0', 'no'],
    ['pkg:deb/openssl', 'pkg:deb/ubuntu/openssl@3.0', 'Ubuntu 1.0'],
    ['pkg:npm/lodash', 'pkg:maven/g/lodash@3.0', 'no'],
    ['zlib', { name: 'zlib' }, 'unknown 1.0'],
    ['zlib', { name: 'zlib', version: null }, 'unknown none'],
    ['zlib', { name: 'zlib', purl: 'pkg:%%', ecosystem: null }, 'unknown 1.0'],
  ])('%s: %j is %s', (text, of, is) => {
    expect(found(text, of)).toBe(is);
  });

  it('found by its source, with the version of the source', () => {
    const libssl = {
      ...component('pkg:deb/debian/libssl3@3.0?distro=debian-12'),
      source: { name: 'openssl', version: '3.0-1' },
    };
    expect(found('openssl', libssl)).toBe('Debian 3.0-1');
    expect(found('libssl3', libssl)).toBe('Debian 1.0');
    // The name of a source RPM lacks the epoch of what is built from it.
    const rpm = {
      ...component('pkg:rpm/redhat/openssl-libs@3.0?epoch=1'),
      source: { name: 'openssl', version: '3.0-1' },
    };
    expect(found('openssl', rpm)).toBe('Red Hat 1:1.0');
  });

  it.each([
    ['zlib', 'deb', 'pkg:deb/kali/zlib@1', 'Debian 1.0'],
    ['zlib', 'debian', 'pkg:deb/ubuntu/zlib@1', 'no'],
    ['zlib', 'npm', 'pkg:pypi/zlib@1', 'no'],
  ])('%s of %s: %s is %s', (text, ecosystem, of, is) => {
    expect(found(text, of, ecosystem)).toBe(is);
  });
});

describe('the name of a package', () => {
  it.each([
    ['', 'is no package'],
    ['log4j*', 'is no package'],
    ['log4j core', 'is no package'],
    ['log4j@2.0', 'versions are named with'],
    ['a:b:c', 'versions are named with'],
    ['pkg:maven', 'is no package URL'],
    ['pkg:maven/%%%', 'is no package URL'],
    ['pkg:generic/x', 'have no rules for versions'],
  ])('is not %j', (text, message) => {
    const read = readPackageName(text, null);
    expect(read.ok ? '' : read.message).toContain(message);
  });

  it('agrees with --ecosystem', () => {
    expect(readPackageName('@babel/core', findEcosystems('maven'))).toMatchObject({ ok: false });
    expect(readPackageName('pkg:deb/debian/zlib', findEcosystems('deb'))).toMatchObject({ ok: true });
  });

  it('is compared in the case of its ecosystem', () => {
    expect(nameKey('nuget', 'Newtonsoft.Json')).toBe(nameKey('nuget', 'newtonsoft.json'));
    expect(nameKey('maven', 'A')).not.toBe(nameKey('maven', 'a'));
  });
});
