import { createHash, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { type Loopback, serveJson } from './loopback.ts';
import { auditPath, leafHash, treeRoot } from './merkle.ts';

/** A Rekor v1 transparency log: what `.sig` and `.att` tags and older bundles hold entries of. */
export interface RekorV1 extends Loopback {
  readonly publicKeyPem: string;
}

const HashedRekord = z.object({
  kind: z.literal('hashedrekord'),
  apiVersion: z.literal('0.0.1'),
  spec: z.unknown(),
});
const Dsse = z.object({
  kind: z.literal('dsse'),
  apiVersion: z.literal('0.0.1'),
  spec: z.object({
    proposedContent: z.object({ envelope: z.string(), verifiers: z.array(z.string()).min(1) }),
  }),
});
const Proposal = z.discriminatedUnion('kind', [HashedRekord, Dsse]);
const Envelope = z.object({ payload: z.base64(), signatures: z.array(z.object({ sig: z.string() })).min(1) });

/** Starts a log that takes what it is given, without looking at signatures, and proves truthfully that it is in. */
export async function startRekorV1(name: string): Promise<RekorV1> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const logId = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
  const leaves: Buffer[] = [];
  const served = await serveJson((method, path, request) => {
    if (method !== 'POST' || path !== '/api/v1/log/entries') return { status: 404, body: {} };
    const text = canonical(entryBody(Proposal.parse(JSON.parse(request.toString()))));
    const body = Buffer.from(text).toString('base64');
    const logIndex = leaves.push(leafHash(Buffer.from(text))) - 1;
    const entry = {
      body,
      integratedTime: Math.floor(Date.now() / 1000),
      logID: logId.toString('hex'),
      logIndex,
    };
    const verification = {
      signedEntryTimestamp: sign(privateKey, canonical(entry)).toString('base64'),
      inclusionProof: {
        checkpoint: checkpoint(`${name} - 1`, leaves, logId, privateKey),
        hashes: auditPath(leaves, logIndex).map((hash) => hash.toString('hex')),
        logIndex,
        rootHash: treeRoot(leaves).toString('hex'),
        treeSize: leaves.length,
      },
    };
    const uuid = leaves[logIndex]?.toString('hex') ?? '';
    return { status: 201, etag: uuid, body: { [uuid]: { ...entry, verification } } };
  });
  return { publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), ...served };
}

/** What the log keeps of a proposed entry. */
function entryBody(proposal: z.infer<typeof Proposal>): unknown {
  if (proposal.kind === 'hashedrekord') return proposal;
  const { envelope, verifiers } = proposal.spec.proposedContent;
  const { payload, signatures } = Envelope.parse(JSON.parse(envelope));
  const spec = {
    envelopeHash: { algorithm: 'sha256', value: hex(Buffer.from(envelope)) },
    payloadHash: { algorithm: 'sha256', value: hex(Buffer.from(payload, 'base64')) },
    signatures: signatures.map(({ sig }, at) => ({ signature: sig, verifier: verifiers[at] })),
  };
  return { ...proposal, spec };
}

/** A signed note (c2sp.org/signed-note) over the tree's size and root. */
function checkpoint(origin: string, leaves: readonly Buffer[], logId: Buffer, key: KeyObject): string {
  const text = `${origin}\n${leaves.length}\n${treeRoot(leaves).toString('base64')}\n`;
  const signature = Buffer.concat([logId.subarray(0, 4), sign(key, text)]).toString('base64');
  return `${text}\n\u2014 ${origin.split(' ')[0]} ${signature}\n`;
}

function sign(key: KeyObject, text: string): Buffer {
  return createSign('sha256').update(text).sign(key);
}

function hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** RFC 8785 for what occurs here: sorted keys, no floating point numbers. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
