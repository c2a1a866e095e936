import type { Outcome } from '../reasons.ts';

/** Something that has to be fetched to know whether a certificate was revoked. */
export type RevocationQuestion =
  | { readonly kind: 'ocsp'; readonly url: string; readonly request: Buffer }
  | { readonly kind: 'crl'; readonly url: string };

/** What was fetched, or why there is nothing. Of what was not asked yet, it says so and is asked for it later. */
export type Ask = (question: RevocationQuestion) => Outcome<Buffer>;

/** What tells questions apart. */
export function questionKey(question: RevocationQuestion): string {
  const request = question.kind === 'ocsp' ? question.request.toString('base64') : '';
  return JSON.stringify([question.kind, question.url, request]);
}

/** Whether an address is one that revocation is asked at: "only HTTP", as what is fetched is signed. */
export function isHttp(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === 'http:';
}
