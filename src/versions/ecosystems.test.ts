import { describe, expect, it } from 'vitest';
import { VERSION_LENGTH } from '../limits.ts';
import { ECOSYSTEMS, findEcosystems } from './ecosystems.ts';
import { order, type Versioning } from './versioning.ts';

interface Table {
  /** From the oldest to the newest; versions in one list are equal. Taken from the specification's own examples where it has some. */
  readonly ascending: readonly (string | readonly string[])[];
  readonly notVersions: readonly string[];
}

const HUGE = '9'.repeat(40);

const SEMVER: Table = {
  // Semantic Versioning 2.0.0, sections 10 and 11.
  ascending: [
    '0.0.0',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    ['1.0.0', 'v1.0.0', '1', '1.0', '1.0.0+20130313144700', '1.0.0+exp.sha.5114f85'],
    '1.2.0',
    '1.10.0',
    `1.${HUGE}.0`,
    `1.${HUGE}1.0`,
    ['2.0.0', '02.0.0'],
  ],
  notVersions: [
    '',
    ' ',
    'latest',
    'workspace:*',
    '^1.0.0',
    '1.x',
    '1.0.0 ',
    '1.0.0-',
    '1.0.0.0',
    'α',
    '１.0.0',
  ],
};

const RPM: Table = {
  // rpm-version(7)
  ascending: [
    '1.0~beta1-1',
    '1.0~beta2-1',
    '1.0',
    ['1.0-1', '0:1.0-1', '1_0-1', '1.00-1'],
    '1.0-1.el9',
    '1.0-2',
    '1.0-10',
    '1.0^20160101-1',
    '1.0a-1',
    '1.0.rc-1',
    '1.0.1-1',
    '1.0.1.a-1',
    '1.1-1',
    `1.${HUGE}-1`,
    '1:0.1-1',
  ],
  notVersions: ['', '(none)', '1.0 1', 'el', '1-2-3', '1.0é'],
};

const DEBIAN: Table = {
  // Debian Policy 5.6.12, deb-version(7)
  ascending: [
    '1.0~~-1',
    '1.0~~a-1',
    '1.0~-1',
    ['1.0', '0:1.0', '1.0-0', '1.00'],
    '1.0-1~bpo12+1',
    '1.0-1',
    '1.0-1+b1',
    '1.0-1+deb12u1',
    '1.0-2ubuntu1.2',
    '1.0-10',
    '1.0a-1',
    '1.0+dfsg-1',
    '1.0.1-1',
    `1.${HUGE}-1`,
    '1:0.1-1',
  ],
  notVersions: ['', 'abc', '1.0_1', '1 0', '1.0-', ':1.0', 'a:1.0', '1.0é'],
};

const APK: Table = {
  // apk-package(5), "pkgver"
  ascending: [
    '0.9',
    '1.0_alpha',
    '1.0_alpha2',
    '1.0_beta1',
    '1.0_pre1',
    '1.0_rc1',
    '1.0',
    ['1.0-r0', '1.0-r00'],
    '1.0-r2',
    '1.0-r10',
    '1.0_cvs1',
    '1.0_svn1',
    '1.0_git20200101',
    '1.0_hg1',
    '1.0_p1',
    '1.0a',
    '1.0b',
    '1.0.1',
    '1.01',
    '1.1',
    '1.10',
    '2.0',
    `${HUGE}.0`,
  ],
  notVersions: ['', 'abc', '1.0-r', '1.0-1', '1..0', '1.0A', '1.0_foo', '1.0 ', '.1'],
};

