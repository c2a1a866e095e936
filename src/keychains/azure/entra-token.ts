import { z } from 'zod';

import { ok, type Outcome } from '../../reasons.ts';
import { readAnswer, readSecretFile } from '../cloud-answer.ts';
import type { CloudAccess, CloudToken, Way } from '../cloud-login.ts';
import { landlord } from '../machine.ts';
import { ACR_REGISTRY } from './registry.ts';

/** What tokens for container registries are made out to, in all of Azure's clouds. */
const AUDIENCE = 'https://containerregistry.azure.net';

const AUTHORITIES: Readonly<Record<string, string>> = {
  cn: 'https://login.chinacloudapi.cn/',
  us: 'https://login.microsoftonline.us/',
};

/** Some answers have numbers as texts. */
const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number() });

/** The ways of Azure's DefaultAzureCredential that need no person and no program. */
export function entraWays(registry: string): readonly Way<CloudToken>[] {
  return [
    (access) => clientSecret(access, registry),
    (access) => workloadIdentity(access, registry),
    managedIdentity,
  ];
}

/** Microsoft identity platform, "client credentials grant", with a shared secret. */
async function clientSecret(access: CloudAccess, registry: string): Promise<Outcome<CloudToken | null>> {
  const { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_CLIENT_SECRET: secret } = access.env;
  if (!tenant || !client || !secret) return ok(null);
  const source = 'the Azure application of AZURE_CLIENT_ID and its AZURE_CLIENT_SECRET';
  return byClientCredentials(access, registry, { tenant, client }, { client_secret: secret }, source);
}

/** The same with a federated token, which a pod of AKS finds in a file ("Microsoft Entra Workload ID"). */
async function workloadIdentity(access: CloudAccess, registry: string): Promise<Outcome<CloudToken | null>> {
  const { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_FEDERATED_TOKEN_FILE: file } = access.env;
  if (!tenant || !client || !file) return ok(null);
  const source = 'the token in AZURE_FEDERATED_TOKEN_FILE';
  const token = await readSecretFile(file, source);
  if (!token.ok) return token;
  const assertion = {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: token.value,
  };
  return byClientCredentials(access, registry, { tenant, client }, assertion, source);
}

async function byClientCredentials(
  access: CloudAccess,
  registry: string,
  { tenant, client }: { readonly tenant: string; readonly client: string },
  proof: Readonly<Record<string, string>>,
  source: string,
): Promise<Outcome<CloudToken>> {
  const cloud = ACR_REGISTRY.exec(registry)?.[1] ?? '';
  const authority =
    access.env['AZURE_AUTHORITY_HOST'] || AUTHORITIES[cloud] || 'https://login.microsoftonline.com/';
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: client,
    scope: `${AUDIENCE}/.default`,
    ...proof,
  });
  const request = {
    method: 'POST',
    url: `${authority.replace(/\/$/, '')}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: body.toString(),
  } as const;
  return tokenOf(readAnswer(await access.client.send(request), tokenSchema, source), access, source);
}

/** "How to use managed identities to get an access token on an Azure VM". */
async function managedIdentity(access: CloudAccess): Promise<Outcome<CloudToken | null>> {
  const { env, firmware } = access;
  const named = env['AZURE_POD_IDENTITY_AUTHORITY_HOST'];
  if (!named && (await landlord({ firmware })) !== 'azure') return ok(null);
  const client = env['AZURE_CLIENT_ID'];
  const query = new URLSearchParams({
    'api-version': '2018-02-01',
    resource: AUDIENCE,
    ...(client ? { client_id: client } : {}),
  });
  const host = (named || 'http://169.254.169.254').replace(/\/$/, '');
  const url = `${host}/metadata/identity/oauth2/token?${query.toString()}`;
  const source = 'the managed identity of this machine';
  const answer = await access.client.send({ method: 'GET', url, headers: { metadata: 'true' } });
  // "Identity not found": a machine without one says so with this status.
  if (answer.ok && answer.value.status === 400 && !client) return ok(null);
  return tokenOf(readAnswer(answer, tokenSchema, source), access, source);
}

function tokenOf(
  answer: Outcome<z.infer<typeof tokenSchema>>,
  { clock }: CloudAccess,
  source: string,
): Outcome<CloudToken> {
  if (!answer.ok) return answer;
  const expires = new Date(clock().getTime() + answer.value.expires_in * 1000);
  return ok({ value: answer.value.access_token, expires, source });
}
