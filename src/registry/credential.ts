import type { Outcome } from '../reasons.ts';

/** What somebody logged in with. `source` names the file, secret or service for messages; nothing else of it may stand in one. */
export type Credential =
  | {
      readonly kind: 'password';
      readonly username: string;
      readonly password: string;
      readonly source: string;
      /** When it stops to be good, where that is known: clouds give passwords for some hours. */
      readonly expires?: Date;
    }
  /** An OAuth 2 refresh token (docker token authentication, "identitytoken"). */
  | {
      readonly kind: 'identityToken';
      readonly username: string;
      readonly token: string;
      readonly source: string;
    }
  /** A token that the registry takes as it is. */
  | { readonly kind: 'registryToken'; readonly token: string; readonly source: string };

/**
 * The credentials for a repository: `registry` as references name it (`docker.io`), `path` as `library/nginx`. Where there are
 * several, the next one is only looked for when the registry has refused those before it, as the kubelet does. A fault says why one
 * that is configured could not be had, and does not end the others.
 */
export type Keychain = (registry: string, path: string) => AsyncIterable<Outcome<Credential>>;

/** A keychain without a key. */
export const noCredentials: Keychain = () => keys();

/** A keychain with these keys for whatever is asked. */
export async function* keys(...credentials: readonly Credential[]): AsyncIterable<Outcome<Credential>> {
  for (const value of credentials) yield { ok: true, value };
}

/** RFC 7617. */
export function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** docker's sign for a refresh token in the place of a password (docker-credential-helpers, "Development"). */
export function namedCredential(username: string, secret: string, source: string): Credential {
  return username === '<token>'
    ? { kind: 'identityToken', username: '', token: secret, source }
    : { kind: 'password', username, password: secret, source };
}
