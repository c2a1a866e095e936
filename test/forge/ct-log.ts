import { digest, key, type Key, type KeyKind } from './keys.ts';
import { after, SIGNED_AT, YEAR, type Period } from './times.ts';

/** What a certificate log signs (RFC 6962, 3.2): the certificate without its timestamps, and whose it will be. */
export interface Precertificate {
  readonly tbs: Buffer;
  readonly issuerSpki: Buffer;
}

export interface CtLogKnobs {
  readonly name?: string;
  readonly keyKind?: KeyKind;
  readonly valid?: Period;
}

/** A certificate transparency log. */
export interface CtLog {
  readonly url: string;
  readonly key: Key;
  readonly id: Buffer;
  readonly valid: Period;
  readonly stamp: (precertificate: Precertificate, at?: Date) => Buffer;
}

/** TLS 1.2 (RFC 5246, 7.4.1.4.1): SignatureAlgorithm, with SHA-256 in front of it. */
const ALGORITHMS: Readonly<Partial<Record<KeyKind, number>>> = { rsa: 1, p256: 3, p384: 3, p521: 3 };

export function ctLog(knobs: CtLogKnobs = {}): CtLog {
  const { name = 'ctfe', keyKind = 'p256', valid = { from: after(-YEAR), to: null } } = knobs;
  const own = key(`ct-log ${name}`, keyKind);
  const id = digest('sha256', own.spki);
  const stamp = (precertificate: Precertificate, at: Date = SIGNED_AT): Buffer => {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(at.getTime()));
    const { tbs, issuerSpki } = precertificate;
    const signed = Buffer.concat([
      Buffer.of(0, 0), // v1, certificate_timestamp
      time,
      Buffer.of(0, 1), // precert_entry
      digest('sha256', issuerSpki),
      Buffer.of(tbs.length >> 16, (tbs.length >> 8) & 0xff, tbs.length & 0xff),
      tbs,
      Buffer.of(0, 0), // no extensions
    ]);
    const signature = own.sign(signed, 'sha256');
    return Buffer.concat([
      Buffer.of(0),
      id,
      time,
      Buffer.of(0, 0),
      Buffer.of(4, ALGORITHMS[keyKind] ?? 0, signature.length >> 8, signature.length & 0xff),
      signature,
    ]);
  };
  return { url: `https://${name}.sigstore.test`, key: own, id, valid, stamp };
}
