import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { COLLECTORS } from '../src/evidence/collectors.ts';
import type { Evidence } from '../src/evidence/collector.ts';
import { openLayout } from '../src/registry/layout.ts';
import { publicGoodRoot } from '../src/verify/public-good.ts';
import { sigstore } from '../src/verify/sigstore/sigstore.ts';
import { parseTrustedRoot, type Thresholds, type TrustRoot } from '../src/verify/trust-root.ts';
import { readPublicKeys } from '../src/policy/keys.ts';
import { ANYWHERE } from '../src/verify/circumstances.fixture.ts';

const REPOSITORY = 'registry.example.com/shop/cart';
const DEFAULTS: Thresholds = { signedCertificateTimestamps: 1, transparencyLogEntries: 1, timestamps: 0 };

/** The trusted root of testdata, with some part of it taken out. */
function root(
  change: (root: Record<string, unknown>) => void = () => {},
  thresholds: Partial<Thresholds> = {},
): TrustRoot {
  const json = JSON.parse(readFileSync('testdata/trusted-root.json', 'utf8')) as Record<string, unknown>;
  change(json);
  const parsed = parseTrustedRoot(
    'acme',
    Buffer.from(JSON.stringify(json)),
    { ...DEFAULTS, ...thresholds },
    'test',
  );
  if (!parsed.ok) throw new Error(parsed.fault.message);
  return parsed.value;
}

let signature: Evidence;

beforeAll(async () => {
  const layout = await openLayout('testdata/layout');
  if (!layout.ok) throw new Error(layout.fault.message);
  const manifest = await layout.value.tag(REPOSITORY, 'v1');
  if (!manifest.ok || !manifest.value) throw new Error('no manifest');
  const { digest } = manifest.value;
  const collected = await Promise.all(
    COLLECTORS.map((collector) => collector.collect(layout.value, REPOSITORY, digest)),
  );
  const verified = collected
    .flatMap(({ evidence }) => evidence)
    .find((piece) => {
      const verdict = sigstore.verify(piece, { roots: [root()], keys: [] }, ANYWHERE);
      return verdict.result === 'verified' && verdict.claims[0].content.kind === 'signature';
    });
  if (!verified) throw new Error('no signature');
  signature = verified;
});

const reasonUnder = (roots: readonly TrustRoot[], evidence = signature): string => {
  const verdict = sigstore.verify(evidence, { roots, keys: [] }, ANYWHERE);
  return verdict.result === 'verified' ? 'verified' : verdict.refusal.reason;
};

describe('a keyless signature holds only under a root that knows everything it rests on', () => {
  it('verifies under its own root', () => expect(reasonUnder([root()])).toBe('verified'));

  it.each<[string, () => TrustRoot, string]>([
    ['another instance', publicGoodRoot, 'SignerNotTrusted'],
    ['a root without its transparency log', () => root((json) => (json['tlogs'] = [])), 'TrustRootOutdated'],
    [
      'a root without its timestamp authority',
      () => root((json) => (json['timestampAuthorities'] = [])),
      'TrustRootOutdated',
    ],
    ['a root without its certificate log', () => root((json) => (json['ctlogs'] = [])), 'TrustRootOutdated'],
    ['a root that asks for two timestamps', () => root(undefined, { timestamps: 2 }), 'TimestampMissing'],
    [
      'a root that asks for two log entries',
      () => root(undefined, { transparencyLogEntries: 2 }),
      'LogEntryMissing',
    ],
    [
      'a root that asks for two certificate timestamps',
      () => root(undefined, { signedCertificateTimestamps: 2 }),
      'SctMissing',
    ],
  ])('does not under %s', (_what, make, reason) => {
    expect(reasonUnder([make()])).toBe(reason);
  });

  it('verifies under one root of several, and names it', () => {
    const verdict = sigstore.verify(signature, { roots: [publicGoodRoot(), root()], keys: [] }, ANYWHERE);
    expect(verdict).toMatchObject({ result: 'verified', claims: [{ trustRoot: 'acme' }] });
    expect(verdict.result === 'verified' && verdict.claims).toHaveLength(1);
  });

  it('never takes a certificate for a key', () => {
    const keys = readPublicKeys(readFileSync('testdata/keys/release.pub', 'utf8'), 'release.pub');
    if (!keys.ok) throw new Error(keys.fault.message);
    const trusted = keys.value.map((key) => ({
      ...key,
      authority: 'release-key',
      root: null,
      notBefore: null,
      notAfter: null,
    }));
    expect(sigstore.verify(signature, { roots: [publicGoodRoot()], keys: trusted }, ANYWHERE)).toMatchObject({
      result: 'refused',
    });
  });

  it('is bound to the digest that it is attached to', () => {
    expect(reasonUnder([root()], { ...signature, subject: `sha256:${'0'.repeat(64)}` })).toBe(
      'SignatureForOtherImage',
    );
  });
});

