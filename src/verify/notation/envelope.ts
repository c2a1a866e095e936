import { CERTIFICATE_CHAIN } from '../../limits.ts';
import { Refused } from '../refused.ts';
import type { AlgorithmName } from './algorithms.ts';
import type { SignedAttributes } from './signed-attributes.ts';

/** A signature envelope (signature-specification.md, "Signature Envelope"), taken apart and not yet verified. */
export interface Envelope {
  /** What its own header names; the leaf's key decides what it has to be. */
  readonly algorithm: AlgorithmName;
  readonly payload: Buffer;
  readonly attributes: SignedAttributes;
  /** The bytes under the signature. */
  readonly toBeSigned: Buffer;
  readonly signature: Buffer;
  /** DER, from the signing certificate to the root, as the signer has ordered them. */
  readonly chain: readonly Buffer[];
  /** The timestamp countersignature, if there is one. */
  readonly timestamp: Buffer | null;
}

/** The certificates of an envelope, which are at most as many as any chain has. Throws `Refused`. */
export function withinChainLimit(chain: readonly Buffer[]): readonly Buffer[] {
  if (chain.length <= CERTIFICATE_CHAIN) return chain;
  throw new Refused(
    'LimitExceeded',
    `it has ${chain.length} certificates, more than the limit of ${CERTIFICATE_CHAIN} (CERTIFICATE_CHAIN)`,
  );
}