const TABLES: Readonly<Record<string, Table>> = {
  npm: SEMVER,
  'crates.io': SEMVER,
  Hex: SEMVER,
  Go: {
    // Go Modules Reference, "Versions" and "Pseudo-versions"; the toolchain's versions as go.dev/doc/toolchain has them
    ascending: [
      'v0.0.0-20191109021931-daa7c04131f5',
      'v1.2.3-pre',
      'v1.2.3-pre.0.20191109021931-daa7c04131f5',
      ['v1.2.3', '1.2.3', 'v1.2.3+incompatible'],
      'v1.2.4-0.20191109021931-daa7c04131f5',
      'v1.2.4',
      ['go1.21rc2', '1.21.0-rc.2'],
      ['go1.21', 'go1.21.0', '1.21.0'],
      'go1.21.1',
      'v2.0.0',
    ],
    notVersions: ['', '(devel)', 'UNKNOWN', 'go', 'go1.21.1 X:boringcrypto'],
  },
  Pub: {
    // pub_semver, "Versions"
    ascending: ['1.0.0-pre', '1.0.0-pre+1', '1.0.0', '1.0.0+1', '1.0.0+10', '1.0.0+a', '1.0.1'],
    notVersions: ['', 'any'],
  },
  PyPI: {
    // PyPA specifications, "Version specifiers": "Summary of permitted suffixes and relative ordering", "Local version identifiers"
    ascending: [
      ['1.dev0', '1.0.dev', '1.0dev0'],
      '1.0.dev456',
      ['1.0a1', '1.0.alpha-1', '1.0-a.1'],
      '1.0a2.dev456',
      '1.0a12.dev456',
      '1.0a12',
      '1.0b1.dev456',
      '1.0b2',
      '1.0b2.post345.dev456',
      '1.0b2.post345',
      '1.0rc1.dev456',
      ['1.0rc1', '1.0c1', '1.0preview1', '1.0.RC1'],
      ['1.0', '1', 'v1.0.0', ' 1.0 ', '01.0'],
      '1.0+abc.5',
      ['1.0+abc.7', '1.0+ABC-7', '1.0+abc_7'],
      '1.0+5',
      '1.0+5.0',
      '1.0.post456.dev34',
      ['1.0.post456', '1.0-456', '1.0.r456'],
      '1.0.15',
      '1.1.dev1',
      `1.${HUGE}`,
      '1!0.1',
    ],
    notVersions: ['', 'latest', '1.0-', '1.0+', '1.0.x', '2013-01-21T20', '１.0', '1.0+a..b'],
  },
  Maven: {
    // POM Reference, "Version Order Specification"
    ascending: [
      ['1-alpha-1', '1-a1', '1.alpha1', '1ALPHA1'],
      ['1-beta1', '1b1'],
      ['1-milestone2', '1m2'],
      ['1-rc1', '1-cr1', '1.CR1'],
      '1-SNAPSHOT',
      ['1', '1.0', '1.0.0', '1-ga', '1.final', '1.RELEASE', '1-0', '1.0-0.0', '1.'],
      '1-sp',
      '1-abc',
      '1-foo',
      '1-foo-foo.2',
      '1-foo2',
      '1-foo10',
      '1-00.a',
      ['1-1', '1-ga-1', '1.0-1'],
      '1.0.1',
      '1.1.0.RC1',
      '1.1.0-RC2',
      '1.1',
      '1.10',
      `1.${HUGE}`,
      '2.14.1',
      '2.17.1',
    ],
    notVersions: ['', 'unknown', '${project.version}', '1.0 beta', 'Hoxton'],
  },
  RubyGems: {
    // Gem::Version, "How Software Changes" and its examples of order
    ascending: [
      '0.9',
      '1.0.a',
      ['1.0.a.2', '1.0.a2'],
      '1.0.a10',
      '1.0.b1',
      '1.0.0.rc1',
      ['1', '1.0', '1.0.0', '1.00'],
      '1.8.2',
      '1.9.a',
      '1.9',
      '1.10',
      `1.${HUGE}`,
    ],
    notVersions: ['', '>= 1.0', '1..0', '1.0_1', 'v1.0', '1.0é'],
  },
  NuGet: {
    // NuGet, "Package versioning"
    ascending: [
      '1.0.1-alpha',
      ['1.0.1-alpha.10', '1.0.1-ALPHA.10'],
      '1.0.1-alpha10',
      '1.0.1-alpha2',
      '1.0.1-beta',
      '1.0.1-open',
      '1.0.1-rc.1',
      '1.0.1-zzz',
      ['1.0.1', '1.00.1', '1.0.1.0', '1.0.01', '1.0.1+metadata'],
      '1.0.1.1',
      '1.0.1.10',
      `1.${HUGE}.0`,
    ],
    notVersions: ['', '1.0.*', '[1.0,2.0)', '1.0.0.0.0', '1.0-'],
  },
  Packagist: {
    // PHP manual, `version_compare`; Composer, "Versions and constraints"
    ascending: [
      '1.0.0-dev',
      ['1.0.0-alpha', '1.0.0a', 'v1.0.0-alpha'],
      '1.0.0-alpha2',
      '1.0.0-beta1',
      ['1.0.0-RC1', '1.0.0-rc1', '1.0.0.rc.1'],
      '1.0.0',
      '1.0.0-pl1',
      '1.0.1',
      '1.10.0',
      `1.${HUGE}.0`,
    ],
    notVersions: ['', 'dev-main', '1.0.*', '^1.0', '1.0.x-dev', '4.0 '],
  },
  CRAN: {
    // R, `package_version`
    ascending: ['0.1', ['0.1-0', '0.1.0', '0.01.0'], '0.1.0.0', '0.9', '0.75', `0.${HUGE}`],
    notVersions: ['', '1.0a', '1..0', '-1'],
  },
  Hackage: {
    // Haskell Package Versioning Policy
    ascending: ['0', '0.1.26.0', '1', '1.0', '1.0.0', '1.2.3', '1.10'],
    notVersions: ['', '1.0-1', '1.0a'],
  },
  Debian: DEBIAN,
  Ubuntu: DEBIAN,
  'Red Hat': RPM,
  SUSE: RPM,
  Alpine: APK,
  Wolfi: APK,
};

