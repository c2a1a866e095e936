import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../src/policy/load.ts';
import { failed, ok } from '../src/reasons.ts';
import { NOTHING_KEPT } from '../src/policy/trust-roots.ts';
import { verifyEvidence } from '../src/verify/verify-evidence.ts';
import type { Evidence } from '../src/evidence/collector.ts';
import { forge } from './forge/forge.ts';
import { ANYWHERE } from '../src/verify/circumstances.fixture.ts';

const own = forge({ rekor1: { name: 'own' }, rekor2: { name: 'own' } });
const elsewhere = forge({ ca: { name: 'elsewhere' }, tsas: [{ name: 'elsewhere' }] });
/** What stands in the place of the public-good instance: only its logs matter here. */
const publicGood = forge();

const pem = (chain: readonly { readonly der: Buffer }[]) =>
  chain
    .map(({ der }) => `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`)
    .join('');
const chainOf = (of: typeof own) => pem(of.certificateAuthorities[0]?.chain ?? []);
const timestampsOf = (of: typeof own) => pem(of.timestampAuthorities[0]?.chain ?? []);

const HEAD = 'apiVersion: kubectl-supplychain/v1alpha1\nkind: Policy\nmetadata: { name: own }\nspec:\n';
const REST = `
  authorities: [{ name: ci, keyless: { trustRoot: own, issuer: "https://issuer.example", subject: "https://ci.example/release" } }]
  rules: [{ name: signed, signature: { anyOf: [ci] } }]
`;
const BOTH = '{ name: own, certificateChain: chain.pem, timestampChain: tsa.pem }';
const WITHOUT_TSA = '{ name: own, certificateChain: chain.pem }';

function load(root: string, files: Readonly<Record<string, string>>) {
  const text = `${HEAD}  trustRoots: [${root}]${REST}`;
  return loadPolicy(
    [{ path: 'policy.yaml', bytes: Buffer.from(text) }],
    [publicGood.root()],
    (path) =>
      files[path] === undefined
        ? failed('FileUnreadable', `${path} does not exist`)
        : ok(Buffer.from(files[path])),
    { ...NOTHING_KEPT, publicGood: () => publicGood.trustedRoot() },
  );
}

const FILES = { 'chain.pem': chainOf(own), 'tsa.pem': timestampsOf(own) };

/** What a bundle is worth under a PKI of one's own: the trust root that it holds under, or the reason why it does not. */
function under(root: string, evidence: Evidence, files: Readonly<Record<string, string>> = FILES): string {
  const loaded = load(root, files);
  if (!loaded.ok) throw new Error(loaded.errors.map(({ message }) => message).join('\n'));
  const roots = loaded.policy.trust.roots.filter(({ name }) => name === 'own');
  const verdict = verifyEvidence(evidence, { roots, keys: [] }, ANYWHERE);
  return verdict.result === 'verified' ? (verdict.claims[0].trustRoot ?? '') : verdict.refusal.reason;
}

describe('a signature under a PKI of one’s own', () => {
  const [publicLog] = publicGood.logs;

  it.each<[string, string, Evidence]>([
    ['with a timestamp', BOTH, own.bundle({ entries: [], timestamps: [{}] })],
    ['with a timestamp and an entry in a log of its own', BOTH, own.bundle({ timestamps: [{}] })],
    [
      'with a timestamp and an entry in the public-good log',
      BOTH,
      own.bundle({ entries: publicLog ? [{ log: publicLog }] : [], timestamps: [{}] }),
    ],
    [
      'by a certificate that names no issuer, as only Fulcio’s do',
      BOTH,
      own.bundle({ certificate: { fulcio: {} }, entries: [], timestamps: [{}] }),
    ],
    [
      'with a time of the public-good log',
      WITHOUT_TSA,
      own.bundle({ entries: publicLog ? [{ log: publicLog }] : [], timestamps: [] }),
    ],
  ])('holds %s', (_name, root, evidence) => {
    expect(under(root, evidence)).toBe('own');
  });

  it.each<[string, string, Evidence, string]>([
    ['without any time', WITHOUT_TSA, own.bundle({ entries: [], timestamps: [] }), 'TimestampMissing'],
    [
      'without a timestamp, where there is an authority for them',
      BOTH,
      own.bundle({ entries: publicLog ? [{ log: publicLog }] : [], timestamps: [] }),
      'TimestampMissing',
    ],
    ['of another PKI', BOTH, elsewhere.bundle({ entries: [], timestamps: [{}] }), 'SignerNotTrusted'],
  ])('does not hold %s', (_name, root, evidence, reason) => {
    expect(under(root, evidence)).toBe(reason);
  });

  it('does not hold with a timestamp of another authority', () => {
    const files = { ...FILES, 'tsa.pem': timestampsOf(elsewhere) };
    expect(under(BOTH, own.bundle({ entries: [], timestamps: [{}] }), files)).not.toBe('own');
  });
});

describe('certificate chains of a policy', () => {
  it.each<[string, string, Readonly<Record<string, string>>, string]>([
    [
      'that are not there',
      BOTH,
      { 'chain.pem': chainOf(own) },
      'policy.yaml:5: spec.trustRoots[0].timestampChain: tsa.pem does not exist',
    ],
    [
      'that are no PEM',
      BOTH,
      { ...FILES, 'chain.pem': 'x' },
      'policy.yaml:5: spec.trustRoots[0].certificateChain: chain.pem: holds no certificate in PEM form',
    ],
    [
      'that are each other’s',
      BOTH,
      { 'chain.pem': FILES['tsa.pem'], 'tsa.pem': FILES['tsa.pem'] },
      'is no CA: the certificate that signs images does not belong here',
    ],
  ])('are refused %s', (_name, root, files, message) => {
    const loaded = load(root, files);
    expect(loaded.ok ? [] : loaded.errors.map((error) => error.message)).toEqual([
      expect.stringContaining(message),
    ]);
  });
});
