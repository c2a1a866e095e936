import { z } from 'zod';

import { failed, type Fault } from '../reasons.ts';
import { readJson } from './document.ts';
import { printable, printableUrl } from './printable.ts';
import type { WireResponse } from './wire.ts';

/** distribution-spec, "Error Codes"; token services answer in OAuth 2's form (RFC 6749, 5.2) or with `details`. */
const errorSchema = z.object({
  errors: z.array(z.object({ code: z.string().nullish(), message: z.string().nullish() })).nullish(),
  error: z.string().nullish(),
  error_description: z.string().nullish(),
  details: z.string().nullish(),
});

/** The registry's own error code, as `NAME_UNKNOWN`, or `null`. */
export function errorCode(response: WireResponse): string | null {
  const body = readJson(response.body, errorSchema);
  return (body.ok ? body.value.errors?.[0]?.code : null) ?? null;
}

/** What an answer that is no success means. `sent` names where the credentials came from that went along, if any did. */
export function answerFault(response: WireResponse, sent: string | null): Fault {
  const where = printableUrl(response.url);
  const quote = quoteOf(response);
  const host = response.url.host;
  switch (response.status) {
    case 401:
      return sent === null
        ? failed(
            'CredentialsRejected',
            `${where} asks for credentials, and none are configured for it${quote}`,
            `check how the image is written, and log in to ${host} (docker login) if it is private`,
          ).fault
        : failed(
            'CredentialsRejected',
            `${where} refused the credentials from ${sent}${quote}`,
            `log in to ${host} again`,
          ).fault;
    case 403:
      return failed(
        'AccessDenied',
        `${where} refused access ${sent === null ? 'without credentials' : `with the credentials from ${sent}`}${quote}`,
        sent === null
          ? `log in to ${host} (docker login) if the image is private`
          : 'give this account the right to pull',
      ).fault;
    case 408:
    case 504:
      return failed(
        'TimedOut',
        `${where} gave up waiting (HTTP ${String(response.status)})${quote}`,
        'try again',
      ).fault;
    case 429:
      return failed(
        'RateLimited',
        `${where} asks to come back later (HTTP 429)${comeBack(response)}${quote}`,
        'wait, log in for a higher limit, or use a mirror',
      ).fault;
    default:
      return failed(
        'RegistryError',
        `${where} answered HTTP ${String(response.status)}${quote}`,
        `try again; if it stays so, ask whoever runs ${host}`,
      ).fault;
  }
}

function quoteOf(response: WireResponse): string {
  const body = readJson(response.body, errorSchema);
  if (!body.ok) return '';
  const { errors, error, error_description: description, details } = body.value;
  const first = errors?.[0];
  const parts = [first?.code ?? error, first?.message ?? description ?? details].filter(
    (part) => (part ?? '') !== '',
  );
  return parts.length === 0 ? '' : `: ${printable(parts.join(': ')).replace(/\.$/, '')}`;
}

function comeBack(response: WireResponse): string {
  const after = response.headers.get('retry-after')?.[0];
  if (after === undefined) return '';
  return /^\d+$/.test(after) ? `, after ${after} s` : `, after ${printable(after)}`;
}
