import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { assert, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readSbom } from './read-sbom.ts';
import type { Component, Sbom } from './sbom.ts';

const FOLDER = resolve(import.meta.dirname, '../../../testdata/sboms');
const pushed = z.object({ digest: z.string(), diffIds: z.array(z.string()) });
const images = z
  .object({ cart: pushed, tools: pushed })
  .parse(JSON.parse(readFileSync(resolve(FOLDER, 'images.json'), 'utf8')));

function read(file: string): Sbom {
  const sbom = readSbom(readFileSync(resolve(FOLDER, file)), null);
  assert(sbom.ok, sbom.ok ? '' : `${file}: ${sbom.message}`);
  return sbom.value;
}

const of = (sbom: Sbom, type: string): Component | undefined =>
  sbom.components.find(({ ecosystem }) => ecosystem === type);
/** Which of the image's layers it is, the lowest 0. */
const layerOf = (component: Component | undefined, { diffIds }: z.output<typeof pushed>): number | null =>
  component?.layer ? diffIds.indexOf(component.layer) : null;

/** Files, the distribution and the paths of programs are components of CycloneDX; the image is a package of SPDX. */
describe.each([
  ['syft.json', 'syft', '16.1.3', 6, 'syft'],
  ['syft.spdx-2.3.json', 'spdx', '2.3', 7, 'syft'],
  ['syft.spdx-2.2.json', 'spdx', '2.2', 7, 'syft'],
  ['syft.spdx', 'spdx', '2.3', 7, 'syft'],
  ['syft.cdx.json', 'cyclonedx', '1.6', 12, 'syft'],
  ['syft.cdx.xml', 'cyclonedx', '1.6', 12, 'syft'],
  ['trivy.cdx.json', 'cyclonedx', '1.6', 8, 'trivy'],
  ['trivy.spdx.json', 'spdx', '2.3', 9, 'trivy'],
  ['trivy.spdx', 'spdx', '2.3', 9, 'trivy'],
] as const)('%s of an image', (file, format, specVersion, listed, tool) => {
  const sbom = read(`cart/${file}`);

  it('is read without a problem, and says which image it describes and what made it', () => {
    expect(sbom).toMatchObject({ format, specVersion, listed, problems: [], truncated: false });
    expect(sbom.describes).toStrictEqual([images.cart.digest]);
    expect(sbom.tools).toStrictEqual([{ name: tool, version: tool === 'syft' ? '1.42.0' : '0.70.0' }]);
    expect(sbom.ecosystems).toStrictEqual(expect.arrayContaining(['deb', 'golang', 'maven', 'npm', 'pypi']));
  });

  it('has what was planted, by its package URL', () => {
    const urls = sbom.components.flatMap(({ purl }) => purl?.replace(/@v?[^@]*$|\?.*$/, '') ?? []);
    expect(urls.sort()).toStrictEqual([
      'pkg:deb/debian/libssl3',
      'pkg:golang/example.com/shop/cart',
      'pkg:golang/stdlib',
      'pkg:maven/org.apache.logging.log4j/log4j-core',
      'pkg:npm/express',
      'pkg:pypi/requests',
    ]);
    expect(of(sbom, 'maven')?.version).toBe('2.14.1');
    expect(of(sbom, 'npm')?.licences).toStrictEqual(['MIT']);
  });

  it('names the source of the package of Debian', () => {
    expect(of(sbom, 'deb')).toMatchObject({
      version: '3.0.11-1~deb12u2+b1',
      source: { name: 'openssl', version: '3.0.11-1~deb12u2' },
    });
  });

  it('says where the packages of the application are', () => {
    const library = sbom.components.find(({ name }) => name === 'stdlib');
    expect(library?.locations).toStrictEqual(['/usr/local/bin/cart']);
    expect(['maven', 'npm', 'pypi'].flatMap((type) => of(sbom, type)?.locations ?? [])).toStrictEqual([
      '/app/lib/log4j-core-2.14.1.jar',
      '/app/node_modules/express/package.json',
      '/usr/lib/python3/dist-packages/requests-2.31.0.dist-info/METADATA',
    ]);
  });
});

it.each(['syft.json', 'syft.cdx.json', 'syft.cdx.xml', 'trivy.cdx.json', 'trivy.spdx.json'])(
  '%s says which layer a package came with',
  (file) => {
    const sbom = read(`cart/${file}`);
    const layers = ['deb', 'maven', 'npm', 'pypi', 'golang'].map((type) =>
      layerOf(of(sbom, type), images.cart),
    );
    expect(layers).toStrictEqual([0, 1, 1, 1, 1]);
  },
);

it.each(['syft.cdx.json', 'trivy.cdx.json'])('%s of Alpine names the source and the layer', (file) => {
  const sbom = read(`tools/${file}`);
  const library = of(sbom, 'apk');
  expect(sbom.describes).toStrictEqual([images.tools.digest]);
  expect(library).toMatchObject({ name: 'libcrypto3', version: '3.3.2-r0', source: { name: 'openssl' } });
  expect(layerOf(library, images.tools)).toBe(0);
});

it('tells of Syft which ecosystems it looked for, though the image has nothing of them', () => {
  expect(read('cart/syft.json').ecosystems).toStrictEqual(
    expect.arrayContaining(['apk', 'cargo', 'gem', 'nuget', 'rpm']),
  );
});
