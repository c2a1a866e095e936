import { KEY_BYTES } from '../limits.ts';
import { failed, type Outcome } from '../reasons.ts';
import { parseReference } from '../registry/reference.ts';
import type { TrustRoot } from '../verify/trust-root.ts';
import {
  keptIn,
  keyAuthority,
  keylessAuthority,
  unsupportedAuthority,
  waitingAuthority,
} from './authority.ts';
import { readPublicKeys } from './keys.ts';
import { type Known, noneNamed, type ReadFile, standsTwice } from './known.ts';
import { readNotation } from './notation-trust.ts';
import type { OpenPolicy } from './policy-file.ts';
import type { Authority } from './policy.ts';
import type { AuthorityFile, KeyFile } from './schema-authorities.ts';
import { beside } from './trust-roots.ts';

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
  const named = known.trustRoots.get(trustRoot);
  if (named === undefined && known.complete) {
    const field = [...at, keyless ? 'keyless' : 'key', 'trustRoot'];
    known.report(open, field, noneNamed('trust root', trustRoot, known.trustRoots));
  }
  if (file.notation) return readNotation(open, [...at, 'notation'], name, file.notation, known);
  if (key?.secret) return unsupportedAuthority(name, 'a key out of a secret');
  const root = keyless || key?.transparencyLog ? useRoot(trustRoot, known) : null;
  if (root && !root.ok) return waitingAuthority(name, root.fault);
  if (keyless) return keylessAuthority(name, keyless);
  if (!key || !named) return null;
  const keys = keysOf(open, key, known.readFile);
  if (!keys.ok) {
    const field = [...at, 'key', key.path === undefined ? 'pem' : 'path'];
    known.report(open, field, keys.fault.message, keys.fault.remediation);
    return null;
  }
  const conditions = {
    root: root?.value ?? null,
    notBefore: key.notBefore ?? null,
    notAfter: key.notAfter ?? null,
  };
  for (const one of keys.value) known.keys.push({ authority: name, ...one, ...conditions });
  return keyAuthority(
    name,
    keys.value.map(({ fingerprint }) => fingerprint),
  );
}

/** A trust root that an authority rests on; null where the policy is wrong about it. */
function useRoot(name: string, { trustRoots, usedRoots }: Known): Outcome<TrustRoot> | null {
  usedRoots.add(name);
  return trustRoots.get(name)?.read() ?? null;
}

/** How cosign names keys that are not in a file. */
const ELSEWHERE = /^(awskms|gcpkms|azurekms|hashivault|pkcs11|k8s|gitlab|env|https?):\/\//;
const IN_A_FILE =
  'write the public key into a file with `cosign public-key --key …` and name that; of a Kubernetes secret, name it as secret: {namespace, name}';

function keysOf(open: OpenPolicy, key: KeyFile, readFile: ReadFile): ReturnType<typeof readPublicKeys> {
  if (key.pem !== undefined) return readPublicKeys(key.pem, 'pem');
  if (key.path === undefined) return failed('InputInvalid', 'names neither path nor pem');
  const scheme = ELSEWHERE.exec(key.path)?.[1];
  if (scheme !== undefined)
    return failed('InputInvalid', `${key.path}: keys are read from files, not from ${scheme}://`, IN_A_FILE);
  const bytes = readFile(beside(open, key.path), KEY_BYTES);
  return bytes.ok ? readPublicKeys(new TextDecoder().decode(bytes.value), key.path) : bytes;
}
