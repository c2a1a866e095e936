import { createHash, createSign, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { ASN1Obj } from '@sigstore/core';
import { z } from 'zod';
import { type Loopback, serveJson } from './loopback.ts';

/** A certificate transparency log that promises to log and logs nothing: enough for an embedded timestamp. */
export interface CtLog extends Loopback {
  readonly publicKeyPem: string;
}

const Submission = z.object({ chain: z.array(z.base64()).min(2) });
const POISON_OID = '1.3.6.1.4.1.11129.2.4.3';

/** Starts a log that answers RFC 6962's add-pre-chain. */
export async function startCtLog(): Promise<CtLog> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const id = sha256(publicKey.export({ type: 'spki', format: 'der' }));
  const served = await serveJson((method, path, body) => {
    if (method !== 'POST' || path !== '/ct/v1/add-pre-chain') return { status: 404, body: {} };
    const { chain } = Submission.parse(JSON.parse(body.toString()));
    const timestamp = Date.now();
    const signature = createSign('sha256').update(signedData(chain, timestamp)).sign(privateKey);
    // RFC 5246, 4.7: sha256(4), ecdsa(3), length, signature
    const signed = Buffer.concat([Buffer.from([4, 3]), uint(signature.length, 2), signature]).toString(
      'base64',
    );
    return {
      status: 200,
      body: { sct_version: 0, id: id.toString('base64'), timestamp, extensions: '', signature: signed },
    };
  });
  return { publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), ...served };
}

/** RFC 6962, 3.2: what a signed certificate timestamp signs for a precertificate. */
function signedData(chain: readonly string[], timestamp: number): Buffer {
  const leaf = Buffer.from(chain[0] ?? '', 'base64');
  const issuer = Buffer.from(chain[1] ?? '', 'base64');
  const issuerKey = new X509Certificate(issuer).publicKey;
  if (!new X509Certificate(leaf).verify(issuerKey))
    throw new Error('the precertificate is not by its issuer');
  const tbs = withoutPoison(leaf);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(timestamp));
  const versionAndType = Buffer.from([0, 0]);
  const precertEntry = Buffer.from([0, 1]);
  const keyHash = sha256(issuerKey.export({ type: 'spki', format: 'der' }));
  return Buffer.concat([versionAndType, time, precertEntry, keyHash, uint(tbs.length, 3), tbs, uint(0, 2)]);
}

/** RFC 6962, 3.1: the certificate to be, without the extension that keeps a precertificate from being used. */
function withoutPoison(certificate: Uint8Array<ArrayBuffer>): Buffer {
  const tbs = ASN1Obj.parseBuffer(Buffer.from(certificate)).subs[0];
  const extensions = tbs?.subs.at(-1)?.subs[0];
  const at = extensions?.subs.findIndex((extension) => extension.subs[0]?.toOID() === POISON_OID) ?? -1;
  if (tbs === undefined || extensions === undefined || at < 0) throw new Error('not a precertificate');
  extensions.subs.splice(at, 1);
  return tbs.toDER();
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}
