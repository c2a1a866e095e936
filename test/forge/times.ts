/** When everything honest is signed: a moment that stays, so that what is forged is the same in every run. */
export const SIGNED_AT = new Date('2026-03-01T12:00:00Z');

/** The moment so many seconds after (or, below zero, before) the signing. */
export const after = (seconds: number): Date => new Date(SIGNED_AT.getTime() + seconds * 1000);

export const MINUTE = 60;
export const DAY = 86_400;
export const YEAR = 365 * DAY;

/** A time within which something holds; `to` is open for what still does. */
export interface Period {
  readonly from: Date;
  readonly to: Date | null;
}
