import { CREDENTIALS } from '../limits.ts';
import { failed, ok, type Fault, type Outcome } from '../reasons.ts';
import { parseChallenges, type Challenge } from './challenge.ts';
import { conceal, secretsOf } from './conceal.ts';
import { basicHeader, type Credential, type Keychain } from './credential.ts';
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
  /** What it answers, and which of the configured credentials it was got with. */
  readonly challenge: Challenge;
  readonly turn: number;
}

export interface Authorization {
  /** What the registry is known to want for this repository, or `null` as long as it has not asked. */
  known(endpoint: Endpoint, path: string): Promise<Outcome<Grant | null>>;
  /**
   * Answers a 401, or a 403 in spite of a grant, to the `attempt`-th request, which went with `refused`; `null` if it asks for
   * nothing that can be given.
   */
  answer(
    endpoint: Endpoint,
    path: string,
    response: WireResponse,
    refused: Grant | null,
    attempt: number,
  ): Promise<Outcome<Grant | null>>;
  /** Says that the registry took a grant, so that no other credential is tried for this repository. */
  accept(endpoint: Endpoint, path: string, grant: Grant): void;
}

/** Tokens are renewed this long before they expire, so that none expires on its way. */
const MARGIN_MS = 5_000;

/**
 * Answers registries' challenges. A token is kept for exactly the registry and scope that it was issued for; credentials are looked
 * up when a registry asks, never before.
 */
export function createAuthorization(
  transport: Transport,
  keychain: Keychain,
  clock: () => Date,
): Authorization {
  const challenges = new Map<string, Challenge>();
  const grants = new Map<string, Promise<Outcome<Grant | null>>>();
  const settled = new Map<string, number>();
  const turnOf = (endpoint: Endpoint, path: string): number => settled.get(nameOf(endpoint, path)) ?? 0;

  const obtain = async (
    endpoint: Endpoint,
    path: string,
    challenge: Challenge,
    refused: Grant | null,
    turn: number,
  ): Promise<Outcome<Grant | null>> => {
    const scope = scopeOf(challenge, path);
    const key = JSON.stringify([
      endpoint.registry,
      path,
      challenge.scheme,
      challenge.parameters.get('realm'),
      scope,
      turn,
    ]);
    const known = grants.get(key);
    const kept = await known;
    // A failure is kept as well: within a run the same question has the same answer.
    if (kept?.ok === false) return kept;
    if (kept?.value === null) return kept;
    if (kept !== undefined && kept.value !== refused && kept.value.expires > clock().getTime()) return kept;
    // Whoever comes first renews; the others find another promise than they knew, and wait for it.
    const current = grants.get(key);
    const pending =
      current === undefined || current === known ? renew(endpoint, path, challenge, scope, turn) : current;
    grants.set(key, pending);
    return pending;
  };

  const renew = async (
    endpoint: Endpoint,
    path: string,
    challenge: Challenge,
    scope: string,
    turn: number,
  ): Promise<Outcome<Grant | null>> => {
    const taken = await take(keychain(endpoint.registry, path), turn);
    if (taken === null) return ok(null);
    const { credential, missing } = taken;
    const expires = lastsUntil(credential);
    const grant = { source: credential?.source ?? null, missing, challenge, turn, expires };
    if (challenge.scheme === 'basic') {
      const header = basicOf(credential);
      const unfit = credential !== null && header === null;
      const next = unfit ? await obtain(endpoint, path, challenge, null, turn + 1) : ok(null);
      return next.ok && next.value === null ? ok({ ...grant, header }) : next;
    }
    if (credential?.kind === 'registryToken') return ok({ ...grant, header: `Bearer ${credential.token}` });
    const token = await fetchToken(transport, endpoint, challenge, scope, credential);
    if (token.ok) {
      const expires = clock().getTime() + token.value.lifetimeMs - MARGIN_MS;
      return ok({ ...grant, header: `Bearer ${token.value.value}`, expires });
    }
    const refusal = { ok: false, fault: conceal(token.fault, secretsOf(credential)) } as const;
    if (!wantsCredentials(token.fault)) return refusal;
    if (missing !== null) return { ok: false, fault: missing };
    const next = await obtain(endpoint, path, challenge, null, turn + 1);
    return next.ok && next.value === null ? refusal : next;
  };

  /** The grant of the next credential that says something else; behind the last one, what was tried is left at that. */
  const goOn = async (endpoint: Endpoint, path: string, refused: Grant): Promise<Outcome<Grant | null>> => {
    for (let turn = refused.turn + 1; ; turn += 1) {
      const next = await obtain(endpoint, path, refused.challenge, null, turn);
      if (next.ok && next.value === null) settled.set(nameOf(endpoint, path), refused.turn);
      if (!next.ok || next.value?.header !== refused.header) return next;
    }
  };

  return {
    async known(endpoint, path) {
      const challenge = challenges.get(endpoint.registry);
      return challenge === undefined
        ? ok(null)
        : obtain(endpoint, path, challenge, null, turnOf(endpoint, path));
    },
    async answer(endpoint, path, response, refused, attempt) {
      const isSettled = settled.has(nameOf(endpoint, path));
      if (refused !== null && !isSettled) return goOn(endpoint, path, refused);
      // A token that was good is renewed once; whoever may not do something is not asked again.
      if (response.status !== 401 || attempt > 1) return ok(null);
      const offered = parseChallenges(response.headers.get('www-authenticate') ?? []);
      if (offered.length === 0) return ok(null);
      const challenge =
        offered.find(({ scheme }) => scheme === 'bearer') ?? offered.find(({ scheme }) => scheme === 'basic');
      if (challenge === undefined) return unsupported(response, offered);
      if (isReusable(challenge, path)) challenges.set(endpoint.registry, withoutScope(challenge));
      const grant = await obtain(endpoint, path, challenge, refused, turnOf(endpoint, path));
      return grant.ok && grant.value?.header === refused?.header ? ok(null) : grant;
    },
    accept(endpoint, path, grant) {
      settled.set(nameOf(endpoint, path), grant.turn);
    },
  };
}

function nameOf(endpoint: Endpoint, path: string): string {
  return `${endpoint.registry}/${path}`;
}

interface Taken {
  readonly credential: Credential | null;
  readonly missing: Fault | null;
}

/**
 * The credential whose turn it is, and by its source those that were refused before it; `null` behind the last. Without any, the
 * first turn is an anonymous one.
 */
async function take(found: AsyncIterable<Outcome<Credential>>, turn: number): Promise<Taken | null> {
  if (turn >= CREDENTIALS) return null;
  const sources: string[] = [];
  let missing: Fault | null = null;
  for await (const one of found) {
    if (!one.ok) missing ??= one.fault;
    else {
      sources.push(one.value.source);
      if (sources.length > turn)
        return { credential: { ...one.value, source: sources.join(', then ') }, missing: null };
    }
  }
  return turn === 0 ? { credential: null, missing } : null;
}

function lastsUntil(credential: Credential | null): number {
  if (credential?.kind !== 'password' || credential.expires === undefined) return Infinity;
  return credential.expires.getTime() - MARGIN_MS;
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
