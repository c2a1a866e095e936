import type { Outcome } from '../reasons.ts';

/** Something that has to be fetched to know whether a certificate was revoked. */
export type RevocationQuestion =
  | { readonly kind: 'ocsp'; readonly url: string; readonly request: Buffer }
  | { readonly kind: 'crl'; readonly url: string; readonly keeping: Keeping | null };

/** By what a revocation list is known that may be kept for other runs; what lists changes only is never kept. */
export interface Keeping {
  /** The authority whose list is wanted, in hex: one address may have had the lists of several. */
  readonly issuer: string;
  /** Whether these bytes are that list, and answer by themselves at that time. Pure. */
  readonly holds: (bytes: Buffer, at: Date) => boolean;
}

/** What was fetched, or why there is nothing. Of what was not asked yet, it says so and is asked for it later. */
export type Ask = (question: RevocationQuestion) => Outcome<Buffer>;

/** What tells questions apart. */
export function questionKey(question: RevocationQuestion): string {
  const about =
    question.kind === 'ocsp' ? question.request.toString('base64') : (question.keeping?.issuer ?? '');
  return JSON.stringify([question.kind, question.url, about]);
}

/** Whether an address is one that revocation is asked at: "only HTTP", as what is fetched is signed. */
export function isHttp(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === 'http:';
}
