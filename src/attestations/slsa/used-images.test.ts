import { expect, it } from 'vitest';
import { usedImages } from './used-images.ts';

const HEX = 'a'.repeat(64);
const DIGEST = `sha256:${HEX}`;
const V02 = 'https://slsa.dev/provenance/v0.2';

function used(uri: string, digest: object | null = { sha256: HEX }): readonly string[] {
  return usedImages(V02, { materials: [{ uri, digest }] }).map((one) => `${one.repository}@${one.digest}`);
}

it.each([
  ['pkg:docker/debian@12?platform=linux%2Famd64', 'docker.io/library/debian'],
  ['pkg:docker/grafana/grafana@13', 'docker.io/grafana/grafana'],
  ['pkg:docker/ghcr.io/acme/base@1.0', 'ghcr.io/acme/base'],
  ['pkg:docker/localhost%3A5000/acme/base@latest', 'localhost:5000/acme/base'],
  ['pkg:docker/acme/base@1?repository_url=gcr.io', 'gcr.io/acme/base'],
  ['pkg:oci/debian@sha256%3Aabc?repository_url=docker.io/library/debian', 'docker.io/library/debian'],
])('knows the repository of %s', (uri, repository) => {
  expect(used(uri)).toEqual([`${repository}@${DIGEST}`]);
});

it.each([
  ['pkg:oci/debian', { sha256: HEX }],
  ['pkg:npm/debian@1', { sha256: HEX }],
  ['git+https://github.com/acme/cart', { sha1: HEX.slice(0, 40) }],
  ['pkg:docker/debian@12', null],
  ['pkg:docker/debian@12', { sha256: '../../etc' }],
  ['pkg:docker/Debian:12', { sha256: HEX }],
  ['', { sha256: HEX }],
])('passes over %s', (uri, digest) => {
  expect(used(uri, digest)).toEqual([]);
});

it('takes the digest from the package URL where none stands beside it', () => {
  expect(used(`pkg:docker/debian@12?digest=${DIGEST}`, null)).toEqual([`docker.io/library/debian@${DIGEST}`]);
  expect(used(`pkg:docker/debian@${DIGEST}`, {})).toEqual([`docker.io/library/debian@${DIGEST}`]);
});

it('reads v1 as well, and nothing that is no provenance', () => {
  const material = { uri: 'pkg:docker/debian@12', digest: { sha256: HEX } };
  const v1 = { buildDefinition: { resolvedDependencies: [material] } };
  expect(usedImages('https://slsa.dev/provenance/v1', v1)).toHaveLength(1);
  expect(usedImages('https://spdx.dev/Document', v1)).toEqual([]);
  expect(usedImages('https://slsa.dev/verification_summary/v1', v1)).toEqual([]);
  expect(usedImages(V02, { materials: 'x' })).toEqual([]);
});
