import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { COLLECTORS } from '../../src/evidence/collectors.ts';
import type { Evidence } from '../../src/evidence/collector.ts';
import { readPublicKeys } from '../../src/policy/keys.ts';
import { openLayout } from '../../src/registry/layout.ts';
import { DEFAULT_THRESHOLDS, parseTrustedRoot } from '../../src/verify/trust-root.ts';
import type { Claim, TrustMaterial } from '../../src/verify/verifier.ts';
import { verifyEvidence } from '../../src/verify/verify-evidence.ts';
import { forge, type Forge } from '../forge/forge.ts';
import type { EntryKind } from '../forge/log-body.ts';
import { key } from '../forge/keys.ts';
import { COSIGN_SIGN, SLSA } from '../forge/payloads.ts';
import { after } from '../forge/times.ts';
import type { Node } from './node.ts';
import { takeApart } from './tree.ts';
import { ANYWHERE } from '../../src/verify/circumstances.fixture.ts';

/** Evidence that is as it should be, with what it honestly says. */
export interface Honest {
  readonly name: string;
  readonly evidence: Evidence;
  readonly trust: TrustMaterial;
  readonly tree: Node;
  readonly claims: readonly Claim[];
  /** The index of each log entry that it carries: a claim names the first. */
  readonly logIndices: readonly string[];
}

type Piece = readonly [name: string, evidence: Evidence, trust: TrustMaterial];

/** Everything that the forge makes, and everything signed in testdata. Throws if anything of it does not verify. */
export async function honestEvidence(): Promise<readonly Honest[]> {
  const found = [...forged(), ...(await fromTestdata())];
  return found.map(([name, evidence, trust]) => {
    const verdict = verifyEvidence(evidence, trust, ANYWHERE);
    if (verdict.result !== 'verified')
      throw new Error(`${name} does not verify: ${verdict.refusal.reason}: ${verdict.refusal.message}`);
    const { claims } = verdict;
    const first = claims.flatMap(({ logIndex }) => logIndex ?? []);
    const logIndices = evidence.format === 'sigstore-bundle' ? indicesOf(evidence.bytes) : first;
    return { name, evidence, trust, tree: takeApart(evidence), claims, logIndices };
  });
}

/** protobuf's JSON leaves a 0 out. */
const bundleSchema = z.object({
  verificationMaterial: z.object({ tlogEntries: z.array(z.object({ logIndex: z.string().default('0') })) }),
});

function indicesOf(bundle: Uint8Array): readonly string[] {
  const { verificationMaterial } = bundleSchema.parse(JSON.parse(Buffer.from(bundle).toString()));
  return verificationMaterial.tlogEntries.map(({ logIndex }) => logIndex);
}

const KINDS: readonly (readonly [1 | 2, EntryKind])[] = [
  [1, 'hashedrekord/0.0.1'],
  [1, 'dsse/0.0.1'],
  [1, 'intoto/0.0.2'],
  [2, 'hashedrekord/0.0.2'],
  [2, 'dsse/0.0.2'],
];

/** Each piece has a time and a content of its own: what one lends to another shows. */
function forged(): readonly Piece[] {
  const sigstore = forge({ tsas: [{}, { name: 'second' }] });
  const keyless = sigstore.trust();
  const byKey = sigstore.trustKey(key('signer'));
  let made = 0;
  const own = (predicateType: string) => {
    made += 1;
    const at = after(made);
    return {
      predicateType,
      predicate: { piece: made },
      entry: { integratedTime: at, before: made },
      stamp: { at },
    };
  };
  const bundles = KINDS.flatMap(([log, kind]): Piece[] => {
    const { entry, stamp, ...what } = own(COSIGN_SIGN);
    const timestamps = log === 2 ? [stamp] : [];
    const entries = [{ kind, ...entry }];
    const other = own(SLSA);
    return [
      [`bundle, ${kind}`, sigstore.bundle({ ...what, log, entries, timestamps }), keyless],
      [
        `bundle by a key, ${kind}`,
        sigstore.bundle({
          ...what,
          predicateType: SLSA,
          predicate: other.predicate,
          log,
          entries,
          timestamps,
          certificate: null,
        }),
        byKey,
      ],
    ];
  });
  return [...bundles, ...both(sigstore, own), ...layers(sigstore, own)];
}

