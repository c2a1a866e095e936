import { failed, ok, type Fault, type Outcome } from '../reasons.ts';
import { parseChallenges, type Challenge } from './challenge.ts';
import { basicHeader, type Credential, type CredentialSource } from './credential.ts';
import type { Endpoint } from './endpoint.ts';
import { printable, printableUrl } from './printable.ts';
import { fetchToken } from './token.ts';
import type { Transport } from './transport.ts';
import type { WireResponse } from './wire.ts';

/** What goes into the Authorization header of one repository's requests. */
export interface Grant {
  readonly header: string | null;
  /** Where the credentials behind it came from; `null` is anonymous. */
  readonly source: string | null;
  /** Why configured credentials could not be had: told if the registry does not do without. */
  readonly missing: Fault | null;
  readonly expires: number;
}

export interface Authorization {
  /** What the registry is known to want for this repository, or `null` as long as it has not asked. */
  known(endpoint: Endpoint, path: string): Promise<Outcome<Grant | null>>;
  /** Answers a 401 to a request that went with `refused`; `null` if it asks for nothing that can be given. */
  answer(
    endpoint: Endpoint,
    path: string,
    response: WireResponse,
    refused: Grant | null,
  ): Promise<Outcome<Grant | null>>;
}

/** Tokens are renewed this long before they expire, so that none expires on its way. */
const MARGIN_MS = 5_000;

/**
 * Answers registries' challenges. A token is kept for exactly the registry and scope that it was issued for; credentials are looked
 * up when a registry asks, never before.
 */
export function createAuthorization(
  transport: Transport,
  credentials: CredentialSource,
  clock: () => Date,
): Authorization {
  const challenges = new Map<string, Challenge>();
  const grants = new Map<string, Promise<Outcome<Grant>>>();

  const obtain = async (
    endpoint: Endpoint,
    path: string,
    challenge: Challenge,
    refused: Grant | null,
  ): Promise<Outcome<Grant>> => {
    const scope = scopeOf(challenge, path);
    const key = JSON.stringify([
      endpoint.registry,
      path,
      challenge.scheme,
      challenge.parameters.get('realm'),
      scope,
    ]);
    const known = grants.get(key);
    const kept = await known;
    // A failure is kept as well: within a run the same question has the same answer.
    if (kept?.ok === false) return kept;
    if (kept !== undefined && kept.value !== refused && kept.value.expires > clock().getTime()) return kept;
    // Whoever comes first renews; the others find another promise than they knew, and wait for it.
    const current = grants.get(key);
    const pending =
      current === undefined || current === known ? renew(endpoint, path, challenge, scope) : current;
    grants.set(key, pending);
    return pending;
  };

  const renew = async (
    endpoint: Endpoint,
    path: string,
    challenge: Challenge,
    scope: string,
  ): Promise<Outcome<Grant>> => {
    const found = await credentials(endpoint.registry, path);
    const credential = found.ok ? found.value : null;
    const grant = {
      source: credential?.source ?? null,
      missing: found.ok ? null : found.fault,
      expires: Infinity,
    };
    if (challenge.scheme === 'basic') return ok({ ...grant, header: basicOf(credential) });
    if (credential?.kind === 'registryToken') return ok({ ...grant, header: `Bearer ${credential.token}` });
    const token = await fetchToken(transport, endpoint, challenge, scope, credential);
    if (!token.ok)
      return grant.missing !== null && wantsCredentials(token.fault)
        ? { ok: false, fault: grant.missing }
        : token;
    const expires = clock().getTime() + token.value.lifetimeMs - MARGIN_MS;
    return ok({ ...grant, header: `Bearer ${token.value.value}`, expires });
  };

  return {
    async known(endpoint, path) {
      const challenge = challenges.get(endpoint.registry);
      return challenge === undefined ? ok(null) : obtain(endpoint, path, challenge, null);
    },
    async answer(endpoint, path, response, refused) {
      const offered = parseChallenges(response.headers.get('www-authenticate') ?? []);
      if (offered.length === 0) return ok(null);
      const challenge =
        offered.find(({ scheme }) => scheme === 'bearer') ?? offered.find(({ scheme }) => scheme === 'basic');
      if (challenge === undefined) return unsupported(response, offered);
      if (isReusable(challenge, path)) challenges.set(endpoint.registry, withoutScope(challenge));
      const grant = await obtain(endpoint, path, challenge, refused);
      return grant.ok && grant.value.header === refused?.header ? ok(null) : grant;
    },
  };
}

/** docker token authentication, "Requesting a Token": what the challenge asks for, else to pull from this repository. */
function scopeOf(challenge: Challenge, path: string): string {
  return challenge.parameters.get('scope') ?? `repository:${path}:pull`;
}

/** Whether the same challenge, with the other name in its scope, is what the registry will ask for another repository. */
function isReusable(challenge: Challenge, path: string): boolean {
  return challenge.scheme === 'basic' || scopeOf(challenge, path) === `repository:${path}:pull`;
}

function withoutScope({ scheme, parameters }: Challenge): Challenge {
  return {
    scheme,
    parameters: new Map([...parameters].filter(([name]) => name !== 'scope' && name !== 'error')),
  };
}

function basicOf(credential: Credential | null): string | null {
  if (credential === null || credential.kind === 'registryToken') return null;
  return basicHeader(
    credential.username,
    credential.kind === 'password' ? credential.password : credential.token,
  );
}

function wantsCredentials(fault: Fault): boolean {
  return fault.reason === 'CredentialsRejected' || fault.reason === 'AccessDenied';
}

function unsupported(response: WireResponse, offered: readonly Challenge[]): Outcome<never> {
  const schemes = offered.map(({ scheme }) => printable(scheme)).join(', ');
  return failed(
    'CredentialsRejected',
    `${printableUrl(response.url)} wants ${schemes}; only Bearer and Basic are known here`,
  );
}
