import { createHash, createPublicKey, type KeyObject, verify as verifySignature } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Evidence } from '../src/evidence/collector.ts';
import { verifyEvidence } from '../src/verify/verify-evidence.ts';
import { forge, type Forge, type SignatureKnobs } from '../test/forge/forge.ts';
import { type Key, key } from '../test/forge/keys.ts';
import { stockVerifier } from '../test/forge/stock.ts';
import { median } from './measured.ts';
import { type Row, table } from './table.ts';
import { ANYWHERE } from '../src/verify/circumstances.fixture.ts';

/**
 * Keyless bundles per second on one thread, against @sigstore/verify in the same process. Both parse the bundle's bytes, and
 * have parsed the trusted root before. Ours reads and binds the statement besides, and compares the log entry's certificate.
 */
const { values } = parseArgs({
  options: { bundles: { type: 'string', default: '100' }, rounds: { type: 'string', default: '7' } },
});
const COUNT = Number(values.bundles);
const ROUNDS = Number(values.rounds);
const WARM_UP = 2;
const TARGET = 3;
const PACKAGES = 300;

interface Kind {
  readonly what: string;
  readonly knobs: (at: number) => SignatureKnobs;
  /** Whether a checkpoint and a signed timestamp, or a promise by the log, are to be verified. */
  readonly proof: 'checkpoint and timestamp' | 'promise';
}

const SPDX_DOCUMENT = 'https://spdx.dev/Document';
const KINDS: readonly Kind[] = [
  {
    what: `SPDX attestations of ${PACKAGES} packages, Rekor v2 and a signed timestamp`,
    knobs: (at) => ({ predicateType: SPDX_DOCUMENT, predicate: spdx(`service-${at}`, PACKAGES) }),
    proof: 'checkpoint and timestamp',
  },
  {
    what: 'signatures, Rekor v2 and a signed timestamp',
    knobs: () => ({}),
    proof: 'checkpoint and timestamp',
  },
  {
    what: 'signatures, Rekor v1 with a promise',
    knobs: () => ({ log: 1, entries: [{ proof: false }] }),
    proof: 'promise',
  },
];

const sigstore = forge();
const rows = KINDS.map((kind) => measure(kind));
console.log(table(rows));

function measure(kind: Kind): Row {
  const bundles = Array.from({ length: COUNT }, (_, at) => {
    const own = key(`signer ${at}`);
    const version = kind.proof === 'promise' ? '0.1' : '0.3';
    return sigstore.bundle({ version, ...kind.knobs(at), certificate: { key: own } });
  });
  const size = bundles[0]?.bytes.length ?? 0;
  console.error(`measuring ${kind.what}: ${COUNT} bundles of ${(size / 1000).toFixed(1)} kB`);
  const seconds = inTurn({
    ours: oursOver(sigstore, bundles),
    stock: stockOver(sigstore, bundles),
    floor: floorOver(sigstore, bundles, kind.proof),
  });
  const perSecond = (name: keyof typeof seconds): number => COUNT / seconds[name];
  const ratio = perSecond('ours') / perSecond('stock');
  const floor = (perSecond('floor') / perSecond('stock')).toFixed(2);
  return {
    what: `${kind.what}, against @sigstore/verify (node:crypto alone: ${floor} ×)`,
    ours: `${perSecond('ours').toFixed(0)} / s`,
    peer: `${perSecond('stock').toFixed(0)} / s`,
    ratio: `${ratio.toFixed(2)} × faster`,
    target: { text: `≥ ${TARGET} ×`, met: ratio >= TARGET },
  };
}

/** Runs each of several in turn, after rounds that do not count; the medians of their seconds. */
function inTurn<Name extends string>(runs: Readonly<Record<Name, () => void>>): Record<Name, number> {
  const names = Object.keys(runs) as Name[];
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const name of names) {
      const started = performance.now();
      runs[name]();
      if (round >= 0) times.get(name)?.push((performance.now() - started) / 1000);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<
    Name,
    number
  >;
}

function oursOver(instance: Forge, bundles: readonly Evidence[]): () => void {
  const trust = instance.trust();
  return () => {
    for (const bundle of bundles) {
      const verdict = verifyEvidence(bundle, trust, ANYWHERE);
      // A refusal would be measured as speed.
      if (verdict.result !== 'verified') throw new Error(`ours refuses: ${verdict.refusal.message}`);
    }
  };
}

function stockOver(instance: Forge, bundles: readonly Evidence[]): () => void {
  const verify = stockVerifier(instance.trustedRoot());
  return () => {
    for (const { bytes } of bundles) verify(bytes);
  };
}

/**
 * What cannot be left out: the signatures of the certificate, its timestamp, the payload, and the log's and the timestamp
 * authority's; the leaf's key, which is new in every bundle; and the hash of the payload. Everything else may be known before.
 */
function floorOver(instance: Forge, bundles: readonly Evidence[], proof: Kind['proof']): () => void {
  const [authority] = instance.certificateAuthorities;
  const [ctLog] = instance.ctLogs;
  const [rekor1, rekor2] = instance.logs;
  const [tsa] = instance.timestampAuthorities;
  if (!authority || !ctLog || !rekor1 || !rekor2 || !tsa) throw new Error('the forge lacks an authority');
  const certificate = signedBytes(authority.chain[0].key, 600);
  const stamp = signedBytes(ctLog.key, 650);
  const logged =
    proof === 'promise'
      ? [signedBytes(rekor1.key, 2000)]
      : [signedBytes(rekor2.key, 100), signedBytes(tsa.chain[0].key, 160)];
  const always = [certificate, stamp, ...logged];
  const own = bundles.map(({ bytes }, at) => signedBytes(key(`signer ${at}`), bytes.length * 0.72));
  return () => {
    for (const { spki, data, hash, signature } of own) {
      for (const one of always) check(one.publicKey, one);
      check(createPublicKey({ key: spki, format: 'der', type: 'spki' }), { data, hash, signature });
      createHash('sha256').update(data).digest();
    }
  };
}

interface SignedBytes {
  readonly publicKey: KeyObject;
  readonly spki: Buffer;
  readonly data: Buffer;
  readonly hash: string | null;
  readonly signature: Buffer;
}

function signedBytes(by: Key, length: number): SignedBytes {
  const data = Buffer.alloc(length, 'x');
  const hash = by.kind === 'ed25519' ? null : by.hash;
  return { publicKey: by.publicKey, spki: by.spki, data, hash, signature: by.sign(data) };
}

function check(
  publicKey: KeyObject,
  { data, hash, signature }: Omit<SignedBytes, 'publicKey' | 'spki'>,
): void {
  if (!verifySignature(hash, data, publicKey, signature)) throw new Error('the floor does not verify');
}

/** An SPDX document about as large as a service's of so many packages. */
function spdx(name: string, packages: number): object {
  const ids = Array.from({ length: packages }, (_, at) => `SPDXRef-package-${at}`);
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name,
    creationInfo: { created: '2026-01-15T09:00:00Z', creators: ['Tool: acme-sbom-1.0'] },
    packages: ids.map((SPDXID, at) => ({
      SPDXID,
      name: `package-${at}`,
      versionInfo: `1.${at}.0`,
      downloadLocation: 'NOASSERTION',
      licenseConcluded: 'MIT',
    })),
  };
}
