import { join } from 'node:path';
import { z } from 'zod';

import { CLOUD_FILE_BYTES } from '../../limits.ts';
import { failed, ok, type Outcome } from '../../reasons.ts';
import { readBoundedFile } from '../../registry/bounded-file.ts';
import { readJson } from '../../registry/document.ts';
import { type CloudAccess, type CloudToken, firstOf, type Login } from '../cloud-login.ts';
import { landlord } from '../machine.ts';
import { externalAccountSchema, externalAccountToken } from './external-account.ts';
import { serviceAccountSchema, serviceAccountToken } from './service-account.ts';
import { fetchGoogleToken, formRequest, readGoogleToken } from './token.ts';

const authorizedUserSchema = z.object({
  type: z.literal('authorized_user'),
  client_id: z.string(),
  client_secret: z.string(),
  refresh_token: z.string(),
});

const fileSchema = z.discriminatedUnion('type', [
  serviceAccountSchema,
  externalAccountSchema,
  authorizedUserSchema,
]);

const REMEDY =
  'name a credentials file with GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default login`';

/** An access token as password (Artifact Registry, "Access token"). The order is that of Application Default Credentials (AIP-4110). */
export const googleLogin: Login = async (_registry, access) => {
  const token = await firstOf([namedFile, wellKnownFile, metadataToken], access);
  if (!token.ok) return token;
  if (token.value === null) return ok(null);
  const { value: password, expires, source } = token.value;
  return ok({
    credential: { kind: 'password', username: 'oauth2accesstoken', password, source, expires },
    expires,
  });
};

async function namedFile(access: CloudAccess): Promise<Outcome<CloudToken | null>> {
  const path = access.env['GOOGLE_APPLICATION_CREDENTIALS'];
  if (!path) return ok(null);
  const token = await fileToken(path, access);
  return token.ok && token.value === null
    ? failed('CredentialsRejected', `GOOGLE_APPLICATION_CREDENTIALS: ${path} is missing`, REMEDY)
    : token;
}

/** Where `gcloud auth application-default login` leaves it. */
function wellKnownFile(access: CloudAccess): Promise<Outcome<CloudToken | null>> {
  const { env, homedir } = access;
  const directory = env['CLOUDSDK_CONFIG'] || join(homedir, '.config', 'gcloud');
  return fileToken(join(directory, 'application_default_credentials.json'), access);
}

async function fileToken(path: string, access: CloudAccess): Promise<Outcome<CloudToken | null>> {
  const file = await readBoundedFile(path, CLOUD_FILE_BYTES);
  if (!file.ok && file.problem === 'missing') return ok(null);
  if (!file.ok) return failed('CredentialsRejected', file.message, REMEDY);
  const document = readJson(file.bytes, fileSchema);
  if (!document.ok) return failed('CredentialsRejected', `${path} ${document.message}`, REMEDY);
  const account = document.value;
  const source = `the ${account.type.replaceAll('_', ' ')} of ${path}`;
  switch (account.type) {
    case 'service_account':
      return serviceAccountToken(account, access, source);
    case 'external_account':
      return externalAccountToken(account, access, source);
    case 'authorized_user': {
      const { client_id, client_secret, refresh_token } = account;
      const fields = { grant_type: 'refresh_token', client_id, client_secret, refresh_token };
      return fetchGoogleToken(access, formRequest('https://oauth2.googleapis.com/token', fields), source);
    }
  }
}

/** Compute Engine, "Get credentials for a workload": also Workload Identity on GKE, and Cloud Run. */
async function metadataToken(access: CloudAccess): Promise<Outcome<CloudToken | null>> {
  const { env, firmware } = access;
  const named = env['GCE_METADATA_HOST'];
  if (!named && (await landlord({ firmware })) !== 'google') return ok(null);
  const url = `http://${named || '169.254.169.254'}/computeMetadata/v1/instance/service-accounts/default/token`;
  const source = 'the service account of this machine';
  const answer = await access.client.send({ method: 'GET', url, headers: { 'metadata-flavor': 'Google' } });
  // A machine without a service account.
  if (answer.ok && answer.value.status === 404) return ok(null);
  return readGoogleToken(answer, access, source);
}