function versioningOf(name: string): Versioning {
  const [ecosystem] = findEcosystems(name);
  if (!ecosystem) throw new Error(`no ecosystem ${name}`);
  return ecosystem.versioning;
}

describe.each(Object.entries(TABLES))('versions of %s', (name, { ascending, notVersions }) => {
  const versioning = versioningOf(name);
  const places = ascending.map((one) => (typeof one === 'string' ? [one] : one));

  it('stand in the order of the specification, each to each', () => {
    const wrong = places.flatMap((lefts, at) =>
      places.flatMap((rights, other) =>
        lefts.flatMap((left) =>
          rights.flatMap((right) =>
            Math.sign(order(versioning, left, right) ?? Number.NaN) === Math.sign(at - other)
              ? []
              : [`${left} ${right} ${order(versioning, left, right)}`],
          ),
        ),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it.each(notVersions)('%j is none: it is neither older nor newer, nor equal', (text) => {
    const [version = ''] = places[0] ?? [];
    expect(order(versioning, text, version)).toBeNull();
    expect(order(versioning, version, text)).toBeNull();
    expect(order(versioning, text, text)).toBeNull();
  });
});

const UNITS = [
  '1',
  '1.',
  '1-',
  '-',
  '.',
  '~',
  '^',
  '_p',
  'a',
  'a1',
  '1a',
  '.rc1',
  '-1',
  '+',
  ' ',
  '0',
  'é',
  'p',
  '!',
];

describe.each(ECOSYSTEMS)('versions of $name that are no versions', ({ versioning }) => {
  it.each(UNITS)('%j over and over is read in no time', (unit) => {
    const text = `1${unit.repeat(VERSION_LENGTH / unit.length)}`.slice(0, VERSION_LENGTH);
    const [left, right] = [`${text.slice(2)}!`, `${text.slice(2)}$`];
    expect(Number.isFinite(versioning.compare(left, right))).toBe(true);
    expect(() => order(versioning, left, text)).not.toThrow();
  });

  it('none is longer than the limit', () => {
    const long = '1'.repeat(VERSION_LENGTH + 1);
    expect(order(versioning, long, '1.0')).toBeNull();
    expect(order(versioning, long.slice(1), '1.0')).toBeGreaterThan(0);
  });
});

describe('findEcosystems', () => {
  it.each([
    ['NPM', 'npm'],
    ['golang', 'Go'],
    ['cargo', 'crates.io'],
    ['Debian:12', 'Debian'],
    ['Red Hat:enterprise_linux:9::baseos', 'Red Hat'],
    ['rhel', 'Red Hat'],
    ['Alpine:v3.20', 'Alpine'],
    ['composer', 'Packagist'],
    ['deb', 'Debian'],
    ['apk', 'Alpine'],
    ['rpm', 'Red Hat'],
  ])('%s is %s', (text, name) => {
    expect(findEcosystems(text)[0]?.name).toBe(name);
  });

  it.each(['', 'nothing', ':12', 'constructor'])('%j is none', (text) => {
    expect(findEcosystems(text)).toEqual([]);
  });
});
