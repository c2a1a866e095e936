import { ok, failed, type Outcome } from '../../reasons.ts';
import { isLoopback } from '../../registry/address.ts';
import { readAnswer, readSecretFile } from '../cloud-answer.ts';
import type { CloudAccess } from '../cloud-login.ts';
import { amazonKeys, type AmazonKeys, temporaryKeysSchema } from './keys.ts';

/** The agents of ECS, and of EKS Pod Identity in both families: the only hosts without TLS besides this one. */
const AGENTS = new Set(['169.254.170.2', '169.254.170.23', '[fd00:ec2::23]']);

/** The keys of a container's own agent (AWS SDKs reference guide, "Container credential provider"). */
export async function containerKeys(access: CloudAccess): Promise<Outcome<AmazonKeys | null>> {
  const { env } = access;
  const relative = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'];
  const variable = relative ? 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI' : 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
  const text = relative ? `http://169.254.170.2${relative}` : env[variable];
  if (!text) return ok(null);
  const source = `the service that ${variable} names`;
  const url = URL.canParse(text) ? new URL(text) : null;
  const trusted =
    url?.protocol === 'https:' || AGENTS.has(url?.hostname ?? '') || isLoopback(url?.host ?? '');
  if (url === null || !trusted)
    return failed('CredentialsRejected', `${source} is neither over https nor one of the machine's own`);
  const file = env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
  const token = file
    ? await readSecretFile(file, 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE')
    : ok(env['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? '');
  if (!token.ok) return token;
  if (/[\r\n]/.test(token.value))
    return failed('CredentialsRejected', 'AWS_CONTAINER_AUTHORIZATION_TOKEN has line breaks');
  const headers = token.value === '' ? {} : { authorization: token.value };
  const answer = await access.client.send({ method: 'GET', url: url.href, headers });
  // The path is a key to the agent of ECS.
  const shown = answer.ok ? ok({ ...answer.value, url: new URL(url.origin) }) : unreachable(source, url);
  const keys = readAnswer(shown, temporaryKeysSchema, source);
  if (!keys.ok) return keys;
  const { AccessKeyId, SecretAccessKey, Token } = keys.value;
  return amazonKeys(AccessKeyId, SecretAccessKey, Token, source);
}

function unreachable(source: string, url: URL): Outcome<never> {
  return failed('RegistryUnreachable', `${source}, at ${url.host}, gave no answer`, 'check the agent');
}
