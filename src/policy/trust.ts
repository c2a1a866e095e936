import { dirname, isAbsolute, join } from 'node:path';
import { KEY_BYTES, TRUSTED_ROOT_BYTES } from '../limits.ts';
import { failed } from '../reasons.ts';
import { parseReference } from '../registry/reference.ts';
import { parseTrustedRoot } from '../verify/trust-root.ts';
import { keptIn, keyAuthority, keylessAuthority, unsupportedAuthority } from './authority.ts';
import { readPublicKeys } from './keys.ts';
import { type Known, noneNamed, type ReadFile, standsTwice } from './known.ts';
import type { OpenPolicy } from './policy-file.ts';
import type { Authority } from './policy.ts';
import type { AuthorityFile, KeyFile } from './schema-authorities.ts';

/** Reads the trust roots that a policy file defines. A kind that this version cannot use is known by name, and holds nothing. */
export function readTrustRoots(open: OpenPolicy, { trustRoots, readFile, report }: Known): void {
  open.file.spec.trustRoots?.forEach(({ name, sigstore }, index) => {
    const at = ['spec', 'trustRoots', index];
    if (trustRoots.has(name)) report(open, [...at, 'name'], ...standsTwice('trust root', name));
    trustRoots.set(name, null);
    if (!sigstore) return;
    const { trustedRoot, ...thresholds } = sigstore;
    const bytes = readFile(beside(open, trustedRoot), TRUSTED_ROOT_BYTES);
    const root = bytes.ok ? parseTrustedRoot(name, bytes.value, thresholds, trustedRoot) : bytes;
    if (root.ok) trustRoots.set(name, root.value);
    else report(open, [...at, 'sigstore', 'trustedRoot'], root.fault.message, root.fault.remediation);
  });
}

/** Reads the authorities that a policy file defines, and the keys that they hold. */
export function readAuthorities(open: OpenPolicy, known: Known): void {
  open.file.spec.authorities?.forEach((file, index) => {
    const at = ['spec', 'authorities', index];
    if (known.authorities.has(file.name))
      known.report(open, [...at, 'name'], ...standsTwice('authority', file.name));
    const authority = authorityOf(open, at, file, known);
    const kept = signatureRepositoryOf(open, at, file, known);
    known.authorities.set(file.name, authority && keptIn(authority, kept));
  });
}

/** As COSIGN_REPOSITORY: a repository, without tag and digest. */
function signatureRepositoryOf(
  open: OpenPolicy,
  at: readonly PropertyKey[],
  { signatureRepository }: AuthorityFile,
  { report }: Known,
): string | undefined {
  if (signatureRepository === undefined) return undefined;
  const parsed = parseReference(signatureRepository);
  const bare = parsed.ok && parsed.value.tag === null && parsed.value.digest === null;
  if (bare) return parsed.value.repository;
  const why = parsed.ok ? 'must be a repository without a tag or digest' : parsed.message;
  report(
    open,
    [...at, 'signatureRepository'],
    why,
    'write registry and repository, as ghcr.io/acme/signatures',
  );
  return undefined;
}

function authorityOf(
  open: OpenPolicy,
  at: readonly PropertyKey[],
  file: AuthorityFile,
  known: Known,
): Authority | null {
  const { name, keyless, key } = file;
  const trustRoot = (keyless ?? key)?.trustRoot ?? 'sigstore';
  const root = known.trustRoots.get(trustRoot);
  if (root === undefined && known.complete) {
    const field = [...at, keyless ? 'keyless' : 'key', 'trustRoot'];
    known.report(open, field, noneNamed('trust root', trustRoot, known.trustRoots));
  }
  if (file.notation) return unsupportedAuthority(name, 'a Notation authority');
  if (key?.secret) return unsupportedAuthority(name, 'a key out of a secret');
  if (root === null)
    return unsupportedAuthority(name, `the trust root ${trustRoot}, which is no sigstore trusted root,`);
  if (keyless) return keylessAuthority(name, keyless);
  if (!key || !root) return null;
  const keys = keysOf(open, key, known.readFile);
  if (!keys.ok) {
    const field = [...at, 'key', key.path === undefined ? 'pem' : 'path'];
    known.report(open, field, keys.fault.message, keys.fault.remediation);
    return null;
  }
  const conditions = {
    root: key.transparencyLog ? root : null,
    notBefore: key.notBefore ?? null,
    notAfter: key.notAfter ?? null,
  };
  for (const one of keys.value) known.keys.push({ authority: name, ...one, ...conditions });
  return keyAuthority(
    name,
    keys.value.map(({ fingerprint }) => fingerprint),
  );
}

/** Relative paths are relative to the file that names them. */
function beside({ path }: OpenPolicy, named: string): string {
  return isAbsolute(named) ? named : join(dirname(path), named);
}

function keysOf(open: OpenPolicy, key: KeyFile, readFile: ReadFile): ReturnType<typeof readPublicKeys> {
  if (key.pem !== undefined) return readPublicKeys(key.pem, 'pem');
  if (key.path === undefined) return failed('InputInvalid', 'names neither path nor pem');
  const bytes = readFile(beside(open, key.path), KEY_BYTES);
  return bytes.ok ? readPublicKeys(new TextDecoder().decode(bytes.value), key.path) : bytes;
}
