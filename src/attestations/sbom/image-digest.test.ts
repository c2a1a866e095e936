import { describe, expect, it } from 'vitest';
import { digestOf, digestOfHash, digestOfPurl, isImagePurl } from './image-digest.ts';

const HEX = 'ab'.repeat(32);
const DIGEST = `sha256:${HEX}`;

describe('digestOfPurl', () => {
  it.each<[string | null, readonly string[]]>([
    [`pkg:oci/cart@${DIGEST}`, [DIGEST]],
    [`pkg:oci/cart@sha256%3A${HEX}?repository_url=ghcr.io/acme/cart&tag=v1`, [DIGEST]],
    [`pkg:oci/cart@sha256%3a${HEX.toUpperCase()}?arch=`, [DIGEST]],
    [`pkg:docker/alpine@3.20?digest=sha256%3A${HEX}&platform=linux%2Famd64`, [DIGEST]],
    [`pkg:docker/cart@${DIGEST}#sub`, [DIGEST]],
    ['pkg:docker/alpine@3.20', []],
    ['pkg:oci/cart', []],
    [`pkg:oci/cart@sha256:${HEX}0`, []],
    [`pkg:npm/cart@${DIGEST}`, []],
    ['a-purl-1', []],
    [null, []],
  ])('%s → %j', (purl, expected) => {
    expect(digestOfPurl(purl)).toStrictEqual(expected);
  });
});

describe('digestOf', () => {
  it.each<[string | null, readonly string[]]>([
    [DIGEST, [DIGEST]],
    [`ghcr.io/acme/cart@${DIGEST}`, [DIGEST]],
    [`ghcr.io/acme/cart:v1@${DIGEST}`, [DIGEST]],
    [`${DIGEST}@x`, []],
    [HEX, []],
    ['sha256:redacted', []],
    ['', []],
    [null, []],
  ])('%s → %j', (text, expected) => {
    expect(digestOf(text)).toStrictEqual(expected);
  });
});

it.each<[string, string, readonly string[]]>([
  ['SHA256', HEX, [DIGEST]],
  ['SHA-256', HEX.toUpperCase(), [DIGEST]],
  ['sha256', HEX, [DIGEST]],
  ['SHA1', HEX, []],
  ['SHA3-256', HEX, []],
  ['SHA256', HEX.slice(2), []],
])('digestOfHash %s %s → %j', (algorithm, value, expected) => {
  expect(digestOfHash(algorithm, value)).toStrictEqual(expected);
});

it.each([
  ['pkg:oci/cart', true],
  ['pkg:docker/library/alpine', true],
  ['pkg:npm/oci', false],
  [null, false],
])('isImagePurl %s → %s', (purl, expected) => {
  expect(isImagePurl(purl)).toBe(expected);
});
