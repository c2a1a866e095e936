import { failed, type Outcome } from '../../reasons.ts';
import { goodAnswer, readSecretFile } from '../cloud-answer.ts';
import type { CloudAccess } from '../cloud-login.ts';
import { amazonKeys, type AmazonKeys } from './keys.ts';
import { signedRequest } from './signed-request.ts';

export interface Role {
  readonly arn: string;
  readonly session: string;
  readonly externalId?: string | undefined;
}

/** AWS STS, AssumeRoleWithWebIdentity: a token from a file, as EKS and CI services keep it, for the keys of a role. */
export async function assumeRoleByToken(
  access: CloudAccess,
  region: string,
  role: Role,
  tokenFile: string,
  source: string,
): Promise<Outcome<AmazonKeys | null>> {
  const token = await readSecretFile(tokenFile, source);
  if (!token.ok) return token;
  const body = formOf('AssumeRoleWithWebIdentity', role, { WebIdentityToken: token.value });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return readKeys(
    goodAnswer(
      await access.client.send({ method: 'POST', url: stsOf(access, region), headers, body }),
      source,
    ),
    source,
  );
}

/** AWS STS, AssumeRole: somebody's keys for those of a role. */
export async function assumeRole(
  access: CloudAccess,
  region: string,
  role: Role,
  keys: AmazonKeys,
  source: string,
): Promise<Outcome<AmazonKeys | null>> {
  const body = formOf(
    'AssumeRole',
    role,
    role.externalId === undefined ? {} : { ExternalId: role.externalId },
  );
  const request = await signedRequest(
    keys,
    { url: stsOf(access, region), service: 'sts', region },
    { 'content-type': 'application/x-www-form-urlencoded' },
    body,
    access.clock(),
  );
  return readKeys(goodAnswer(await access.client.send(request), source), source);
}

function formOf(action: string, role: Role, more: Readonly<Record<string, string>>): string {
  const parameters = {
    Action: action,
    Version: '2011-06-15',
    RoleArn: role.arn,
    RoleSessionName: role.session,
  };
  return new URLSearchParams({ ...parameters, ...more }).toString();
}

function stsOf({ env }: CloudAccess, region: string): string {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return env['AWS_ENDPOINT_URL_STS'] || env['AWS_ENDPOINT_URL'] || `https://sts.${region}.${suffix}/`;
}

/** STS answers in XML; keys and tokens have no character that it would write otherwise. */
function readKeys(answer: ReturnType<typeof goodAnswer>, source: string): Outcome<AmazonKeys | null> {
  if (!answer.ok) return answer;
  const text = Buffer.from(answer.value.body).toString('utf8');
  const element = (name: string): string | undefined =>
    new RegExp(`<${name}>\\s*([^<>&\\s]+)\\s*</${name}>`).exec(text)?.[1];
  const [id, secret, token] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map(element);
  return id === undefined || secret === undefined || token === undefined
    ? failed('RegistryResponseInvalid', `${answer.value.url.host} answered ${source} without keys`)
    : amazonKeys(id, secret, token, source);
}