type Own = (predicateType: string) => {
  readonly predicateType: string;
  readonly predicate: object;
  readonly entry: { readonly integratedTime: Date; readonly before: number };
  readonly stamp: { readonly at: Date };
};

function both(sigstore: Forge, own: Own): readonly Piece[] {
  const trust = sigstore.trust();
  const { entry, stamp, ...what } = own(COSIGN_SIGN);
  const { entry: promised, stamp: _, ...old } = own(SLSA);
  return [
    [
      'bundle with two entries and two timestamps',
      sigstore.bundle({
        ...what,
        entries: [
          { log: 1, ...entry },
          { log: 2, ...entry },
        ],
        timestamps: [stamp, { ...stamp, authority: 1 }],
      }),
      trust,
    ],
    [
      'bundle of v0.1, promise alone',
      sigstore.bundle({ ...old, version: '0.1', log: 1, entries: [{ ...promised, proof: false }] }),
      trust,
    ],
    [
      'bundle with extensions of both forms',
      sigstore.bundle({
        ...own(SLSA),
        certificate: {
          raw: { 1: 'https://issuer.test', 2: 'push' },
          fulcio: { 8: 'https://issuer.test', 20: 'push' },
        },
      }),
      trust,
    ],
  ];
}

function layers(sigstore: Forge, own: Own): readonly Piece[] {
  const keyless = sigstore.trust();
  const byKey = sigstore.trustKey(key('signer'));
  const { entry } = own('');
  const { entry: attested, stamp, ...what } = own(SLSA);
  return [
    ['.sig layer', sigstore.signatureLayer({ entries: [entry] }), keyless],
    [
      '.sig layer with a timestamp',
      sigstore.signatureLayer({ entries: [entry], timestamps: [stamp] }),
      keyless,
    ],
    ['.sig layer by a key', sigstore.signatureLayer({ entries: [entry], certificate: null }), byKey],
    [
      '.sig layer, rekord',
      sigstore.signatureLayer({ entries: [{ ...entry, kind: 'rekord/0.0.1' }] }),
      keyless,
    ],
    ['.att layer', sigstore.attestationLayer({ ...what, entries: [attested], timestamps: [stamp] }), keyless],
    [
      '.att layer, intoto 0.0.1',
      sigstore.attestationLayer({ ...what, entries: [{ ...attested, kind: 'intoto/0.0.1' }] }),
      keyless,
    ],
    [
      '.att layer by a key',
      sigstore.attestationLayer({ ...what, entries: [attested], certificate: null }),
      byKey,
    ],
  ];
}

/** Bundles of Rekor v2 and v1, `.sig` and `.att` layers, keyless and by a key. */
const REPOSITORIES = ['cart', 'catalog', 'checkout', 'payment', 'refund'].map(
  (name) => `registry.example.com/shop/${name}`,
);

/** What the real cosign has signed. */
async function fromTestdata(): Promise<readonly Piece[]> {
  const layout = await openLayout('testdata/layout');
  if (!layout.ok) throw new Error(layout.fault.message);
  const trust = trustOfTestdata();
  const evidence: Evidence[] = [];
  for (const repository of REPOSITORIES) {
    const manifest = await layout.value.tag(repository, 'v1');
    if (!manifest.ok || !manifest.value) throw new Error(`testdata has no ${repository}:v1`);
    for (const collector of COLLECTORS) {
      const collected = await collector.collect(layout.value, repository, manifest.value.digest);
      evidence.push(...collected.evidence);
    }
  }
  return evidence.map((piece, at): Piece => [`testdata ${piece.format} ${at}`, piece, trust]);
}

function trustOfTestdata(): TrustMaterial {
  const bytes = readFileSync('testdata/trusted-root.json');
  const root = parseTrustedRoot('acme', bytes, DEFAULT_THRESHOLDS, 'testdata');
  const keys = readPublicKeys(readFileSync('testdata/keys/release.pub', 'utf8'), 'release.pub');
  if (!root.ok || !keys.ok) throw new Error('testdata has no trusted root or key');
  const conditions = { authority: 'release-key', root: root.value, notBefore: null, notAfter: null };
  return { roots: [root.value], keys: keys.value.map((one) => ({ ...one, ...conditions })) };
}
