import { z } from 'zod';

import { failed, ok, type Outcome } from '../../reasons.ts';
import { readAnswer } from '../cloud-answer.ts';
import { type CloudAccess, firstOf, type Login, type Way } from '../cloud-login.ts';
import { containerKeys } from './container.ts';
import { instanceKeys } from './instance.ts';
import { amazonKeys, type AmazonKeys } from './keys.ts';
import { profileKeys } from './profile.ts';
import { ecrRegion, type EcrRegion } from './registry.ts';
import { signedRequest } from './signed-request.ts';
import { assumeRoleByToken } from './sts.ts';

const grantSchema = z.object({ authorizationToken: z.string().min(1), expiresAt: z.number() });
/** Amazon ECR gives a list with one member, Amazon ECR Public the member. */
const answerSchema = z.object({ authorizationData: z.union([z.array(grantSchema).min(1), grantSchema]) });

const ACTIONS = {
  ecr: 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
  'ecr-public': 'SpencerFrontendService.GetAuthorizationToken',
} as const;

/** Amazon ECR, GetAuthorizationToken: a user name and password for twelve hours. */
export const amazonLogin: Login = async (registry, access) => {
  const place = ecrRegion(registry);
  if (place === null) return ok(null);
  const keys = await findKeys(access, place.region);
  if (!keys.ok) return keys;
  if (keys.value === null) return ok(null);
  const { source } = keys.value;
  const request = await signedRequest(
    keys.value,
    { url: endpointOf(access, place), service: place.service, region: place.region },
    { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': ACTIONS[place.service] },
    '{}',
    access.clock(),
  );
  const answer = readAnswer(await access.client.send(request), answerSchema, source);
  if (!answer.ok) return answer;
  const data = answer.value.authorizationData;
  const grant = Array.isArray(data) ? data[0] : data;
  const text = Buffer.from(grant?.authorizationToken ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (grant === undefined || colon < 0)
    return failed('RegistryResponseInvalid', `${place.api} gave ${source} a token that is no user:password`);
  const expires = new Date(grant.expiresAt * 1000);
  const [username, password] = [text.slice(0, colon), text.slice(colon + 1)];
  return ok({ credential: { kind: 'password', username, password, source, expires }, expires });
};

/** The order of the AWS SDKs ("Standardized credential providers"): what is said outright comes before what the machine is given. */
function findKeys(access: CloudAccess, registryRegion: string): Promise<Outcome<AmazonKeys | null>> {
  const { env } = access;
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || registryRegion;
  const elsewhere = {
    Environment: environmentKeys,
    EcsContainer: containerKeys,
    Ec2InstanceMetadata: instanceKeys,
  };
  const ways: readonly Way<AmazonKeys>[] = [
    environmentKeys,
    (access) => webIdentityKeys(access, region),
    (access) => profileKeys(access, region, elsewhere),
    containerKeys,
    instanceKeys,
  ];
  return firstOf(ways, access);
}

const environmentKeys: Way<AmazonKeys> = ({ env }) =>
  Promise.resolve(
    amazonKeys(
      env['AWS_ACCESS_KEY_ID'],
      env['AWS_SECRET_ACCESS_KEY'],
      env['AWS_SESSION_TOKEN'],
      'the key in AWS_ACCESS_KEY_ID',
    ),
  );

async function webIdentityKeys(access: CloudAccess, region: string): Promise<Outcome<AmazonKeys | null>> {
  const { env } = access;
  const tokenFile = env['AWS_WEB_IDENTITY_TOKEN_FILE'];
  const arn = env['AWS_ROLE_ARN'];
  if (!tokenFile || !arn) return ok(null);
  const session = env['AWS_ROLE_SESSION_NAME'] || 'kubectl-supplychain';
  return assumeRoleByToken(
    access,
    region,
    { arn, session },
    tokenFile,
    'the token in AWS_WEB_IDENTITY_TOKEN_FILE',
  );
}

function endpointOf({ env }: CloudAccess, { api, service }: EcrRegion): string {
  const own = service === 'ecr' ? env['AWS_ENDPOINT_URL_ECR'] : env['AWS_ENDPOINT_URL_ECR_PUBLIC'];
  return own || env['AWS_ENDPOINT_URL'] || `https://${api}/`;
}
