import { describe, expect, it } from 'vitest';
import { forge } from '../../test/forge/forge.ts';
import { trustDigest } from './trust-digest.ts';
import type { TrustRoot } from './trust-root.ts';
import type { TrustedKey, TrustMaterial } from './verifier.ts';

const sigstore = forge();
const [ROOT] = sigstore.trust().roots;
if (!ROOT) throw new Error('the forge has no root');
const LATER = new Date('2030-01-01T00:00:00Z');
const [LOG] = ROOT.transparencyLogs;
const [CA] = ROOT.certificateAuthorities;
const [TSA] = ROOT.timestampAuthorities;
if (!LOG || !CA || !TSA) throw new Error('the forge lacks an authority');
const KEY: TrustedKey = {
  authority: 'ci',
  key: LOG.publicKey,
  fingerprint: 'ab',
  root: null,
  notBefore: null,
  notAfter: null,
};
const window = { start: null, end: LATER };

const root = (more: Partial<TrustRoot> = {}): TrustMaterial => ({ roots: [{ ...ROOT, ...more }], keys: [] });
const key = (more: Partial<TrustedKey> = {}): TrustMaterial => ({ roots: [], keys: [{ ...KEY, ...more }] });

describe('the digest of trust material', () => {
  it('is the same for the same', () => {
    expect(trustDigest(root())).toBe(trustDigest(sigstore.trust()));
    expect(trustDigest(forge().trust())).toBe(trustDigest(sigstore.trust()));
  });

  it.each<[string, TrustMaterial, TrustMaterial]>([
    ['no root', root(), { roots: [], keys: [] }],
    ['another name', root(), root({ name: 'acme' })],
    ['other bytes', root(), root({ sha256: 'ab' })],
    ['other thresholds', root(), root({ timestamps: 7 })],
    ['other SCTs', root(), root({ signedCertificateTimestamps: 0 })],
    ['other log entries', root(), root({ transparencyLogEntries: 0 })],
    ['no authority', root(), root({ certificateAuthorities: [] })],
    ['another time of an authority', root(), root({ certificateAuthorities: [{ ...CA, validFor: window }] })],
    ['another chain', root(), root({ certificateAuthorities: [{ ...CA, chain: TSA.chain }] })],
    ['no timestamp authority', root(), root({ timestampAuthorities: [] })],
    ['no log', root(), root({ transparencyLogs: [] })],
    ['another id of a log', root(), root({ transparencyLogs: [{ ...LOG, ids: [] }] })],
    ['another time of a log', root(), root({ transparencyLogs: [{ ...LOG, validFor: window }] })],
    ['no certificate log', root(), root({ certificateLogs: [] })],
    ['a key', root(), { ...root(), keys: [KEY] }],
    ['another authority of a key', key(), key({ authority: 'release' })],
    ['another root of a key', key(), key({ root: ROOT })],
    ['a key that begins later', key(), key({ notBefore: LATER })],
    ['a key that ends', key(), key({ notAfter: LATER })],
  ])('is another for %s', (_, one, other) => {
    expect(trustDigest(one)).not.toBe(trustDigest(other));
  });
});
