import { describe, expect, it } from 'vitest';
import { isSbomArtifactType, sbomFormatOfMediaType, sbomFormatOfPredicate } from './predicate-types.ts';

describe('sbomFormatOfPredicate', () => {
  it.each([
    ['https://spdx.dev/Document', 'spdx'],
    ['https://spdx.dev/Document/v2.3', 'spdx'],
    ['https://spdx.dev/Document/v3', 'spdx'],
    ['https://spdx.dev/Document/v3.0.1', 'spdx'],
    ['https://cyclonedx.org/bom', 'cyclonedx'],
    ['https://cyclonedx.org/bom/v1.4', 'cyclonedx'],
    ['https://cyclonedx.org/bom/v1.7', 'cyclonedx'],
    ['https://cyclonedx.org/schema', 'cyclonedx'],
    ['https://syft.dev/bom', 'syft'],
    ['https://spdx.dev/Document/evil', null],
    ['https://spdx.dev/Documents', null],
    ['https://spdx.dev.evil.example/Document', null],
    ['http://spdx.dev/Document', null],
    ['https://cyclonedx.org/vex', null],
    ['https://slsa.dev/provenance/v1', null],
    ['', null],
  ])('%s → %s', (predicateType, expected) => {
    expect(sbomFormatOfPredicate(predicateType)).toBe(expected);
  });
});

describe('sbomFormatOfMediaType', () => {
  it.each([
    ['application/spdx+json', 'spdx'],
    ['text/spdx', 'spdx'],
    ['text/spdx+json', 'spdx'],
    ['text/spdx+xml', 'spdx'],
    ['application/vnd.cyclonedx', 'cyclonedx'],
    ['application/vnd.cyclonedx+json', 'cyclonedx'],
    ['application/vnd.cyclonedx+json; version=1.5', 'cyclonedx'],
    ['Application/vnd.CycloneDX+xml', 'cyclonedx'],
    ['application/vnd.syft+json', 'syft'],
    ['application/json', null],
    ['constructor', null],
  ])('%s → %s', (mediaType, expected) => {
    expect(sbomFormatOfMediaType(mediaType)).toBe(expected);
    expect(isSbomArtifactType(mediaType)).toBe(expected !== null);
  });

  it("knows cosign's artifact of any format", () => {
    expect(isSbomArtifactType('application/vnd.dev.cosign.artifact.sbom.v1+json')).toBe(true);
  });
});
