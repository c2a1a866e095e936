import type { Key } from './keys.ts';

/** A signature and what it was made over: what a log is given to enter, and an authority to timestamp. */
export interface Signed {
  /** The DSSE payload type; null for a signature over the payload itself. */
  readonly payloadType: string | null;
  readonly payload: Buffer;
  /** The bytes under the signature: the payload itself, or the envelope's pre-authentication encoding. */
  readonly data: Buffer;
  readonly signature: Buffer;
  /** The envelope as bytes; empty where there is none. */
  readonly envelope: Buffer;
  /** The certificate, DER; null for a bare key. */
  readonly certificate: Buffer | null;
  readonly key: Key;
}
