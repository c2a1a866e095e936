import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/evidence/collector.ts';
import type { TrustMaterial } from '../../src/verify/verifier.ts';
import { verifyEvidence } from '../../src/verify/verify-evidence.ts';
import { forge, type ForgeKnobs, type SignatureKnobs } from './forge.ts';
import type { BundleKnobs } from './bundle.ts';
import type { EntryKind } from './log-body.ts';
import { key, type KeyKind } from './keys.ts';
import { SLSA } from './payloads.ts';
import { stockVerifier } from './stock.ts';
import { SIGNED_AT } from './times.ts';
import { ANYWHERE } from '../../src/verify/circumstances.fixture.ts';

const outcome = (evidence: Evidence, trust: TrustMaterial): string => {
  const verdict = verifyEvidence(evidence, trust, ANYWHERE);
  return verdict.result === 'verified' ? 'verified' : `${verdict.refusal.reason}: ${verdict.refusal.message}`;
};

type Case = [what: string, knobs: SignatureKnobs & BundleKnobs, world?: ForgeKnobs];

const KINDS: readonly (readonly [1 | 2, EntryKind])[] = [
  [1, 'hashedrekord/0.0.1'],
  [1, 'dsse/0.0.1'],
  [1, 'intoto/0.0.2'],
  [2, 'hashedrekord/0.0.2'],
  [2, 'dsse/0.0.2'],
];

const kindCases: readonly Case[] = KINDS.map(([log, kind]) => [
  `an entry ${kind}`,
  { log, entries: [{ kind }] },
]);
const authorityKeys: readonly KeyKind[] = ['p256', 'p384', 'p521', 'rsa'];

/** What is honest, and known to the library too. */
const HONEST: readonly Case[] = [
  ['all defaults', {}],
  ['an attestation', { predicateType: SLSA, predicate: { buildDefinition: {} } }],
  ...kindCases,
  ['a promise without a proof', { version: '0.1', log: 1, entries: [{ proof: false }] }],
  ['a promise, a proof and a timestamp', { log: 1, timestamps: [{}] }],
  ['a bundle of v0.1', { version: '0.1', log: 1 }],
  ['a bundle of v0.2', { version: '0.2', log: 1 }],
  ['a tree of one leaf', { entries: [{ before: 0, behind: 0 }] }],
  ['a tree of a hundred leaves', { entries: [{ before: 36, behind: 63 }] }],
  [
    'a checkpoint with witnesses',
    {
      entries: [
        {
          witnesses: [
            { name: 'witness.test/a', key: key('witness a', 'ed25519'), first: true },
            { name: 'witness.test/b', key: key('witness b', 'ed25519') },
          ],
        },
      ],
    },
  ],
  ['a Rekor v2 with an ECDSA key', {}, { rekor2: { keyKind: 'p256' } }],
  ['entries of both logs', { entries: [{ log: 1 }, { log: 2 }], timestamps: [{}] }],
  [
    'timestamps of two authorities',
    { timestamps: [{}, { authority: 1 }] },
    { tsas: [{}, { name: 'second' }] },
  ],
  ['a timestamp over SHA-512', { timestamps: [{ hash: 'sha512' }] }],
  ['a timestamp signed with SHA-512', { timestamps: [{ signatureHash: 'sha512' }] }],
  ['a timestamp without its certificate', { timestamps: [{ embed: false }] }],
  ['a timestamp under P-384', {}, { tsas: [{ keyKind: 'p384' }] }],
  ['a certificate authority without intermediates', {}, { ca: { intermediates: [] } }],
  ['a certificate authority with two intermediates', {}, { ca: { intermediates: [{}, {}] } }],
  ...authorityKeys.map((keyKind): Case => [
    `a certificate authority with a key of ${keyKind}`,
    {},
    { ca: { root: { keyKind }, intermediates: [{ keyKind }] } },
  ]),
  [
    'deprecated extensions that agree',
    {
      certificate: {
        raw: { 1: 'https://issuer.test', 2: 'push' },
        fulcio: { 8: 'https://issuer.test', 20: 'push' },
      },
    },
  ],
  ['an e-mail address', { certificate: { names: [{ kind: 'email', value: 'jane@acme.example' }] } }],
];

