import type { Fault } from '../reasons.ts';
import { basicHeader, type Credential } from './credential.ts';

/** Shorter ones are words that messages have anyway. */
const SHORTEST = 4;

/** A fault without what was sent: a server that repeats it, in an error or an address, must not bring it into a report. */
export function conceal(fault: Fault, secrets: readonly string[]): Fault {
  const message = secrets
    .filter((secret) => secret.length >= SHORTEST)
    .sort((a, b) => b.length - a.length)
    .reduce((text, secret) => text.replaceAll(secret, '(a secret)'), fault.message);
  return { ...fault, message };
}

/** What of an Authorization header must not be told. */
export function secretsOfHeader(header: string | null): readonly string[] {
  const [scheme = '', value = ''] = header?.split(' ') ?? [];
  if (scheme !== 'Basic') return [value];
  const text = Buffer.from(value, 'base64').toString('utf8');
  return [value, ...spellings(text.slice(text.indexOf(':') + 1))];
}

/** What of a credential must not be told. */
export function secretsOf(credential: Credential | null): readonly string[] {
  if (credential === null) return [];
  const secret = credential.kind === 'password' ? credential.password : credential.token;
  const username = credential.kind === 'registryToken' ? '' : credential.username;
  return [...spellings(secret), ...secretsOfHeader(basicHeader(username, secret))];
}

/** As it is, as it stands in an address, and in base64. */
function spellings(secret: string): readonly string[] {
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
}
