import { z } from 'zod';

import { ok } from '../../reasons.ts';
import { readJson } from '../../registry/document.ts';
import { readAnswer } from '../cloud-answer.ts';
import { firstOf, type Login } from '../cloud-login.ts';
import { entraWays } from './entra-token.ts';

const exchangeSchema = z.object({ refresh_token: z.string().min(1) });
const claimsSchema = z.object({ exp: z.number() });

/**
 * ACR, "Azure Container Registry integration with Azure Active Directory": a token of Entra's for a refresh token of the registry's.
 * The registry's own token service then takes that, as it takes every identity token.
 */
export const azureLogin: Login = async (registry, access) => {
  const token = await firstOf(entraWays(registry), access);
  if (!token.ok) return token;
  if (token.value === null) return ok(null);
  const { value, source, expires } = token.value;
  const tenant = access.env['AZURE_TENANT_ID'];
  const body = new URLSearchParams({
    grant_type: 'access_token',
    service: registry,
    ...(tenant ? { tenant } : {}),
    access_token: value,
  });
  const answer = await access.client.send({
    method: 'POST',
    url: `https://${registry}/oauth2/exchange`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: body.toString(),
  });
  const exchanged = readAnswer(answer, exchangeSchema, source);
  if (!exchanged.ok) return exchanged;
  const refresh = exchanged.value.refresh_token;
  return ok({
    credential: { kind: 'identityToken', username: '', token: refresh, source },
    expires: expiryOf(refresh) ?? expires,
  });
};

/** What the token says of itself decides when the next one is fetched, and nothing else. */
function expiryOf(token: string): Date | null {
  const claims = readJson(Buffer.from(token.split('.')[1] ?? '', 'base64url'), claimsSchema);
  return claims.ok ? new Date(claims.value.exp * 1000) : null;
}
