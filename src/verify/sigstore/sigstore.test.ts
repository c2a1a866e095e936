import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { dsse } from '@sigstore/core';
import { describe, expect, it } from 'vitest';
import type { Evidence, EvidenceFormat } from '../../evidence/collector.ts';
import { LOG_ENTRIES } from '../../limits.ts';
import { publicGoodRoot } from '../public-good.ts';
import type { TrustedKey, TrustMaterial } from '../verifier.ts';
import { sigstore } from './sigstore.ts';
import { ANYWHERE } from '../circumstances.fixture.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;
const SIGN = 'https://sigstore.dev/cosign/sign/v1';
const IN_TOTO = 'application/vnd.in-toto+json';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const trusted: TrustedKey = {
  authority: 'release-key',
  key: pair.publicKey,
  fingerprint: 'f',
  root: null,
  notBefore: null,
  notAfter: null,
};
const trust = (key: Partial<TrustedKey> = {}): TrustMaterial => ({
  roots: [publicGoodRoot()],
  keys: [{ ...trusted, ...key }],
});

function evidence(
  format: EvidenceFormat,
  bytes: Uint8Array,
  annotations: Record<string, string> = {},
): Evidence {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { format, bytes, annotations, digest, subject: DIGEST, location: 'registry.example.com/a' };
}

const statement = (more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: DIGEST.slice(7) } }],
    predicateType: SIGN,
    predicate: {},
    ...more,
  });

interface Envelope {
  readonly payload?: string;
  readonly payloadType?: string;
  readonly key?: typeof pair.privateKey;
  readonly signatures?: number;
  readonly entries?: number;
}

/** A bundle by a bare key, signed for real; what it says is the test's choice. */
function bundle({
  payload = statement(),
  payloadType = IN_TOTO,
  key = pair.privateKey,
  signatures = 1,
  entries = 0,
}: Envelope) {
  const signature = sign('sha256', dsse.preAuthEncoding(payloadType, Buffer.from(payload)), key).toString(
    'base64',
  );
  const proof = { logIndex: '0', rootHash: 'AA==', treeSize: '1', hashes: [], checkpoint: { envelope: 'x' } };
  const entry = {
    logIndex: '0',
    logId: { keyId: 'AA==' },
    kindVersion: { kind: 'dsse', version: '0.0.1' },
    inclusionProof: proof,
    canonicalizedBody: 'e30=',
  };
  return evidence(
    'sigstore-bundle',
    Buffer.from(
      JSON.stringify({
        mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        verificationMaterial: {
          publicKey: { hint: 'x' },
          tlogEntries: Array.from({ length: entries }, () => entry),
        },
        dsseEnvelope: {
          payloadType,
          payload: Buffer.from(payload).toString('base64'),
          signatures: Array.from({ length: signatures }, () => ({ sig: signature })),
        },
      }),
    ),
  );
}

const simple = (more: { digest?: string; type?: string; raw?: string } = {}): string =>
  more.raw ??
  JSON.stringify({
    critical: {
      identity: { 'docker-reference': 'registry.example.com/a' },
      image: { 'docker-manifest-digest': more.digest ?? DIGEST },
      type: more.type ?? 'cosign container image signature',
    },
    optional: null,
  });

function layer(payload: string, annotations: Record<string, string> = {}): Evidence {
  const signature = sign('sha256', Buffer.from(payload), pair.privateKey).toString('base64');
  return evidence('simple-signing', Buffer.from(payload), {
    'dev.cosignproject.cosign/signature': signature,
    ...annotations,
  });
}

