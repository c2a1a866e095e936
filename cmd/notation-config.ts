import { lstatSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PolicyBytes } from '../src/policy/policy-file.ts';
import { type Io, UsageError } from './command.ts';

/** The trust policy of a Notation configuration: the first that is there, as Notation looks for it. */
const TRUST_POLICIES = ['trustpolicy.oci.json', 'trustpolicy.json'];

/**
 * A policy for whoever has Notation's configuration and no other: every image has to be signed as its trust policy says. Throws
 * `UsageError`.
 */
export function notationPolicy(directory: string, io: Pick<Io, 'cwd'>): PolicyBytes {
  const found = TRUST_POLICIES.map((name) => ({
    name,
    file: lstatSync(resolve(io.cwd, directory, name), { throwIfNoEntry: false }),
  })).find(({ file }) => file !== undefined);
  const path = join(directory, found?.name ?? '');
  if (!found)
    throw new UsageError(
      `--notation-config: ${directory} has no ${TRUST_POLICIES.join(' or ')}; name the directory that Notation keeps its configuration in, as ~/.config/notation`,
    );
  if (!found.file?.isFile())
    throw new UsageError(`--notation-config: ${path} is no regular file; Notation does not follow links`);
  const policy = {
    apiVersion: 'kubectl-supplychain/v1alpha1',
    kind: 'Policy',
    metadata: { name: 'notation' },
    spec: {
      authorities: [{ name: 'notation', notation: { trustPolicy: found.name, trustStore: 'truststore' } }],
      rules: [{ name: 'signed', match: { images: ['**'] }, signature: { anyOf: ['notation'] } }],
    },
  };
  // JSON is YAML, and relative paths are relative to the file.
  return { path, bytes: Buffer.from(JSON.stringify(policy, null, 2)) };
}
