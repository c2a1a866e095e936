import type { z } from 'zod';

import { CLOUD_FILE_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { readBoundedFile } from '../registry/bounded-file.ts';
import { readJson } from '../registry/document.ts';
import { printableUrl } from '../registry/printable.ts';
import type { WireResponse } from '../registry/wire.ts';

/** A service's own word for what is wrong. All of its text may repeat what was sent; a code cannot. */
const CODES = [
  /"__type"\s*:\s*"(?:[\w.]+#)?(\w{1,80})"/,
  /<Code>(\w{1,80})<\/Code>/,
  /\b(AADSTS\d{1,10})\b/,
  /"error"\s*:\s*"([a-z_]{1,80})"/,
  /"status"\s*:\s*"([A-Z_]{1,80})"/,
  /"code"\s*:\s*"(\w{1,80})"/i,
];
const THROTTLED = /Throttl|TooManyRequests|SlowDown|RequestLimitExceeded/i;

/** Reads the answer of a service that gives out credentials. `who` are the credentials that were shown to it. */
export function readAnswer<T>(answer: Outcome<WireResponse>, schema: z.ZodType<T>, who: string): Outcome<T> {
  const good = goodAnswer(answer, who);
  if (!good.ok) return good;
  const document = readJson(good.value.body, schema);
  const where = printableUrl(good.value.url);
  return document.ok
    ? ok(document.value)
    : failed('RegistryResponseInvalid', `the answer of ${where} to ${who} ${document.message}`);
}

/** An answer that is a success, or what the refusal means. */
export function goodAnswer(answer: Outcome<WireResponse>, who: string): Outcome<WireResponse> {
  if (!answer.ok) return answer;
  const { status, body, url } = answer.value;
  if (status === 200) return answer;
  const text = Buffer.from(body).toString('latin1');
  const code = CODES.map((pattern) => pattern.exec(text)?.[1]).find((one) => one !== undefined) ?? null;
  const where = printableUrl(url);
  const told = `HTTP ${String(status)}${code === null ? '' : `, ${code}`}`;
  if (status === 429 || (code !== null && THROTTLED.test(code)))
    return failed('RateLimited', `${where} asks to come back later (${told})`, 'wait, and try again');
  if (status >= 400 && status < 500)
    return failed(
      code === 'AccessDeniedException' || status === 403 ? 'AccessDenied' : 'CredentialsRejected',
      `${where} gives no registry credentials to ${who} (${told})`,
      'log in to the cloud again, or give this identity the right to pull',
    );
  return failed('RegistryError', `${where} answered ${who} with ${told}`, 'try again');
}

/** A token or key in a file of its own, as the cloud's agent keeps it fresh. */
export async function readSecretFile(path: string, what: string): Promise<Outcome<string>> {
  const file = await readBoundedFile(path, CLOUD_FILE_BYTES);
  if (!file.ok)
    return failed('CredentialsRejected', `${what}: ${file.message}`, 'check the environment that names it');
  const text = Buffer.from(file.bytes).toString('utf8').trim();
  return text === '' || /[\p{Cc}]/u.test(text)
    ? failed('CredentialsRejected', `${what}: ${path} holds no token`, 'check the environment that names it')
    : ok(text);
}