interface Entry {
  inclusionProof: { checkpoint: { envelope: string }; rootHash: string; treeSize: string };
  canonicalizedBody: string;
  logId: { keyId: string };
  kindVersion: { kind: string; version: string };
}
interface BundleJson {
  verificationMaterial: {
    tlogEntries: Entry[];
    certificate: { rawBytes: string };
    timestampVerificationData: { rfc3161Timestamps: { signedTimestamp: string }[] };
  };
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string }[] };
}

const flipped = (base64: string, at: number): string => {
  const bytes = Buffer.from(base64, 'base64');
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString('base64');
};

/** Every part of a bundle that carries meaning; none may change unnoticed. */
const CHANGES: readonly (readonly [string, (bundle: BundleJson, entry: Entry) => void])[] = [
  ['the payload', ({ dsseEnvelope }) => (dsseEnvelope.payload = flipped(dsseEnvelope.payload, 40))],
  ['the payload type', ({ dsseEnvelope }) => (dsseEnvelope.payloadType = 'application/vnd.in-toto.x+json')],
  [
    'the signature',
    ({ dsseEnvelope }) => dsseEnvelope.signatures.forEach((one) => (one.sig = flipped(one.sig, 12))),
  ],
  [
    'the certificate',
    ({ verificationMaterial: { certificate } }) =>
      (certificate.rawBytes = flipped(certificate.rawBytes, 200)),
  ],
  ['the log entry’s body', (_, entry) => (entry.canonicalizedBody = flipped(entry.canonicalizedBody, 90))],
  ['the log entry’s kind', (_, entry) => (entry.kindVersion.kind = 'dsse')],
  ['the log', (_, entry) => (entry.logId.keyId = flipped(entry.logId.keyId, 0))],
  [
    'the checkpoint',
    (_, entry) =>
      (entry.inclusionProof.checkpoint.envelope = entry.inclusionProof.checkpoint.envelope.replace(
        '\n',
        'x\n',
      )),
  ],
  [
    'the signed timestamp',
    ({ verificationMaterial: { timestampVerificationData } }) =>
      timestampVerificationData.rfc3161Timestamps.forEach(
        (one) => (one.signedTimestamp = flipped(one.signedTimestamp, 200)),
      ),
  ],
  [
    'the timestamp, taken out',
    ({ verificationMaterial: { timestampVerificationData } }) =>
      timestampVerificationData.rfc3161Timestamps.splice(0),
  ],
  ['the log entry, taken out', ({ verificationMaterial }) => verificationMaterial.tlogEntries.splice(0)],
  [
    'the log entry, put in twice',
    ({ verificationMaterial }, entry) => verificationMaterial.tlogEntries.push(entry),
  ],
];

describe('a bundle in which something was changed', () => {
  it.each(CHANGES)('is refused: %s', (_what, change) => {
    const bundle = JSON.parse(Buffer.from(signature.bytes).toString()) as BundleJson;
    const [entry] = bundle.verificationMaterial.tlogEntries;
    if (!entry) throw new Error('no log entry');
    change(bundle, entry);
    const changed = { ...signature, bytes: Buffer.from(JSON.stringify(bundle)) };
    expect(reasonUnder([root()], changed)).not.toBe('verified');
  });
});
