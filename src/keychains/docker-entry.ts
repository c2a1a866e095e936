import { z } from 'zod';

import { failed, ok, type Outcome } from '../reasons.ts';
import { namedCredential, type Credential } from '../registry/credential.ts';
import { printable } from '../registry/printable.ts';

const text = z
  .string()
  .nullish()
  .transform((one) => one ?? '');

/** What stands under one key of `auths`, in docker's config.json, podman's auth.json and Kubernetes' pull secrets. */
const entrySchema = z.object({
  auth: text,
  username: text,
  password: text,
  identitytoken: text,
  registrytoken: text,
});

/** RFC 7617, 2: a user name or password has no control characters; in a header they would end it. Tokens are without blanks, too. */
const CONTROL = /[\p{Cc}]/u;
const TOKEN = /^[\x21-\x7e]+$/;

const REMEDY =
  'log in again; where a file was written by hand, see that no line break was encoded with the password';

/** The credential of an entry, `null` for one that docker left empty. What is wrong is told by field, never by content. */
export function readEntry(entry: unknown, file: string, key: string): Outcome<Credential | null> {
  const source = `${file} (${JSON.stringify(printable(key))})`;
  const read = entrySchema.safeParse(entry ?? {});
  if (!read.success) {
    const field = read.error.issues[0]?.path.join('.') ?? '';
    const what = field === '' ? 'is no object of texts' : `has a ${JSON.stringify(field)} that is no text`;
    return failed('InputInvalid', `${source}: the entry ${what}`, REMEDY);
  }
  const { auth, username, password, identitytoken, registrytoken } = read.data;
  const [user, secret] = auth === '' ? [username, password] : splitAuth(auth);
  if (user === null)
    return failed('InputInvalid', `${source}: "auth" is not the base64 of user:password`, REMEDY);
  if (registrytoken !== '') return checked({ kind: 'registryToken', token: registrytoken, source });
  if (identitytoken !== '')
    return checked({ kind: 'identityToken', username: user, token: identitytoken, source });
  return secret === '' ? ok(null) : checked(namedCredential(user, secret, source));
}

/** Refuses what no header can carry. */
export function checked(credential: Credential): Outcome<Credential> {
  const wrong = wrongPart(credential);
  if (wrong === null) return ok(credential);
  return failed('InputInvalid', `${credential.source}: ${wrong}`, REMEDY);
}

function wrongPart(credential: Credential): string | null {
  if (credential.kind !== 'registryToken') {
    if (CONTROL.test(credential.username)) return 'the user name has control characters';
    if (credential.username.includes(':')) return 'the user name has a colon';
  }
  if (credential.kind !== 'password')
    return TOKEN.test(credential.token)
      ? null
      : 'the token has line breaks or other characters that no token has';
  return CONTROL.test(credential.password) ? 'the password has line breaks or control characters' : null;
}

/** docker fills up the password with NULs (cli/config/configfile, decodeAuth). */
function splitAuth(auth: string): readonly [string, string] | readonly [null, string] {
  const decoded = Buffer.from(auth, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? [null, ''] : [decoded.slice(0, colon), decoded.slice(colon + 1).replace(/\0+$/, '')];
}
