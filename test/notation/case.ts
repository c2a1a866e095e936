import type { Certificate } from '../forge/certificate.ts';
import { type NotationKnobs, pki, type PkiKnobs, type TrustKnobs } from '../forge/notation.ts';
import { after, YEAR } from '../forge/times.ts';

/**
 * A signature, whom is trusted, and what both programs say of it. Whatever honest is valid from before the signing until 2049, as Notation
 * has no clock but the machine's.
 */
export interface NotationCase {
  readonly name: string;
  /** Several lie on the image beside each other. */
  readonly signature?: NotationKnobs | readonly NotationKnobs[];
  readonly trust?: TrustKnobs;
  /** Changes the trust store on disk; `directory` is `truststore/x509`. */
  readonly store?: (directory: string) => void;
  /** `pass`, the reason of the finding, or `wrong input`. */
  readonly ours: string;
  readonly notation: 'accepts' | 'refuses';
  /** Why only Notation accepts it. */
  readonly stricter?: string;
  /** Why only this program accepts it. */
  readonly wider?: string;
}

export const VALID = { from: after(-YEAR), to: new Date('2049-01-01T00:00:00Z') };
/** A day after the signing, which is past. */
export const PAST = after(86_400);
export const FUTURE = new Date('2048-01-01T00:00:00Z');

/** A chain that is valid for long. */
export function chain(knobs: PkiKnobs = {}): Certificate[] {
  return pki({ valid: VALID, ...knobs });
}

/** Both say yes. */
export function good(name: string, more: Omit<NotationCase, 'name' | 'ours' | 'notation'>): NotationCase {
  return { name, ours: 'pass', notation: 'accepts', ...more };
}

/** Both say no. */
export function bad(
  name: string,
  ours: string,
  more: Omit<NotationCase, 'name' | 'ours' | 'notation'>,
): NotationCase {
  return { name, ours, notation: 'refuses', ...more };
}

/** Only Notation says yes. */
export function stricter(
  name: string,
  ours: string,
  why: string,
  more: Omit<NotationCase, 'name' | 'ours' | 'notation' | 'stricter'>,
): NotationCase {
  return { name, ours, notation: 'accepts', stricter: why, ...more };
}

/** Only this program says yes. */
export function wider(
  name: string,
  why: string,
  more: Omit<NotationCase, 'name' | 'ours' | 'notation' | 'wider'>,
): NotationCase {
  return { name, ours: 'pass', notation: 'refuses', wider: why, ...more };
}
