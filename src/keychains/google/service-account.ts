import { sign } from 'node:crypto';
import { z } from 'zod';

import { failed, type Outcome } from '../../reasons.ts';
import type { CloudAccess, CloudToken } from '../cloud-login.ts';
import { fetchGoogleToken, formRequest, googleAddress, SCOPE } from './token.ts';

export const serviceAccountSchema = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().nullish(),
  token_uri: z.string().default('https://oauth2.googleapis.com/token'),
});

const LIFETIME_S = 3_600;

/** A service account's key signs for itself (RFC 7523, 2.1; Google, "Using OAuth 2.0 for server to server applications"). */
export async function serviceAccountToken(
  account: z.infer<typeof serviceAccountSchema>,
  access: CloudAccess,
  source: string,
): Promise<Outcome<CloudToken>> {
  const address = googleAddress(account.token_uri, source);
  if (!address.ok) return address;
  const now = Math.floor(access.clock().getTime() / 1000);
  const header = { alg: 'RS256', typ: 'JWT', ...(account.private_key_id && { kid: account.private_key_id }) };
  const claims = {
    iss: account.client_email,
    scope: SCOPE,
    aud: account.token_uri,
    iat: now,
    exp: now + LIFETIME_S,
  };
  const text = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  let signature;
  try {
    signature = sign('sha256', Buffer.from(text), account.private_key).toString('base64url');
  } catch {
    return failed('CredentialsRejected', `${source}: its private_key is no key in PEM`, 'get a new key file');
  }
  return fetchGoogleToken(
    access,
    formRequest(address.value, {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: `${text}.${signature}`,
    }),
    source,
  );
}
