import { describe, expect, it } from 'vitest';
import { formatOf, formatOfInToto, looksSigned } from './media-types.ts';

const SIG = 'application/vnd.dev.cosign.artifact.sig.v1+json';
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

describe('formatOf', () => {
  it.each([
    [BUNDLE, 'sigstore-bundle'],
    ['application/vnd.dev.sigstore.bundle+json;version=0.1', 'sigstore-bundle'],
    ['application/vnd.dev.sigstore.bundle+json;version=0.2', 'sigstore-bundle'],
    ['application/vnd.dev.cosign.simplesigning.v1+json', 'simple-signing'],
    ['application/vnd.dsse.envelope.v1+json', 'dsse-envelope'],
    ['application/vnd.in-toto.provenance+dsse', 'dsse-envelope'],
    ['application/vnd.in-toto+json', 'statement'],
    ['application/vnd.in-toto.spdx+json', 'statement'],
    ['text/spdx+json', 'sbom'],
    ['application/vnd.oci.image.layer.v1.tar+gzip', null],
    ['application/json', null],
    [`x${BUNDLE}`, null],
  ])('reads %s as %s', (mediaType, format) => {
    expect(formatOf(mediaType, undefined)).toBe(format);
  });

  it.each([
    ['application/json', BUNDLE, 'sigstore-bundle'],
    ['application/octet-stream', 'application/vnd.in-toto+json', 'statement'],
    ['application/json; charset=utf-8', 'application/vnd.cyclonedx+json', 'sbom'],
    ['application/json', SIG, null],
    // The media type says what it is, whatever the manifest calls itself.
    [BUNDLE, SIG, 'sigstore-bundle'],
    ['application/vnd.example.thing', BUNDLE, null],
  ])('reads %s of a manifest of the type %s as %s', (mediaType, artifactType, format) => {
    expect(formatOf(mediaType, artifactType)).toBe(format);
  });
});

describe('formatOfInToto', () => {
  it.each<[string, string, string]>([
    ['a statement', '{"_type":"https://in-toto.io/Statement/v1"}', 'statement'],
    [
      'an envelope',
      '{"payloadType":"application/vnd.in-toto+json","payload":"","signatures":[]}',
      'dsse-envelope',
    ],
    ['a bundle', '{"verificationMaterial":{},"dsseEnvelope":{"payloadType":"x"}}', 'sigstore-bundle'],
    ['a statement that quotes an envelope', '{"_type":"x","predicate":{"payloadType":"x"}}', 'statement'],
    ['what is no JSON', '{"payloadType"', 'statement'],
    ['what is no object', '["payloadType"]', 'statement'],
  ])('%s', (_name, text, format) => {
    expect(formatOfInToto(Buffer.from(text))).toBe(format);
  });
});

describe('looksSigned', () => {
  it.each([
    'application/vnd.example.signature.v1+pgp',
    'application/pkcs7-signature',
    'application/vnd.dev.cosign.artifact.sig.v2+json',
    'application/vnd.acme.attestation.v1',
    'application/vnd.in-toto.bundle',
  ])('%s', (type) => expect(looksSigned(type)).toBe(true));

  it.each([
    'application/vnd.oci.image.config.v1+json',
    'application/vnd.aquasec.trivy.report+json',
    'application/vnd.example.design.v1',
    'application/vnd.wasm.content.layer.v1+wasm',
    'application/vnd.cncf.helm.config.v1+json',
  ])('not %s', (type) => expect(looksSigned(type)).toBe(false));
});
