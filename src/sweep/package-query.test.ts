import { describe, expect, it } from 'vitest';
import { child, keyOf, manifest, unreadable } from '../policy/judged-image.fixture.ts';
import type { Policy } from '../policy/policy.ts';
import type { JudgedManifest } from '../policy/subject.ts';
import { type Answer, NO } from './answer.ts';
import { compilePackages, NO_PACKAGES, type PackageValues } from './package-values.ts';
import {
  attachedAlone,
  attested,
  attestedInVain,
  BASH,
  cyclonedx,
  GUAVA,
  type ListedComponent,
  LOG4J,
  policyOf,
  vexed,
} from './sboms.fixture.ts';
import type { Verdict } from '../verify/verifier.ts';
import { ask, attachedTo, unreachable } from './subject.fixture.ts';
import type { Subject, SweptImage } from './query.ts';

const DIGEST = manifest('a').digest;
const OTHER = `sha256:${'9'.repeat(64)}`;

/** What lies on an image although it is about another one. */
function elsewhere({ evidence, ...verdict }: Verdict): JudgedManifest {
  return {
    ...manifest('a'),
    verdicts: [{ ...verdict, evidence: { ...evidence, subject: DIGEST } }],
  };
}

/** What is said of an image; `survey` are other images of the run. */
function asked(
  values: Partial<PackageValues>,
  of: SweptImage,
  policy: Policy | null = policyOf(),
  survey: readonly SweptImage[] = [],
): string {
  const problems: string[] = [];
  const { predicates } = compilePackages({ ...NO_PACKAGES, ...values }, (problem) => problems.push(problem));
  expect(problems).toEqual([]);
  const [predicate] = predicates;
  if (!predicate) throw new Error('no predicate');
  const subjects: Parameters<NonNullable<typeof predicate.survey>>[0][number][] = [];
  const record = {
    ...predicate,
    ask: (subject: (typeof subjects)[number]) => (subjects.push(subject), predicate.ask(subject)),
  };
  for (const one of [of, ...survey]) ask(record, one, { policy });
  predicate.survey?.(subjects);
  return ask(predicate, of, { policy });
}

