import { z } from 'zod';

import { failed, type Fault } from '../reasons.ts';
import { readJson } from '../registry/document.ts';
import { printable, printableUrl } from '../registry/printable.ts';
import { isRedirect } from '../registry/redirect.ts';
import type { WireResponse } from '../registry/wire.ts';

const errorSchema = z.object({ message: z.string() });
const TOKEN = 'set GH_TOKEN to a token that may read attestations (`gh auth token` prints one)';

/** What an answer of GitHub's REST API means that is no success. `authenticated`: whether a token went along. */
export function githubFault(response: WireResponse, authenticated: boolean): Fault {
  const where = printableUrl(response.url);
  const said = quote(response);
  const { status } = response;
  if (isRedirect(status))
    // A renamed repository; the token does not go where the answer says.
    return failed(
      'RegistryResponseInvalid',
      `${where} redirects, which is not followed`,
      'name the repository as it is called now',
    ).fault;
  if (status === 429 || (status === 403 && isRateLimit(response)))
    return failed(
      'RateLimited',
      `${where} asks to come back later (HTTP ${String(status)})${comeBack(response)}${said}`,
      authenticated
        ? 'wait, or ask about fewer images'
        : `${TOKEN}: without one, 60 requests an hour are allowed`,
    ).fault;
  if (status === 401)
    return failed(
      'CredentialsRejected',
      `${where} ${authenticated ? 'refused the token' : 'wants a token, and there is none'}${said}`,
      TOKEN,
    ).fault;
  if (status === 403)
    return failed(
      'AccessDenied',
      `${where} refused access ${authenticated ? 'with this token' : 'without a token'}${said}`,
      authenticated ? 'give the token the permission attestations:read' : TOKEN,
    ).fault;
  return failed(
    'RegistryError',
    `${where} answered HTTP ${String(status)}${said}`,
    'try again; if it stays so, look at githubstatus.com',
  ).fault;
}

/** GitHub's REST API, "Rate limits": the primary limit is seen by what remains, a secondary one by Retry-After. */
function isRateLimit({ headers }: WireResponse): boolean {
  return headers.get('x-ratelimit-remaining')?.[0] === '0' || headers.has('retry-after');
}

function comeBack({ headers }: WireResponse): string {
  const after = headers.get('retry-after')?.[0];
  if (after !== undefined && /^\d{1,6}$/.test(after)) return `, after ${after} s`;
  const reset = headers.get('x-ratelimit-reset')?.[0];
  return reset !== undefined && /^\d{1,11}$/.test(reset)
    ? `, at ${new Date(Number(reset) * 1000).toISOString()}`
    : '';
}

function quote({ body }: WireResponse): string {
  const error = readJson(body, errorSchema);
  return error.ok ? `: ${printable(error.value.message).replace(/\.$/, '')}` : '';
}