describe('a signature by a trusted key', () => {
  it.each<[string, Evidence, object]>([
    ['in a bundle', bundle({}), { kind: 'signature' }],
    [
      'under an older statement type',
      bundle({ payload: statement({ _type: 'https://in-toto.io/Statement/v0.1' }) }),
      { kind: 'signature' },
    ],
    ['in a .sig layer', layer(simple()), { kind: 'signature', dockerReference: 'registry.example.com/a' }],
    [
      'as an attestation, which is no signature',
      bundle({ payload: statement({ predicateType: 'https://slsa.dev/provenance/v1' }) }),
      { kind: 'attestation', predicateType: 'https://slsa.dev/provenance/v1' },
    ],
    [
      'for one of several subjects',
      bundle({
        payload: statement({
          subject: [{ digest: { sha256: OTHER.slice(7) } }, { digest: { sha256: DIGEST.slice(7) } }],
        }),
      }),
      { kind: 'signature' },
    ],
  ])('is verified %s', (_what, piece, content) => {
    const verdict = sigstore.verify(piece, trust(), ANYWHERE);
    expect(verdict).toMatchObject({
      result: 'verified',
      claims: [{ content, signer: { kind: 'key', authority: 'release-key' } }],
    });
  });

  it.each<[string, Evidence, string]>([
    ['by another key', bundle({ key: stranger.privateKey }), 'SignerNotTrusted'],
    [
      'for another digest',
      bundle({ payload: statement({ subject: [{ digest: { sha256: OTHER.slice(7) } }] }) }),
      'SignatureForOtherImage',
    ],
    [
      'for the digest under another algorithm',
      bundle({ payload: statement({ subject: [{ digest: { sha512: DIGEST.slice(7) } }] }) }),
      'SignatureForOtherImage',
    ],
    [
      'for the digest in upper case',
      bundle({ payload: statement({ subject: [{ digest: { sha256: 'A'.repeat(64) } }] }) }),
      'SignatureForOtherImage',
    ],
    ['for nothing', bundle({ payload: statement({ subject: [] }) }), 'SignatureMalformed'],
    ['under a foreign payload type', bundle({ payloadType: 'text/plain' }), 'SignatureMalformed'],
    [
      'under a payload type that only begins right',
      bundle({ payloadType: `${IN_TOTO}; x` }),
      'SignatureMalformed',
    ],
    [
      'with a foreign statement type',
      bundle({ payload: statement({ _type: 'https://evil.example/Statement/v1' }) }),
      'SignatureMalformed',
    ],
    [
      'without a predicate type',
      bundle({ payload: statement({ predicateType: undefined }) }),
      'SignatureMalformed',
    ],
    [
      'with a member twice',
      bundle({ payload: statement().replace('{', `{"predicateType":"https://slsa.dev/provenance/v1",`) }),
      'SignatureMalformed',
    ],
    [
      'with a member that other readers take for another',
      bundle({ payload: statement({ PredicateType: 'x' }) }),
      'SignatureMalformed',
    ],
    ['in an envelope with two signatures', bundle({ signatures: 2 }), 'SignatureMalformed'],
    ['in an envelope without one', bundle({ signatures: 0 }), 'SignatureMalformed'],
    ['with more log entries than the limit', bundle({ entries: LOG_ENTRIES + 1 }), 'LimitExceeded'],
    ['in a .sig layer for another digest', layer(simple({ digest: OTHER })), 'SignatureForOtherImage'],
    [
      'in a .sig layer of another type',
      layer(simple({ type: 'atomic container signature' })),
      'SignatureMalformed',
    ],
    [
      'in a .sig layer with a member twice',
      layer(simple().replace('{', '{"critical":{},')),
      'SignatureMalformed',
    ],
    [
      'in a .sig layer with a foreign member',
      layer(simple().replace('{', '{"Critical":{},')),
      'SignatureMalformed',
    ],
    ['in a .sig layer that is no JSON', layer(simple({ raw: 'x' })), 'SignatureMalformed'],
    [
      'in a .sig layer without its annotation',
      evidence('simple-signing', Buffer.from(simple())),
      'SignatureMalformed',
    ],
    [
      'in a .sig layer with a broken log entry',
      layer(simple(), { 'dev.sigstore.cosign/bundle': '{"Payload":{}}' }),
      'SignatureMalformed',
    ],
    [
      'in a .sig layer with a broken certificate',
      layer(simple(), {
        'dev.sigstore.cosign/certificate': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      }),
      'CertificateInvalid',
    ],
    [
      'in bytes that are no bundle',
      evidence('sigstore-bundle', Buffer.from('{"mediaType":"x"}')),
      'SignatureMalformed',
    ],
    ['in bytes that are no JSON', evidence('sigstore-bundle', Buffer.of(0xff, 0xfe)), 'SignatureMalformed'],
  ])('is refused %s', (_what, piece, reason) => {
    const verdict = sigstore.verify(piece, trust(), ANYWHERE);
    expect(verdict).toMatchObject({ result: 'refused', refusal: { reason } });
  });
});

describe('the conditions of a key', () => {
  it.each<[string, Partial<TrustedKey>, string]>([
    ['a log entry where the policy wants one', { root: publicGoodRoot() }, 'LogEntryMissing'],
    ['a time where the policy limits the key', { notAfter: new Date('2099-01-01') }, 'TimestampMissing'],
  ])('ask for %s', (_what, conditions, reason) => {
    expect(sigstore.verify(bundle({}), trust(conditions), ANYWHERE)).toMatchObject({
      result: 'refused',
      refusal: { reason },
    });
  });

  it('says that nothing is configured where no key is', () => {
    const verdict = sigstore.verify(bundle({}), { roots: [publicGoodRoot()], keys: [] }, ANYWHERE);
    expect(verdict).toMatchObject({
      refusal: {
        reason: 'SignerNotTrusted',
        message: expect.stringContaining('no key is configured') as unknown,
      },
    });
  });
});
