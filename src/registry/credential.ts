import type { Outcome } from '../reasons.ts';

/** What somebody logged in with. `source` names the file or helper for messages; nothing else of it may stand in one. */
export type Credential =
  | {
      readonly kind: 'password';
      readonly username: string;
      readonly password: string;
      readonly source: string;
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
 * Finds the credential for a repository: `registry` as references name it (`docker.io`), `path` as `library/nginx`; `null` where none
 * is configured.
 */
export type CredentialSource = (registry: string, path: string) => Promise<Outcome<Credential | null>>;

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
