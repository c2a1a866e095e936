import type { ReasonClass } from '../../../src/reasons.ts';
import type { Evidence } from '../../../src/evidence/collector.ts';
import type { Thresholds } from '../../../src/verify/trust-root.ts';
import type { Key } from '../../../test/forge/keys.ts';

/** What a rule asks of evidence that verifies. */
interface Asked {
  readonly issuer: string;
  readonly subject?: string;
  readonly subjectRegExp?: string;
}

/** Evidence that would pass if one guard were not there. */
export interface Guard {
  readonly name: string;
  /** What is wrong with it, and with nothing else. */
  readonly why: string;
  /** Where others let it pass. */
  readonly known?: string;
  readonly evidence: Evidence;
  /** Of Sigstore's evidence. */
  readonly trustedRoot?: Buffer;
  /** Of Notation's: a trust policy, and the certificates of its stores, base64 of DER. */
  readonly notation?: {
    readonly policy: string;
    readonly stores: Readonly<Record<string, readonly string[]>>;
  };
  /** The key that is trusted; without one a certificate has to vouch. */
  readonly key?: Key;
  readonly thresholds?: Partial<Thresholds>;
  /** Asked of a signature that verifies; without it nothing may verify. */
  readonly asked?: Asked;
  /** Whether a fault here would end the process instead of throwing. */
  readonly deadly?: boolean;
  /** The classes of the reason that may come. */
  readonly classes: readonly ReasonClass[];
}
