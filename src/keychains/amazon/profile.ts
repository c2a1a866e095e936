import { failed, ok, type Outcome } from '../../reasons.ts';
import { printable } from '../../registry/printable.ts';
import type { CloudAccess, Way } from '../cloud-login.ts';
import { amazonKeys, type AmazonKeys } from './keys.ts';
import { type Profile, readProfiles } from './profile-files.ts';
import { assumeRole, assumeRoleByToken, type Role } from './sts.ts';

/** Where a profile that takes a role has its keys from, if not from another profile ("Assume role credential provider"). */
export type CredentialSources = Readonly<Record<string, Way<AmazonKeys>>>;

/** Ways to log in that ask a person or start a program. */
const NOT_HERE = ['sso_session', 'sso_start_url', 'credential_process', 'mfa_serial', 'login_session'];
/** Profiles whose roles are taken one after another; people have one or two. */
const CHAIN = 5;

/** The keys of the AWS CLI's profile: AWS_PROFILE, else `default`. */
export async function profileKeys(
  access: CloudAccess,
  region: string,
  sources: CredentialSources,
): Promise<Outcome<AmazonKeys | null>> {
  const { env } = access;
  const named = env['AWS_PROFILE'] || env['AWS_DEFAULT_PROFILE'];
  const profiles = await readProfiles(access);
  if (!profiles.ok) return profiles;
  const resolve = async (name: string, seen: readonly string[]): Promise<Outcome<AmazonKeys | null>> => {
    const profile = profiles.value.get(name);
    const who = `the AWS profile ${JSON.stringify(printable(name))}`;
    if (profile === undefined)
      return name === 'default' && seen.length === 0 && named === undefined
        ? ok(null)
        : fault(`${who} is in neither of its files`);
    if (seen.includes(name) || seen.length >= CHAIN)
      return fault(`${who} takes its keys from itself in the end`);
    const beyond = NOT_HERE.find((setting) => profile.has(setting));
    const keys = amazonKeys(
      profile.get('aws_access_key_id'),
      profile.get('aws_secret_access_key'),
      profile.get('aws_session_token'),
      who,
    );
    const role = roleOf(profile);
    if (role === null && keys.ok && keys.value === null && beyond !== undefined) return notHere(who, beyond);
    if (role === null) return keys;
    if (profile.has('mfa_serial')) return notHere(who, 'mfa_serial');
    const tokenFile = profile.get('web_identity_token_file');
    if (tokenFile !== undefined) return assumeRoleByToken(access, region, role, tokenFile, who);
    const source = profile.get('source_profile');
    const elsewhere = sources[profile.get('credential_source') ?? ''];
    const base =
      source === name
        ? keys
        : source !== undefined
          ? await resolve(source, [...seen, name])
          : await (elsewhere?.(access) ?? keys);
    if (!base.ok) return base;
    return base.value === null
      ? fault(`${who} takes the role ${printable(role.arn)} and finds no keys to do so`)
      : assumeRole(access, region, role, base.value, who);
  };
  return resolve(named ?? 'default', []);
}

function roleOf(profile: Profile): Role | null {
  const arn = profile.get('role_arn');
  const session = profile.get('role_session_name') ?? 'kubectl-supplychain';
  return arn === undefined ? null : { arn, session, externalId: profile.get('external_id') };
}

function notHere(who: string, setting: string): Outcome<never> {
  return fault(`${who} has ${setting}, which is not known here`);
}

function fault(message: string): Outcome<never> {
  return failed(
    'CredentialsRejected',
    message,
    'check AWS_PROFILE and its files, or run `aws configure export-credentials --format env`, or log in with docker-credential-ecr-login',
  );
}
