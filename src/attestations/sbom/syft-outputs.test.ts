import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { assert, describe, expect, it } from 'vitest';
import { readSbom } from './read-sbom.ts';

const FOLDER = resolve(import.meta.dirname, '../../../testdata/sboms');

/** Files and the distribution itself are components of CycloneDX; the image is a package of SPDX. */
describe.each([
  ['syft.json', 'syft', '16.1.3', 3],
  ['spdx-2.3.json', 'spdx', '2.3', 4],
  ['spdx-2.2.json', 'spdx', '2.2', 4],
  ['spdx-2.3.spdx', 'spdx', '2.3', 4],
  ['cyclonedx-1.6.json', 'cyclonedx', '1.6', 7],
  ['cyclonedx-1.6.xml', 'cyclonedx', '1.6', 7],
] as const)('%s, as the real Syft writes it', (file, format, specVersion, listed) => {
  const sbom = readSbom(readFileSync(resolve(FOLDER, file)), format);
  assert(sbom.ok, sbom.ok ? '' : sbom.message);
  const { value } = sbom;

  it('is read without a problem, and says which image it describes and what made it', () => {
    expect(value).toMatchObject({ format, specVersion, listed, problems: [], truncated: false });
    expect(value.describes).toStrictEqual([expect.stringMatching(/^sha256:[0-9a-f]{64}$/)]);
    expect(value.tools).toStrictEqual([{ name: 'syft', version: '1.42.0' }]);
    expect(value.ecosystems).toStrictEqual(expect.arrayContaining(['deb', 'npm', 'pypi']));
  });

  it('lists the same packages', () => {
    const packages = value.components.filter(({ purl }) => purl !== null);
    const said = packages.map(({ name, version, ecosystem, source, locations, licences, distro }) =>
      [name, version, ecosystem, source?.name, source?.version, ...locations, ...licences, distro].join(' '),
    );
    expect(said.sort()).toStrictEqual([
      'express 4.19.2 npm   /app/node_modules/express/package.json MIT ',
      'libssl3 3.0.11-1~deb12u2+b1 deb openssl 3.0.11-1~deb12u2 /var/lib/dpkg/status debian-12',
      'requests 2.31.0 pypi   /usr/lib/python3/dist-packages/requests-2.31.0.dist-info/METADATA Apache-2.0 ',
    ]);
  });
});

it('describes one image in every format', () => {
  const digests = ['syft.json', 'spdx-2.3.json', 'cyclonedx-1.6.xml'].map((file) => {
    const sbom = readSbom(readFileSync(resolve(FOLDER, file)), null);
    return sbom.ok ? sbom.value.describes[0] : sbom.message;
  });
  expect(new Set(digests).size).toBe(1);
});
