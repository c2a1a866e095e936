import type { Reason } from '../../src/reasons.ts';
import type { Image } from '../../testdata/make/build.ts';
import type { Asked } from './asked.ts';
import type { BenchStep, RegistryKind } from './bench.ts';

/** What the program says: the finding's status and reason. */
export type Ours = readonly ['pass' | 'fail' | 'unknown', Reason];

export const PASS: Ours = ['pass', 'SignatureVerified'];

export function fail(reason: Reason): Ours {
  return ['fail', reason];
}

export function unknown(reason: Reason): Ours {
  return ['unknown', reason];
}

/** What cosign says: it accepts, or it refuses with an error of this kind. */
export type Cosigns = 'accepts' | RegExp;

/** Where the two differ, why that is right: `stricter` where only cosign accepts, `wider` where only the program does. */
interface Difference {
  readonly stricter?: string;
  readonly wider?: string;
}

interface Made {
  readonly name: string;
  /** Both, unless it is said. */
  readonly on?: readonly RegistryKind[];
  /** An index in place of an image of one platform. */
  readonly index?: 'plain' | 'buildkit';
  readonly steps: readonly BenchStep[];
  readonly asked: Asked;
}

/** An image, whether it is signed as asked, and what both programs say to it. */
export interface SignatureCase extends Made, Difference {
  /** The reference that is asked for; by digest unless it is said. */
  readonly reference?: (image: Image) => string;
  /** Who is told of the repository in which the signatures of the image are kept apart, if anybody is. */
  readonly signatureRepository?: 'both' | 'ours' | 'cosign';
  readonly ours: Ours;
  readonly cosign: Cosigns;
}

/** An image, and whether it has a verified attestation of a type by whom is asked for. */
export interface AttestationCase extends Made, Difference {
  readonly predicate: { readonly cosign: string; readonly type: string };
  readonly subject: string;
  /** `absent`: nothing is there that could be one; a reason: the first piece of evidence that was refused. */
  readonly ours: 'verified' | 'absent' | Reason;
  readonly cosign: Cosigns;
}