const VULNERABLE = { package: ['org.apache.logging.log4j:log4j-core'], from: '2.0', below: '2.17.1' };
const FIXED = { ...LOG4J, version: '2.17.1', purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.17.1' };
const clean = cyclonedx([GUAVA]);
const truncated = cyclonedx([GUAVA], { compositions: [{ aggregate: 'incomplete', assemblies: [] }] });

describe('an image has a package', () => {
  it.each<[string, JudgedManifest]>([
    ['by an SBOM of an authority', manifest('a', attested(cyclonedx([GUAVA, LOG4J])))],
    ['by an SBOM of a stranger', manifest('a', attested(cyclonedx([LOG4J]), keyOf('stranger')))],
    ['by an unsigned SBOM', manifest('a', attachedAlone(cyclonedx([LOG4J])))],
    ['by an SBOM whose signature does not verify', manifest('a', attestedInVain(cyclonedx([LOG4J]), DIGEST))],
    ['by one of two SBOMs', manifest('a', attested(clean), attachedAlone(cyclonedx([LOG4J])))],
    ['by an SBOM that names it as its image', manifest('a', attested(cyclonedx([LOG4J], {}, DIGEST)))],
  ])('%s', (_what, on) => {
    expect(asked(VULNERABLE, attachedTo(on))).toBe('hit package (manifest)');
  });

  it('on a child', () => {
    const on = child('arm64', attested(cyclonedx([LOG4J])));
    const other = child('s390x', attested(clean));
    expect(asked(VULNERABLE, attachedTo(manifest('a'), [on, other]))).toBe('hit package (child linux/arm64)');
  });

  it('by what is attested of its index, of whatever platform', () => {
    const index = manifest('a', attested(cyclonedx([LOG4J])));
    expect(asked(VULNERABLE, attachedTo(index, [child('arm64'), child('s390x')]))).toBe(
      'hit package (child linux/arm64), package (child linux/s390x)',
    );
  });
});

describe('an image has not a package', () => {
  it.each<[string, Partial<PackageValues>, JudgedManifest, Policy | null]>([
    ['by an SBOM of an authority', VULNERABLE, manifest('a', attested(clean)), policyOf()],
    [
      'in the versions that were asked for',
      VULNERABLE,
      manifest('a', attested(cyclonedx([FIXED]))),
      policyOf(),
    ],
    [
      'by an SBOM of whom the rule about it asks',
      VULNERABLE,
      manifest('a', attested(clean, keyOf('vendor'))),
      policyOf('ci', 'vendor'),
    ],
    [
      'by an unsigned SBOM, where that is accepted',
      { ...VULNERABLE, accept: 'unsigned' },
      manifest('a', attachedAlone(clean)),
      null,
    ],
    [
      'by a stranger, where that is accepted',
      { ...VULNERABLE, accept: 'unsigned' },
      manifest('a', attested(clean, keyOf('x'))),
      policyOf(),
    ],
    [
      'beside an SBOM that cannot be read',
      VULNERABLE,
      manifest('a', attested(clean), attachedAlone('{')),
      policyOf(),
    ],
    [
      'beside an SBOM of another image that has it',
      VULNERABLE,
      manifest('a', attested(clean), attachedAlone(cyclonedx([LOG4J], {}, OTHER))),
      policyOf(),
    ],
  ])('%s', (_what, values, on, policy) => {
    expect(asked(values, attachedTo(on), policy)).toBe('no');
  });

  it('only if no child has it', () => {
    const both = [child('arm64', attested(clean)), child('s390x', attested(clean))];
    expect(asked(VULNERABLE, attachedTo(manifest('a'), both))).toBe('no');
  });
});

describe('whether an image has a package is not known', () => {
  it.each<[string, Partial<PackageValues>, JudgedManifest, Policy | null, string]>([
    ['without an SBOM', VULNERABLE, manifest('a'), policyOf(), 'NoSbom'],
    ['by an unsigned SBOM', VULNERABLE, manifest('a', attachedAlone(clean)), policyOf(), 'SbomUnsigned'],
    [
      'by an SBOM of a stranger',
      VULNERABLE,
      manifest('a', attested(clean, keyOf('x'))),
      policyOf(),
      'SbomUnsigned',
    ],
    [
      'by an SBOM of an authority that the rule about it does not ask',
      VULNERABLE,
      manifest('a', attested(clean)),
      policyOf('ci', 'vendor'),
      'SbomUnsigned',
    ],
    ['by a signed SBOM without a policy', VULNERABLE, manifest('a', attested(clean)), null, 'SbomUnsigned'],
    [
      'by an SBOM whose signature does not verify',
      VULNERABLE,
      manifest('a', attestedInVain(clean, DIGEST)),
      policyOf(),
      'SbomUnsigned',
    ],
    [
      "by such a one, though anybody's is accepted",
      { ...VULNERABLE, accept: 'unsigned' },
      manifest('a', attestedInVain(clean, DIGEST)),
      policyOf(),
      'SbomUnsigned',
    ],
    [
      'by an SBOM that describes another image',
      VULNERABLE,
      manifest('a', attested(cyclonedx([GUAVA], {}, OTHER))),
      policyOf(),
      'SbomForOtherImage',
    ],
    [
      'by such a one, though it has the package',
      VULNERABLE,
      manifest('a', attested(cyclonedx([LOG4J], {}, OTHER))),
      policyOf(),
      'SbomForOtherImage',
    ],
    [
      'by an SBOM that is attested of another image',
      VULNERABLE,
      elsewhere(attestedInVain(cyclonedx([LOG4J]), OTHER, 'SignatureForOtherImage')),
      policyOf(),
      'SbomForOtherImage',
    ],
    [
      'by an SBOM of other kinds of packages',
      VULNERABLE,
      manifest('a', attested(cyclonedx([BASH]))),
      policyOf(),
      'EcosystemNotCatalogued',
    ],
    [
      'by an SBOM of nothing',
      VULNERABLE,
      manifest('a', attested(cyclonedx([]))),
      policyOf(),
      'EcosystemNotCatalogued',
    ],
    [
      'by an SBOM that is not complete',
      VULNERABLE,
      manifest('a', attested(truncated)),
      policyOf(),
      'SbomTruncated',
    ],
    [
      'by what is no SBOM',
      VULNERABLE,
      manifest('a', attachedAlone('{"a": 1}')),
      policyOf(),
      'SbomUnreadable',
    ],
    [
      'where its SBOM could not be fetched',
      VULNERABLE,
      unreadable(manifest('a'), 'TimedOut'),
      policyOf(),
      'Unreachable NoSbom',
    ],
    [
      'where its version is none',
      VULNERABLE,
      manifest(
        'a',
        attested(
          cyclonedx([
            { ...LOG4J, version: 'unknown', purl: 'pkg:maven/org.apache.logging.log4j/log4j-core' },
            GUAVA,
          ]),
        ),
      ),
      policyOf(),
      'VersionUnknown',
    ],
    [
      'where it has no version',
      VULNERABLE,
      manifest(
        'a',
        attested(cyclonedx([{ name: 'log4j-core', purl: 'pkg:maven/org.apache.logging.log4j/log4j-core' }])),
      ),
      policyOf(),
      'VersionUnknown',
    ],
    [
      'where its group was guessed',
      VULNERABLE,
      manifest(
        'a',
        attested(
          cyclonedx([
            { name: 'log4j-core', version: '2.14.1', purl: 'pkg:maven/log4j-core/log4j-core@2.14.1' },
          ]),
        ),
      ),
      policyOf(),
      'PackageUnclear',
    ],
    [
      'where its package URL is none',
      VULNERABLE,
      manifest('a', attested(cyclonedx([{ name: 'log4j-core', version: '2.14.1', purl: 'pkg:%%%' }, GUAVA]))),
      policyOf(),
      'VersionUnknown',
    ],
    [
      'where nobody said what kind of package',
      { package: ['log4j-core'] },
      manifest('a', attested(clean)),
      policyOf(),
      'EcosystemNotCatalogued',
    ],
  ])('%s', (_what, values, on, policy, reason) => {
    expect(asked(values, attachedTo(on), policy)).toBe(`undetermined ${reason}`);
  });

  it('of an index whose SBOM does not say of which platform it is', () => {
    const index = manifest('a', attested(clean));
    expect(asked(VULNERABLE, attachedTo(index, [child('arm64'), child('s390x')]))).toBe(
      'undetermined SbomForOtherImage',
    );
  });

  it('of an index of which one child has no SBOM', () => {
    const children = [child('arm64', attested(clean)), child('s390x')];
    expect(asked(VULNERABLE, attachedTo(manifest('a'), children))).toBe('undetermined NoSbom');
  });

  it('of an image that cannot be reached', () => {
    expect(asked(VULNERABLE, unreachable())).toBe('undetermined Unreachable');
    expect(asked(VULNERABLE, unreachable('NotInEvidence'))).toBe('undetermined NotIndexed');
  });
});

describe('a package that is written otherwise', () => {
  const all = { accept: 'unsigned' } as const;
  it.each<[string, Partial<PackageValues>, ListedComponent, string]>([
    [
      'with its name percent-encoded',
      VULNERABLE,
      { name: 'x', version: '2.14.1', purl: 'pkg:maven/org.apache.logging.log4j/log4j%2Dcore@2.14.1' },
      'hit package (manifest)',
    ],
    [
      'with scope and name as one',
      { package: ['@babel/core'] },
      { name: 'x', version: '7.0.0', purl: 'pkg:npm/%40babel%2Fcore@7.0.0' },
      'hit package (manifest)',
    ],
    [
      'with the major version of its module in the path',
      { package: ['github.com/golang-jwt/jwt'], below: '4.5.2' },
      {
        name: 'github.com/golang-jwt/jwt/v4',
        version: 'v4.5.1',
        purl: 'pkg:golang/github.com/golang-jwt/jwt/v4@v4.5.1',
      },
      'hit package (manifest)',
    ],
    [
      'by the last part of that',
      { package: ['jwt'], below: '4.5.2' },
      { name: 'x', version: 'v4.5.1', purl: 'pkg:golang/github.com/golang-jwt/jwt/v4@v4.5.1' },
      'hit package (manifest)',
    ],
    [
      'with the major version of gopkg.in',
      { package: ['gopkg.in/yaml'], below: '3.0.1' },
      { name: 'x', version: 'v3.0.0', purl: 'pkg:golang/gopkg.in/yaml.v3@v3.0.0' },
      'hit package (manifest)',
    ],
    [
      'by the path of a package in its module',
      { package: ['golang.org/x/crypto/ssh'], below: '0.31.0' },
      { name: 'golang.org/x/crypto', version: 'v0.30.0', purl: 'pkg:golang/golang.org/x/crypto@v0.30.0' },
      'undetermined PackageUnclear',
    ],
    [
      'by such a path, in a version that was not asked for',
      { package: ['golang.org/x/crypto/ssh'], below: '0.31.0' },
      { name: 'golang.org/x/crypto', version: 'v0.31.0', purl: 'pkg:golang/golang.org/x/crypto@v0.31.0' },
      'no',
    ],
    [
      'with a package URL that is none',
      { package: ['github.com/foo/bar'] },
      { name: 'bar', version: 'v1', purl: 'pkg:golang/github.com/foo/bar@v1' },
      'undetermined PackageUnclear EcosystemNotCatalogued',
    ],
    [
      'by a file that is called after it',
      VULNERABLE,
      { name: 'log4j-core-2.14.1.jar', version: '2.14.1' },
      'undetermined VersionUnknown',
    ],
    [
      'by such a file, of whatever version',
      { package: ['log4j-core'] },
      { name: 'log4j-core-2.14.1.jar' },
      'undetermined PackageUnclear EcosystemNotCatalogued',
    ],
    [
      'as a package of no kind',
      VULNERABLE,
      { name: 'x', version: '2.14.1', purl: 'pkg:generic/log4j-core@2.14.1' },
      'undetermined VersionUnknown',
    ],
    [
      'by a name that its package URL has not',
      VULNERABLE,
      { name: 'log4j-core', version: '2.14.1', purl: 'pkg:maven/org.acme/logging@2.14.1' },
      'undetermined PackageUnclear',
    ],
    [
      'with a version that its package URL has not',
      VULNERABLE,
      { ...LOG4J, version: '2.17.1' },
      'undetermined VersionUnknown',
    ],
    ['with such a version, and neither was asked for', VULNERABLE, { ...FIXED, version: '2.17.2' }, 'no'],
    [
      'of two distributions at once',
      { package: ['openssl'], ecosystem: 'Ubuntu' },
      { name: 'openssl', version: '3.0', purl: 'pkg:deb/debian/openssl@3.0?distro=ubuntu-22.04' },
      'hit package (manifest)',
    ],
    [
      'with a dot between group and artifact',
      VULNERABLE,
      { name: 'org.apache.logging.log4j.log4j-core', version: '2.14.1' },
      'undetermined VersionUnknown',
    ],
    [
      'as a file with a package URL',
      VULNERABLE,
      { ...LOG4J, type: 'file' } as ListedComponent,
      'hit package (manifest)',
    ],
    [
      'of another name that begins alike',
      VULNERABLE,
      {
        name: 'log4j-core-its',
        version: '2.14.1',
        purl: 'pkg:maven/org.apache.logging.log4j/log4j-core-its@2.14.1',
      },
      'no',
    ],
  ])('%s', (_what, values, component, answer) => {
    const of = attachedTo(manifest('a', attachedAlone(cyclonedx([component, GUAVA]))));
    const go = attachedTo(manifest('a', attachedAlone(cyclonedx([component]))));
    const isGo = component.purl?.startsWith('pkg:golang') === true;
    expect(asked({ ...values, ...all }, isGo ? go : of, null)).toBe(answer);
  });
});

describe('a package that an SBOM describes', () => {
  const METADATA = { timestamp: '2026-01-02T03:04:05Z' };
  const described = (component: object) =>
    cyclonedx([GUAVA], { metadata: { ...METADATA, component: { type: 'library', ...component } } });
  const spdx = (one: object, more: readonly object[] = []) => ({
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    dataLicense: 'CC0-1.0',
    name: 'app',
    documentNamespace: 'https://acme.example/app',
    creationInfo: { created: '2026-01-02T03:04:05Z', creators: ['Tool: t'] },
    documentDescribes: ['SPDXRef-one'],
    packages: [{ SPDXID: 'SPDXRef-one', downloadLocation: 'NONE', ...one }, ...more],
  });
  const purl = (locator: string) => ({
    externalRefs: [
      { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: locator },
    ],
  });
  const guava = {
    SPDXID: 'SPDXRef-guava',
    name: 'guava',
    versionInfo: '32.0',
    downloadLocation: 'NONE',
    ...purl(GUAVA.purl),
  };

  it.each<[string, object, string]>([
    ['in CycloneDX', described(LOG4J), 'hit package (manifest)'],
    ['in CycloneDX, in another version', described(FIXED), 'no'],
    [
      'in SPDX',
      spdx({ name: 'log4j-core', versionInfo: '2.14.1', ...purl(LOG4J.purl) }),
      'hit package (manifest)',
    ],
    [
      'in SPDX, with nothing in it',
      spdx({ name: 'log4j-core', versionInfo: '2.17.1', ...purl(FIXED.purl) }),
      'undetermined EcosystemNotCatalogued',
    ],
    [
      'in SPDX, by another of its package URLs',
      spdx({ name: 'app', primaryPackagePurpose: 'CONTAINER' }, [
        guava,
        {
          ...guava,
          SPDXID: 'SPDXRef-shaded',
          versionInfo: '2.14.1',
          externalRefs: [...guava.externalRefs, ...purl(LOG4J.purl).externalRefs],
        },
      ]),
      'hit package (manifest)',
    ],
    [
      'in SPDX, though it is called as the image',
      spdx({ name: 'log4j-core', versionInfo: '2.14.1', primaryPackagePurpose: 'CONTAINER' }, [guava]),
      'no',
    ],
  ])('%s', (_what, document, answer) => {
    const of = attachedTo(manifest('a', attachedAlone(document)));
    expect(asked({ ...VULNERABLE, accept: 'unsigned' }, of, null)).toBe(answer);
  });

  it.each<[string, object]>([
    ['a directory, by CycloneDX', described({ type: 'file', name: '/src' })],
    [
      'a directory, by Syft',
      {
        artifacts: [{ id: 'g', name: 'guava', version: '32.0', type: 'java-archive', purl: GUAVA.purl }],
        source: { type: 'directory', metadata: { path: '/src' } },
        descriptor: { name: 'syft', version: '1.0.0' },
        schema: { version: '16.0.0' },
      },
    ],
    [
      'a file, by SPDX',
      {
        ...spdx({ SPDXID: 'SPDXRef-DocumentRoot-File-app.jar', name: 'app.jar' }, [guava]),
        documentDescribes: ['SPDXRef-DocumentRoot-File-app.jar'],
      },
    ],
    [
      'of packages that another document lists, by SPDX',
      {
        ...spdx({ name: 'app', primaryPackagePurpose: 'CONTAINER' }, [guava]),
        externalDocumentRefs: [
          {
            externalDocumentId: 'DocumentRef-libraries',
            spdxDocument: 'https://acme.example/libraries',
            checksum: { algorithm: 'SHA1', checksumValue: 'a'.repeat(40) },
          },
        ],
        relationships: [
          {
            spdxElementId: 'SPDXRef-one',
            relationshipType: 'CONTAINS',
            relatedSpdxElement: 'DocumentRef-libraries:SPDXRef-all',
          },
        ],
      },
    ],
    [
      'what has vulnerabilities alone',
      cyclonedx([{ ...GUAVA, 'bom-ref': 'x' } as typeof GUAVA], {
        vulnerabilities: [{ id: 'CVE-2', affects: [{ ref: 'x' }] }],
      }),
    ],
  ])('does not list all of an image where it is %s', (_what, document) => {
    const of = attachedTo(manifest('a', attachedAlone(document)));
    expect(asked({ ...VULNERABLE, accept: 'unsigned' }, of, null)).toBe('undetermined SbomTruncated');
  });

  it('does so where it is a whole file system', () => {
    const of = attachedTo(manifest('a', attachedAlone(described({ type: 'file', name: '/' }))));
    expect(asked({ ...VULNERABLE, accept: 'unsigned' }, of, null)).toBe('no');
  });
});

describe('a source package', () => {
  it('is not known to be absent where many packages are there and no source is named', () => {
    const debs = (count: number, last: string) =>
      Array.from({ length: count }, (_, at) => ({
        name: `lib${at}`,
        version: '1.0-1',
        purl: `pkg:deb/debian/lib${at}@1.0-1?distro=debian-12${at === 0 ? last : ''}`,
      }));
    const xz = { package: ['pkg:deb/debian/xz-utils'], from: '5.6.0', through: '5.6.1-1' };
    const of = (count: number, last = '') =>
      attachedTo(manifest('a', attested(cyclonedx(debs(count, last)))));
    expect(asked(xz, of(3))).toBe('no');
    expect(asked(xz, of(30))).toBe('undetermined EcosystemNotCatalogued');
    expect(asked(xz, of(30, '&upstream=glibc'))).toBe('no');
  });
});

describe('a bound without an epoch', () => {
  const openssl = (version: string, epoch: string) => ({
    name: 'openssl-libs',
    version,
    purl: `pkg:rpm/redhat/openssl-libs@${version}?distro=rhel-9.2${epoch}`,
  });
  const of = (one: ListedComponent) => attachedTo(manifest('a', attested(cyclonedx([one]))));

  it.each([
    ['a version with one', openssl('3.0.1-43.el9', '&epoch=1'), '3.0.7', 'undetermined VersionUnknown'],
    ['one that is newer anyhow', openssl('3.0.7-1.el9', '&epoch=1'), '3.0.7', 'no'],
    ['a bound with one', openssl('3.0.1-43.el9', '&epoch=1'), '1:3.0.7', 'hit package (manifest)'],
    ['an epoch of 0', openssl('3.0.8-1.el9', '&epoch=0'), '3.0.7', 'no'],
    ['neither', openssl('3.0.1-43.el9', ''), '3.0.7', 'hit package (manifest)'],
  ])('and %s', (_what, component, below, answer) => {
    expect(asked({ package: ['openssl-libs'], ecosystem: 'Red Hat', below }, of(component))).toBe(answer);
  });
});

describe('a package without a kind', () => {
  const has = attachedTo(manifest('b', attested(cyclonedx([LOG4J]))));

  it('is of those kinds in which its name was seen', () => {
    const values = { package: ['log4j-core'], below: '2.17.1' };
    expect(asked(values, attachedTo(manifest('a', attested(clean))), policyOf(), [has])).toBe('no');
    const debian = attachedTo(manifest('a', attested(cyclonedx([BASH]))));
    expect(asked(values, debian, policyOf(), [has])).toBe('undetermined EcosystemNotCatalogued');
  });

  it('is of no kind in which another name was seen', () => {
    const clean = attachedTo(manifest('a', attested(cyclonedx([GUAVA]))));
    const both = { package: ['org.apache.logging.log4j:log4j-core', 'nowhere'], below: '2.17.1' };
    expect(asked(both, clean, policyOf(), [has])).toBe('undetermined EcosystemNotCatalogued');
    const seen = attachedTo(
      manifest('b', attested(cyclonedx([{ ...GUAVA, name: 'nowhere', purl: 'pkg:npm/nowhere@9' }]))),
    );
    expect(asked(both, clean, policyOf(), [has, seen])).toBe('undetermined EcosystemNotCatalogued');
    const looked = attachedTo(
      manifest('a', attested(cyclonedx([GUAVA, { name: 'x', purl: 'pkg:npm/x@1' }]))),
    );
    expect(asked(both, looked, policyOf(), [has, seen])).toBe('no');
  });

  it('is compared by the rules of each', () => {
    const npm = { name: 'x', version: '1.0.0-sp', purl: 'pkg:npm/x@1.0.0-sp' };
    const maven = { name: 'x', version: '1.0.0-sp', purl: 'pkg:maven/g/x@1.0.0-sp' };
    const values = { package: ['x'], below: '1.0.0' };
    expect(asked(values, attachedTo(manifest('a', attested(cyclonedx([npm])))))).toBe(
      'hit package (manifest)',
    );
    expect(asked(values, attachedTo(manifest('a', attested(cyclonedx([maven])))))).toBe('no');
  });
});

describe('VEX', () => {
  const records = [
    {
      id: 'GHSA-1',
      withdrawn: null,
      aliases: ['CVE-1'],
      upstream: [],
      summary: null,
      affected: [
        {
          package: { ecosystem: 'Maven', name: 'org.apache.logging.log4j:log4j-core', purl: null },
          versions: [],
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.15.0' }] }],
        },
      ],
    },
  ];
  const [compiled] = compilePackages(
    { ...NO_PACKAGES, vulnerability: [{ id: 'CVE-1', records, covers: null }] },
    () => undefined,
  ).predicates;
  const IMAGE = `pkg:oci/app@${encodeURIComponent(DIGEST)}`;
  const about = (more: object = {}) => ({
    vulnerability: { name: 'CVE-1' },
    status: 'not_affected',
    justification: 'vulnerable_code_not_present',
    products: [{ '@id': IMAGE, subcomponents: [{ '@id': LOG4J.purl }] }],
    ...more,
  });
  const word = (on: JudgedManifest, policy = policyOf()): readonly unknown[] => {
    const seen: Answer[] = [];
    if (!compiled) throw new Error('no predicate');
    const record = { ...compiled, ask: (one: Subject) => (seen.push(compiled.ask(one)), seen[0] ?? NO) };
    ask(record, attachedTo(on), { policy });
    const [answer] = seen;
    return answer?.is === 'hit' ? answer.matches.map(({ vex }) => vex?.excuses ?? 'no word') : [answer?.is];
  };
  const excused = (...said: readonly Verdict[]): readonly unknown[] =>
    word(manifest('a', attested(cyclonedx([LOG4J])), ...said));
  const LATER = '2026-02-02T03:04:05Z';
  const inCycloneDx = (affects: readonly object[], more: object = {}, analysis: object = {}) =>
    attested(
      cyclonedx([{ ...LOG4J, 'bom-ref': 'x' } as typeof LOG4J], {
        vulnerabilities: [
          {
            id: 'CVE-1',
            analysis: { state: 'not_affected', justification: 'code_not_reachable', ...analysis },
            affects,
          },
        ],
        ...more,
      }),
    );

  it.each<[string, readonly Verdict[], boolean | 'no word']>([
    ['not affected, with a justification', [vexed(about())], true],
    ['fixed', [vexed(about({ status: 'fixed', justification: null }))], true],
    ['by another name of the vulnerability', [vexed(about({ vulnerability: { name: 'GHSA-1' } }))], true],
    ['of the whole image', [vexed(about({ products: [{ '@id': IMAGE }] }))], true],
    ['of the component itself', [vexed(about({ products: [{ '@id': LOG4J.purl }] }))], true],
    [
      'of all versions of the component',
      [vexed(about({ products: [{ '@id': 'pkg:maven/org.apache.logging.log4j/log4j-core' }] }))],
      true,
    ],
    [
      'fixed, of all versions of the component',
      [
        vexed(
          about({ status: 'fixed', products: [{ '@id': 'pkg:maven/org.apache.logging.log4j/log4j-core' }] }),
        ),
      ],
      'no word',
    ],
    [
      'fixed, of the component in its version',
      [vexed(about({ status: 'fixed', products: [{ '@id': LOG4J.purl }] }))],
      true,
    ],
    [
      'fixed, of the component in this image',
      [
        vexed(
          about({
            status: 'fixed',
            products: [
              {
                '@id': IMAGE,
                subcomponents: [{ '@id': 'pkg:maven/org.apache.logging.log4j/log4j-core' }],
              },
            ],
          }),
        ),
      ],
      true,
    ],
    [
      'of the component with a qualifier that it has not',
      [vexed(about({ products: [{ '@id': `${LOG4J.purl}?classifier=shaded` }] }))],
      'no word',
    ],
    [
      'of a part of the component',
      [vexed(about({ products: [{ '@id': LOG4J.purl, subcomponents: [{ '@id': GUAVA.purl }] }] }))],
      'no word',
    ],
    [
      'of an image by its repository alone',
      [vexed(about({ products: [{ '@id': 'pkg:oci/app?repository_url=ghcr.io/acme/cart' }] }))],
      'no word',
    ],
    ['in another case', [vexed(about({ vulnerability: { name: 'cve-1' } }))], true],
    ['by a time that nobody verifies', [vexed(about(), { time: null })], true],
    [
      'taken back at no verified time',
      [vexed(about()), vexed(about({ status: 'affected' }), { time: null })],
      false,
    ],
    ['taken back at the same time', [vexed(about()), vexed(about({ status: 'under_investigation' }))], false],
    [
      'signed again after it was taken back',
      [
        vexed(about({ timestamp: '2026-01-01T00:00:00Z' }), { time: LATER }),
        vexed(about({ status: 'affected', timestamp: '2026-01-02T00:00:00Z' })),
      ],
      false,
    ],
    [
      'by the time of a document that was signed again',
      [
        vexed(about(), { time: LATER, more: { timestamp: '2026-01-01T00:00:00Z' } }),
        vexed(about({ status: 'affected' }), { more: { last_updated: '2026-01-02T00:00:00Z' } }),
      ],
      false,
    ],
    [
      'that says it is of a time to come, and was taken back',
      [
        vexed(about({ timestamp: '2099-01-01T00:00:00Z' })),
        vexed(about({ status: 'affected', timestamp: '2026-02-01T00:00:00Z' }), { time: LATER }),
      ],
      false,
    ],
    [
      'later in one document',
      [
        vexed([
          about({ status: 'under_investigation', timestamp: '2026-01-01T00:00:00Z' }),
          about({ timestamp: '2026-01-02T00:00:00Z' }),
        ]),
      ],
      true,
    ],
    [
      'earlier in one document',
      [
        vexed([
          about({ timestamp: '2026-01-01T00:00:00Z' }),
          about({ status: 'affected', timestamp: '2026-01-02T00:00:00Z' }),
        ]),
      ],
      false,
    ],
    [
      'beside another word in one document without times',
      [vexed([about({ status: 'affected' }), about()])],
      false,
    ],
    [
      'before a document of its signer that cannot be read',
      [vexed(about()), vexed({ status: 'maybe' }, { time: LATER })],
      'no word',
    ],
    [
      'behind a document of its signer that cannot be read',
      [vexed(about(), { time: LATER }), vexed({ status: 'maybe' })],
      true,
    ],
    [
      'before a document of a stranger that cannot be read',
      [vexed(about()), vexed({ status: 'maybe' }, { time: LATER, signer: keyOf('stranger') })],
      true,
    ],
    ['without a justification', [vexed(about({ justification: null }))], false],
    ['under investigation', [vexed(about({ status: 'under_investigation' }))], false],
    ['affected', [vexed(about({ status: 'affected' }))], false],
    ['by a stranger', [vexed(about(), { signer: keyOf('stranger') })], 'no word'],
    ['of another vulnerability', [vexed(about({ vulnerability: { name: 'CVE-2' } }))], 'no word'],
    [
      'of another image',
      [vexed(about({ products: [{ '@id': `pkg:oci/app@${encodeURIComponent(OTHER)}` }] }))],
      'no word',
    ],
    [
      'of another component',
      [vexed(about({ products: [{ '@id': IMAGE, subcomponents: [{ '@id': GUAVA.purl }] }] }))],
      'no word',
    ],
    [
      'of a component that is named by no package URL',
      [vexed(about({ products: [{ '@id': IMAGE, subcomponents: [{ '@id': 'log4j-api' }] }] }))],
      'no word',
    ],
    [
      'of another component, which OpenVEX 0.0.1 names beside the image',
      [vexed(about({ products: [IMAGE], subcomponents: [GUAVA.purl] }))],
      'no word',
    ],
    [
      'of the component, which OpenVEX 0.0.1 names beside the image',
      [vexed(about({ products: [IMAGE], subcomponents: [LOG4J.purl] }))],
      true,
    ],
    ['of another version', [vexed(about({ products: [{ '@id': FIXED.purl }] }))], 'no word'],
    ['of no product', [vexed(about({ products: [] }))], 'no word'],
    [
      'withdrawn later',
      [vexed(about()), vexed(about({ status: 'affected' }), { time: '2026-02-02T03:04:05Z' })],
      false,
    ],
    [
      'given later',
      [vexed(about(), { time: '2026-02-02T03:04:05Z' }), vexed(about({ status: 'affected' }))],
      true,
    ],
    ['that cannot be read', [vexed({ status: 'maybe' })], 'no word'],
    [
      'in CycloneDX',
      [
        attested(
          cyclonedx([{ ...LOG4J, 'bom-ref': 'x' } as typeof LOG4J], {
            vulnerabilities: [
              {
                id: 'CVE-1',
                analysis: { state: 'not_affected', justification: 'code_not_reachable' },
                affects: [{ ref: 'x' }],
              },
            ],
          }),
        ),
      ],
      true,
    ],
    [
      'in CycloneDX of some versions of it',
      [inCycloneDx([{ ref: 'x', versions: [{ version: '2.17.1', status: 'unaffected' }] }])],
      'no word',
    ],
    [
      'in CycloneDX by a reference into another document',
      [
        inCycloneDx([{ ref: 'urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#x' }], {
          serialNumber: 'urn:uuid:00000000-395b-41f5-a30f-a58921a69b79',
        }),
      ],
      'no word',
    ],
    [
      'in CycloneDX by a reference that is no URI',
      [inCycloneDx([{ ref: 'urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Amaven%2Fa%' }])],
      'no word',
    ],
    [
      'in CycloneDX by a reference into its own',
      [
        inCycloneDx([{ ref: 'urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#x' }], {
          serialNumber: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
        }),
      ],
      true,
    ],
    [
      'in CycloneDX, resolved in the version that it has',
      [inCycloneDx([{ ref: 'x' }], {}, { state: 'resolved' })],
      true,
    ],
    [
      'in CycloneDX without a justification',
      [
        attested(
          cyclonedx([{ ...LOG4J, 'bom-ref': 'x' } as typeof LOG4J], {
            vulnerabilities: [{ id: 'CVE-1', analysis: { state: 'not_affected' }, affects: [{ ref: 'x' }] }],
          }),
        ),
      ],
      false,
    ],
  ])('%s', (_what, said, word) => {
    expect(new Set(excused(...said))).toEqual(new Set([word]));
  });

  it('excuses nothing where something was not heard that may say otherwise', () => {
    const on = manifest('a', attested(cyclonedx([LOG4J])), vexed(about()));
    expect(word(on)).toEqual([true]);
    expect(word(unreadable(on, 'TimedOut'))).toEqual(['undetermined']);
    const unheard = attestedInVain({}, DIGEST, 'TrustRootOutdated');
    expect(word({ ...on, verdicts: [...on.verdicts, unheard] })).toEqual(['undetermined']);
    const forged = attestedInVain({}, DIGEST, 'SignatureInvalid');
    expect(word({ ...on, verdicts: [...on.verdicts, forged] })).toEqual([true]);
  });

  it('of whom rules name for other images alone excuses nothing', () => {
    const on = manifest('a', attested(cyclonedx([LOG4J])), vexed(about()));
    const policy = policyOf();
    const [rule] = policy.rules;
    if (!rule) throw new Error('no rule');
    const elsewhere = { ...rule, matches: () => null, authorities: ['ci'] };
    expect(word(on, { ...policy, rules: [elsewhere] })).toEqual(['no word']);
    expect(word(on, { ...policy, rules: [elsewhere, { ...rule, authorities: ['ci'] }] })).toEqual([true]);
  });

  it('is of no other vulnerability that an advisory calls the same', () => {
    const [record] = records;
    const both = [{ ...record, aliases: ['CVE-1', 'CVE-2'] }] as typeof records;
    const { predicates } = compilePackages(
      { ...NO_PACKAGES, vulnerability: [{ id: 'CVE-1', records: both, covers: null }] },
      () => undefined,
    );
    const [predicate] = predicates;
    if (!predicate) throw new Error('no predicate');
    const on = (name: string) =>
      attachedTo(manifest('a', attested(cyclonedx([LOG4J])), vexed(about({ vulnerability: { name } }))));
    const excuses = (name: string) => {
      const seen: Answer[] = [];
      const record = { ...predicate, ask: (one: Subject) => (seen.push(predicate.ask(one)), NO) };
      ask(record, on(name), { policy: policyOf() });
      return seen.flatMap((one) => (one.is === 'hit' ? one.matches.map(({ vex }) => vex?.excuses) : []));
    };
    expect([excuses('CVE-1'), excuses('GHSA-1'), excuses('CVE-2')]).toEqual([[true], [true], [undefined]]);
  });
});

describe('a vulnerability', () => {
  const record = (ecosystem: string, name: string, fixed: string) => ({
    id: 'CVE-1',
    withdrawn: null,
    aliases: [],
    upstream: [],
    summary: null,
    affected: [
      {
        package: { ecosystem, name, purl: null },
        versions: [],
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
      },
    ],
  });
  const deb = (version: string, distro: string, source = 'openssl') => ({
    name: 'libssl3',
    version,
    purl: `pkg:deb/debian/libssl3@${version}?distro=${distro}&upstream=${source}`,
  });
  const records = [record('Debian:11', 'openssl', '1.1.1n-0'), record('Debian:12', 'openssl', '3.0.9-1')];

  it('is of no image of another distribution, whose packages were looked for', () => {
    const apk = {
      name: 'musl',
      version: '1.2.4-r2',
      purl: 'pkg:apk/alpine/musl@1.2.4-r2?distro=alpine-3.19.1',
    };
    const of = (...components: ListedComponent[]) =>
      attachedTo(manifest('a', attested(cyclonedx(components))));
    expect(asked({ vulnerability: [{ id: 'CVE-1', records, covers: null }] }, of(apk))).toBe('no');
    expect(asked({ vulnerability: [{ id: 'CVE-1', records, covers: null }] }, of(GUAVA))).toBe(
      'undetermined EcosystemNotCatalogued',
    );
  });

  it('is not known where its records are of other distributions, or of what is not known here', () => {
    const of = (component: ListedComponent) => attachedTo(manifest('a', attested(cyclonedx([component]))));
    const known = (covers: readonly string[] | null, component: ListedComponent, more: typeof records = []) =>
      asked(
        {
          vulnerability: [{ id: 'CVE-1', records: [...records, ...more], covers: covers && new Set(covers) }],
        },
        of(component),
      );
    const ubuntu = { ...BASH, purl: 'pkg:deb/ubuntu/bash@5.2?distro=ubuntu-22.04' };
    const kali = { ...BASH, purl: 'pkg:deb/kali/bash@5.2' };
    expect(known(['Debian'], BASH)).toBe('no');
    expect(known(null, ubuntu)).toBe('no');
    expect(known(['Debian'], ubuntu)).toBe('undetermined AdvisoriesIncomplete');
    expect(known(['Debian', 'Ubuntu'], ubuntu)).toBe('no');
    expect(known(['Debian', 'Ubuntu'], kali)).toBe('undetermined AdvisoriesIncomplete');
    expect(known(null, BASH, [record('Linux', 'Kernel', '6.1')])).toBe('no');
    const opam = record('opam', 'openssl', '1.0');
    expect(known(null, BASH, [opam])).toBe('undetermined AdvisoriesIncomplete');
    expect(known(null, BASH, [record('GHC', 'base', '1.0')])).toBe('undetermined AdvisoriesIncomplete');
  });

  it('is told with what of its records names no package', () => {
    const commits = {
      ...record('npm', 'a', '1'),
      id: 'CVE-9',
      affected: [{ package: null, versions: [], ranges: [] }],
    };
    const vulnerability = [{ id: 'CVE-1', records: [...records, commits], covers: null }];
    expect(compilePackages({ ...NO_PACKAGES, vulnerability }, () => {}).notes[0]).toContain(
      'CVE-9 names commits of a repository and no package',
    );
    const { notes } = compilePackages({ ...NO_PACKAGES, vulnerability }, () => {});
    expect(notes).toContain('of CVE-1, packages of Debian alone were looked for: the record names no others');
  });

  it.each([
    ['a source package in its release', deb('3.0.8-1', 'debian-12'), 'hit vulnerability (manifest)'],
    ['one that is fixed', deb('3.0.9-1', 'debian-12'), 'no'],
    ['by the fix of its own release', deb('1.1.1m-0', 'debian-11'), 'hit vulnerability (manifest)'],
    ['a release that is not affected', deb('1.0-1', 'debian-10'), 'no'],
    ['a release that nobody names', deb('1.0-1', ''), 'undetermined VersionUnknown'],
    ['another source', deb('1.0-1', 'debian-12', 'libressl'), 'no'],
    [
      'another distribution',
      {
        ...deb('1.0-1', 'ubuntu-22.04'),
        purl: 'pkg:deb/ubuntu/libssl3@1.0-1?distro=ubuntu-22.04&upstream=openssl',
      },
      'no',
    ],
  ])('is of %s', (_what, component, answer) => {
    const of = attachedTo(manifest('a', attested(cyclonedx([component]))));
    expect(asked({ vulnerability: [{ id: 'CVE-1', records, covers: null }] }, of)).toBe(answer);
  });
});
