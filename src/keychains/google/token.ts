import { z } from 'zod';

import { failed, ok, type Outcome } from '../../reasons.ts';
import { isLoopback } from '../../registry/address.ts';
import { printable } from '../../registry/printable.ts';
import type { WireResponse } from '../../registry/wire.ts';
import { readAnswer } from '../cloud-answer.ts';
import type { CloudRequest } from '../cloud-client.ts';
import type { CloudAccess, CloudToken } from '../cloud-login.ts';

/** Pulling needs no more than a role of this scope's gives; narrower scopes are not known to Artifact Registry. */
export const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** RFC 6749, 5.1, as all of Google's token services answer. */
const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number() });

/** Asks a token service. `source` says in messages who asks. */
export async function fetchGoogleToken(
  access: CloudAccess,
  request: CloudRequest,
  source: string,
): Promise<Outcome<CloudToken>> {
  return readGoogleToken(await access.client.send(request), access, source);
}

/** Reads what a token service answered. */
export function readGoogleToken(
  answer: Outcome<WireResponse>,
  { clock }: CloudAccess,
  source: string,
): Outcome<CloudToken> {
  const token = readAnswer(answer, tokenSchema, source);
  if (!token.ok) return token;
  const { access_token: value, expires_in: seconds } = token.value;
  return ok({ value, expires: new Date(clock().getTime() + seconds * 1000), source });
}

/** A POST of a form, as OAuth 2 has it. */
export function formRequest(url: string, fields: Readonly<Record<string, string>>): CloudRequest {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', url, headers, body: new URLSearchParams(fields).toString() };
}

/** The address of one of Google's own services: whatever else a file of credentials names gets nothing. */
export function googleAddress(text: string, source: string): Outcome<string> {
  const url = URL.canParse(text) ? new URL(text) : null;
  const known =
    (url?.protocol === 'https:' && /(?:^|\.)googleapis\.com$/.test(url.hostname)) ||
    isLoopback(url?.host ?? '');
  return known
    ? ok(text)
    : failed(
        'CredentialsRejected',
        `${source} names ${JSON.stringify(printable(url?.host ?? ''))}, which is no service of Google's, so nothing is sent to it`,
      );
}
