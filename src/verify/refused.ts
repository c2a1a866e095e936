import type { Reason } from '../reasons.ts';

/** Why evidence is refused, thrown inside a verifier and turned into a `Refusal` at its edge. */
export class Refused extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.reason = reason;
  }
}
