import { join } from 'node:path';

import { CLOUD_FILE_BYTES } from '../../limits.ts';
import { failed, ok, type Outcome } from '../../reasons.ts';
import { readBoundedFile } from '../../registry/bounded-file.ts';
import type { Surroundings } from '../surroundings.ts';

export type Profile = ReadonlyMap<string, string>;

/** The profiles of the AWS CLI's two files by their names; what `credentials` says counts more than what `config` says. */
export async function readProfiles({
  env,
  homedir,
}: Surroundings): Promise<Outcome<ReadonlyMap<string, Profile>>> {
  const config = await readIni(env['AWS_CONFIG_FILE'] || join(homedir, '.aws', 'config'));
  if (!config.ok) return config;
  const credentials = await readIni(
    env['AWS_SHARED_CREDENTIALS_FILE'] || join(homedir, '.aws', 'credentials'),
  );
  if (!credentials.ok) return credentials;
  const profiles = new Map<string, Profile>();
  for (const [section, values] of config.value) {
    const name = /^profile\s+(.+)$/.exec(section)?.[1] ?? (section === 'default' ? section : null);
    if (name !== null) profiles.set(name.replaceAll(/^["']|["']$/g, ''), values);
  }
  for (const [name, values] of credentials.value)
    profiles.set(name, new Map([...(profiles.get(name) ?? []), ...values]));
  return ok(profiles);
}

async function readIni(path: string): Promise<Outcome<ReadonlyMap<string, Profile>>> {
  const file = await readBoundedFile(path, CLOUD_FILE_BYTES);
  if (file.ok) return ok(parseIni(Buffer.from(file.bytes).toString('utf8')));
  return file.problem === 'missing' ? ok(new Map()) : failed('CredentialsRejected', file.message);
}

/** AWS SDKs reference guide, "Format of the config and credentials files": what is indented belongs to a setting that is not used here. */
function parseIni(text: string): ReadonlyMap<string, Profile> {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | null = null;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line)?.[1];
    const [, name, value = ''] = /^([^\s=#;[][^=]*?)\s*=\s*(.*)$/.exec(line) ?? [];
    if (section !== undefined) {
      current = sections.get(section) ?? new Map<string, string>();
      sections.set(section, current);
    } else if (name !== undefined) current?.set(name.toLowerCase(), value.replace(/\s[#;].*$/, '').trim());
  }
  return sections;
}
