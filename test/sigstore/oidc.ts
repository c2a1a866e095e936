import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type Loopback, serveJson } from './loopback.ts';

/** The claims of an identity token beside `iss`, `aud` and the times. */
export type Claims = Readonly<Record<string, string | boolean>>;

/** An OpenID Connect issuer: it serves its discovery document and keys, and mints tokens in process. */
export interface Issuer extends Loopback {
  /** The issuer as certificates name it. */
  readonly url: string;
  token(claims: Claims): string;
}

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** The claims that GitHub hands to a workflow of `repository` that runs on `ref`. */
export function githubClaims(repository: string, workflow: string, ref: string, more: Claims = {}): Claims {
  const workflowRef = `${repository}/.github/workflows/${workflow}@${ref}`;
  return {
    sub: `repo:${repository}:ref:${ref}`,
    event_name: 'push',
    ref,
    sha: COMMIT,
    repository,
    repository_id: '1001',
    repository_owner: repository.split('/')[0] ?? repository,
    repository_owner_id: '2002',
    repository_visibility: 'public',
    workflow: workflow.replace(/\.ya?ml$/, ''),
    workflow_ref: workflowRef,
    workflow_sha: COMMIT,
    job_workflow_ref: workflowRef,
    job_workflow_sha: COMMIT,
    runner_environment: 'github-hosted',
    run_id: '3003',
    run_attempt: '1',
    ...more,
  };
}

/** The claims of a person who logged in with a verified address. */
export function emailClaims(email: string): Claims {
  return { sub: email, email, email_verified: true };
}

/** Starts an issuer that calls itself `url`. */
export async function startIssuer(url: string): Promise<Issuer> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const documents: Record<string, unknown> = {
    '/.well-known/openid-configuration': {
      issuer: url,
      jwks_uri: `${url}/keys`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    },
    '/keys': { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] },
  };
  const served = await serveJson((_, path) => {
    const document = documents[path];
    return { status: document === undefined ? 404 : 200, body: document ?? {} };
  });
  return { url, token: (claims) => mint(url, privateKey, claims), ...served };
}

function mint(issuer: string, key: KeyObject, claims: Claims): string {
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const times = { iat: now, nbf: now - 5, exp: now + 600 };
  const header = { alg: 'RS256', typ: 'JWT', kid: 'k1' };
  const text = `${encode(header)}.${encode({ iss: issuer, aud: 'sigstore', ...times, ...claims })}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key).toString('base64url')}`;
}
