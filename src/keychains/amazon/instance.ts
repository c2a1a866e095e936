import { ok, type Outcome } from '../../reasons.ts';
import { goodAnswer, readAnswer } from '../cloud-answer.ts';
import type { CloudAccess } from '../cloud-login.ts';
import { landlord } from '../machine.ts';
import { amazonKeys, type AmazonKeys, temporaryKeysSchema } from './keys.ts';

const SOURCE = 'the role of this EC2 instance';

/** The keys of an instance's role, by version 2 of its metadata service (EC2 user guide, "Use IMDSv2"). */
export async function instanceKeys(access: CloudAccess): Promise<Outcome<AmazonKeys | null>> {
  const base = await serviceOf(access);
  if (base === null) return ok(null);
  const root = `${base.replace(/\/$/, '')}/latest`;
  const session = goodAnswer(
    await access.client.send({
      method: 'PUT',
      url: `${root}/api/token`,
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '300' },
    }),
    SOURCE,
  );
  if (!session.ok) return session;
  const headers = { 'x-aws-ec2-metadata-token': textOf(session.value.body) };
  const url = `${root}/meta-data/iam/security-credentials/`;
  const roles = await access.client.send({ method: 'GET', url, headers });
  // An instance without a role.
  if (roles.ok && roles.value.status === 404) return ok(null);
  const named = goodAnswer(roles, SOURCE);
  if (!named.ok) return named;
  const role = textOf(named.value.body).split('\n')[0]?.trim() ?? '';
  if (role === '') return ok(null);
  const answer = await access.client.send({ method: 'GET', url: url + encodeURIComponent(role), headers });
  const keys = readAnswer(answer, temporaryKeysSchema, SOURCE);
  if (!keys.ok) return keys;
  const { AccessKeyId, SecretAccessKey, Token } = keys.value;
  return amazonKeys(AccessKeyId, SecretAccessKey, Token, SOURCE);
}

async function serviceOf({ env, firmware }: CloudAccess): Promise<string | null> {
  if (env['AWS_EC2_METADATA_DISABLED']?.toLowerCase() === 'true') return null;
  const named = env['AWS_EC2_METADATA_SERVICE_ENDPOINT'];
  if (named) return named;
  return (await landlord({ firmware })) === 'amazon' ? 'http://169.254.169.254' : null;
}

/** As it may go back in a header. */
function textOf(body: Uint8Array): string {
  return Buffer.from(body).toString('latin1').replaceAll('\r', '').trim();
}
