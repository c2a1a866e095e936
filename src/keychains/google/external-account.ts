import { z } from 'zod';

import { CLOUD_FILE_BYTES } from '../../limits.ts';
import { failed, ok, type Outcome } from '../../reasons.ts';
import { readBoundedFile } from '../../registry/bounded-file.ts';
import { readJson } from '../../registry/document.ts';
import { goodAnswer, readAnswer } from '../cloud-answer.ts';
import type { CloudAccess, CloudToken } from '../cloud-login.ts';
import { fetchGoogleToken, formRequest, googleAddress, SCOPE } from './token.ts';

/** AIP-4117, "External Account Credentials": the token of another identity provider, from a file or a service. */
export const externalAccountSchema = z.object({
  type: z.literal('external_account'),
  audience: z.string().min(1),
  subject_token_type: z.string().min(1),
  token_url: z.string(),
  service_account_impersonation_url: z.string().nullish(),
  credential_source: z.object({
    file: z.string().nullish(),
    url: z.string().nullish(),
    headers: z.record(z.string(), z.string()).nullish(),
    format: z
      .object({
        type: z.enum(['text', 'json']).default('text'),
        subject_token_field_name: z.string().nullish(),
      })
      .nullish(),
  }),
});
type Account = z.infer<typeof externalAccountSchema>;

const impersonatedSchema = z.object({ accessToken: z.string().min(1), expireTime: z.iso.datetime() });

/** Workload identity federation: somebody else's token for one of Google's, and that for a service account's. */
export async function externalAccountToken(
  account: Account,
  access: CloudAccess,
  source: string,
): Promise<Outcome<CloudToken>> {
  const address = googleAddress(account.token_url, source);
  if (!address.ok) return address;
  const subject = await subjectToken(account, access, source);
  if (!subject.ok) return subject;
  const token = await fetchGoogleToken(
    access,
    formRequest(address.value, {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: account.audience,
      scope: SCOPE,
      subject_token: subject.value,
      subject_token_type: account.subject_token_type,
    }),
    source,
  );
  const impersonation = account.service_account_impersonation_url;
  return token.ok && impersonation ? impersonate(impersonation, token.value, access) : token;
}

async function subjectToken(
  { credential_source: from }: Account,
  access: CloudAccess,
  source: string,
): Promise<Outcome<string>> {
  const bytes = from.file
    ? await fileBytes(from.file, source)
    : from.url
      ? await serviceBytes(from.url, from.headers ?? {}, access, source)
      : unknownSource(source);
  if (!bytes.ok) return bytes;
  const field = from.format?.subject_token_field_name ?? 'access_token';
  const none = failed('CredentialsRejected', `${source}: its credential_source holds no token`);
  if (from.format?.type !== 'json') {
    const text = Buffer.from(bytes.value).toString('utf8').trim();
    return text === '' ? none : ok(text);
  }
  const document = readJson(bytes.value, z.record(z.string(), z.unknown()));
  const text = document.ok ? document.value[field] : null;
  return typeof text === 'string' && text !== '' ? ok(text) : none;
}

async function fileBytes(path: string, source: string): Promise<Outcome<Uint8Array>> {
  const file = await readBoundedFile(path, CLOUD_FILE_BYTES);
  return file.ok ? ok(file.bytes) : failed('CredentialsRejected', `${source}: ${file.message}`);
}

async function serviceBytes(
  url: string,
  headers: Readonly<Record<string, string>>,
  access: CloudAccess,
  source: string,
): Promise<Outcome<Uint8Array>> {
  if (Object.values(headers).some((value) => /[^\t\x20-\x7e]/.test(value)))
    return failed(
      'CredentialsRejected',
      `${source}: a header of its credential_source has control characters`,
    );
  const answer = goodAnswer(await access.client.send({ method: 'GET', url, headers }), source);
  return answer.ok ? ok(answer.value.body) : answer;
}

function unknownSource(source: string): Outcome<never> {
  return failed(
    'CredentialsRejected',
    `${source} has a credential_source that is neither a file nor a url; programs and AWS are not known here`,
    'log in with docker-credential-gcloud, or use a service account key',
  );
}

/** IAM Service Account Credentials API, generateAccessToken. */
async function impersonate(
  url: string,
  token: CloudToken,
  access: CloudAccess,
): Promise<Outcome<CloudToken>> {
  const address = googleAddress(url, token.source);
  if (!address.ok) return address;
  const answer = readAnswer(
    await access.client.send({
      method: 'POST',
      url: address.value,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token.value}` },
      body: JSON.stringify({ scope: [SCOPE], lifetime: '3600s' }),
    }),
    impersonatedSchema,
    token.source,
  );
  if (!answer.ok) return answer;
  const { accessToken: value, expireTime } = answer.value;
  return ok({ value, expires: new Date(expireTime), source: token.source });
}