/** What is honest, and what the library does not read. */
const HONEST_BEYOND: readonly Case[] = [
  ['a signer with P-384', { certificate: { key: key('signer', 'p384') } }],
  ['a signer with P-521', { certificate: { key: key('signer', 'p521') } }],
  ['a signer with RSA', { certificate: { key: key('signer', 'rsa') } }],
  [
    'a signer with Ed25519',
    { certificate: { key: key('signer', 'ed25519') }, entries: [{ kind: 'dsse/0.0.2' }] },
  ],
  ['a timestamp under RSA', {}, { tsas: [{ keyKind: 'rsa' }] }],
  ['a certificate log with RSA', {}, { ctLogs: [{ keyKind: 'rsa' }] }],
  ['a DNS name', { certificate: { names: [{ kind: 'dns', value: 'build.acme.example' }] } }],
  ['a user name', { certificate: { names: [{ kind: 'other', value: 'jane!acme.example' }] } }],
];

describe('what the forge makes honestly verifies', () => {
  it.each<Case>([...HONEST, ...HONEST_BEYOND])('with %s', (_what, knobs, world) => {
    const sigstore = forge(world);
    expect(outcome(sigstore.bundle(knobs), sigstore.trust())).toBe('verified');
  });

  it.each<Case>([...HONEST])('with %s, under @sigstore/verify', (_what, knobs, world) => {
    const sigstore = forge(world);
    const verify = stockVerifier(sigstore.trustedRoot());
    expect(() => verify(sigstore.bundle(knobs).bytes)).not.toThrow();
  });

  it('as a bundle over a message, under @sigstore/verify', () => {
    const sigstore = forge();
    const payload = Buffer.from('a release');
    const bundle = sigstore.bundle({ content: 'message', payload });
    expect(() => stockVerifier(sigstore.trustedRoot())(bundle.bytes, payload)).not.toThrow();
  });

  it.each(KINDS)('as a bundle by a key, entered in Rekor v%s as %s', (log, kind) => {
    const sigstore = forge();
    const bundle = sigstore.bundle({ certificate: null, log, entries: [{ kind }] });
    expect(outcome(bundle, sigstore.trustKey(key('signer')))).toBe('verified');
  });

  it.each<[string, SignatureKnobs]>([
    ['entered as hashedrekord', {}],
    ['entered as rekord', { entries: [{ kind: 'rekord/0.0.1' }] }],
    ['with a timestamp', { timestamps: [{}] }],
  ])('as a .sig layer, %s', (_what, knobs) => {
    const sigstore = forge();
    expect(outcome(sigstore.signatureLayer(knobs), sigstore.trust())).toBe('verified');
    const byKey = sigstore.signatureLayer({ ...knobs, certificate: null });
    expect(outcome(byKey, sigstore.trustKey(key('signer')))).toBe('verified');
  });

  it.each<[string, SignatureKnobs]>([
    ['entered as dsse', {}],
    ['entered as intoto 0.0.1', { entries: [{ kind: 'intoto/0.0.1' }] }],
    ['entered as intoto 0.0.2', { entries: [{ kind: 'intoto/0.0.2' }] }],
    ['with a timestamp', { timestamps: [{}] }],
  ])('as an .att layer, %s', (_what, knobs) => {
    const sigstore = forge();
    const attested = { predicateType: SLSA, ...knobs };
    expect(outcome(sigstore.attestationLayer(attested), sigstore.trust())).toBe('verified');
    const byKey = sigstore.attestationLayer({ ...attested, certificate: null });
    expect(outcome(byKey, sigstore.trustKey(key('signer')))).toBe('verified');
  });
});

describe('the forge', () => {
  it('makes the same bytes every time', () => {
    expect(forge().bundle().digest).toBe(forge().bundle().digest);
    expect(forge().trustedRoot()).toEqual(forge().trustedRoot());
  });

  it('makes certificates that OpenSSL reads and whose chain holds', () => {
    const sigstore = forge();
    const [intermediate, root] = sigstore.certificateAuthorities[0]!.chain.map(
      ({ der }) => new X509Certificate(der),
    );
    const leaf = new X509Certificate(sigstore.issue().der);
    expect(leaf.verify(intermediate!.publicKey) && leaf.checkIssued(intermediate!)).toBe(true);
    expect(intermediate!.verify(root!.publicKey) && intermediate!.checkIssued(root!)).toBe(true);
    expect(leaf.validFromDate < SIGNED_AT && SIGNED_AT < leaf.validToDate).toBe(true);
  });
});
