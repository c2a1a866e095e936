import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readPublicKeys } from '../../src/policy/keys.ts';
import { parseTrustedRoot, DEFAULT_THRESHOLDS, type TrustRoot } from '../../src/verify/trust-root.ts';
import { publicGoodRoot } from '../../src/verify/public-good.ts';
import { verifySigstore } from '../../src/verify/sigstore/sigstore.ts';
import type { Claim, TrustMaterial } from '../../src/verify/verifier.ts';

/**
 * sigstore-conformance's client protocol (sigstore-conformance, docs/cli_protocol.md) over the verification that an audit uses:
 * `verify-bundle --bundle F (--certificate-identity I --certificate-oidc-issuer U | --key K) [--trusted-root F] FILE_OR_DIGEST`.
 * Exits with 0 if the bundle verifies, else with 1 and the reason in one line.
 */
const DIGEST = /^sha256:[0-9a-f]{64}$/;

interface Asked {
  readonly bundle: string;
  readonly identity: string | undefined;
  readonly issuer: string | undefined;
  readonly key: string | undefined;
  readonly trustedRoot: string | undefined;
  readonly subject: string;
}

function readArguments(args: readonly string[]): Asked {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      bundle: { type: 'string' },
      'certificate-identity': { type: 'string' },
      'certificate-oidc-issuer': { type: 'string' },
      key: { type: 'string' },
      'trusted-root': { type: 'string' },
    },
  });
  const [command, subject, ...more] = positionals;
  const { bundle, key, 'certificate-identity': identity, 'certificate-oidc-issuer': issuer } = values;
  if (command !== 'verify-bundle' || !bundle || !subject || more.length > 0)
    throw new Error('usage: verify-bundle --bundle FILE … FILE_OR_DIGEST');
  const byIdentity = identity !== undefined && issuer !== undefined;
  if (byIdentity === (key !== undefined))
    throw new Error('name --certificate-identity and --certificate-oidc-issuer, or --key');
  return { bundle, identity, issuer, key, trustedRoot: values['trusted-root'], subject };
}

function rootOf(path: string | undefined): TrustRoot {
  if (path === undefined) return publicGoodRoot();
  const root = parseTrustedRoot('custom', readFileSync(path), DEFAULT_THRESHOLDS, path);
  if (root.ok) return root.value;
  throw new Error(root.fault.message);
}

function trustOf(asked: Asked): TrustMaterial {
  const root = rootOf(asked.trustedRoot);
  if (asked.key === undefined) return { roots: [root], keys: [] };
  const keys = readPublicKeys(readFileSync(asked.key, 'utf8'), asked.key);
  if (!keys.ok) throw new Error(keys.fault.message);
  return {
    roots: [],
    keys: keys.value.map((key) => ({ authority: 'key', ...key, root, notBefore: null, notAfter: null })),
  };
}

function isAskedFor({ signer }: Claim, { identity, issuer }: Asked): boolean {
  return (
    signer.kind === 'key' ||
    (signer.kind === 'certificate' && signer.subject.value === identity && signer.issuer === issuer)
  );
}

/** Runs the command, by its arguments. Throws with the reason if the bundle does not verify. */
export function verifyBundle(args: readonly string[]): void {
  const asked = readArguments(args);
  const artifact = DIGEST.test(asked.subject) ? null : readFileSync(asked.subject);
  const subject = artifact ? `sha256:${createHash('sha256').update(artifact).digest('hex')}` : asked.subject;
  const bytes = readFileSync(asked.bundle);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const evidence = {
    format: 'sigstore-bundle',
    digest,
    subject,
    location: asked.bundle,
    bytes,
    annotations: {},
  } as const;
  const verdict = verifySigstore(evidence, trustOf(asked), artifact);
  if (verdict.result === 'refused') throw new Error(`${verdict.refusal.reason}: ${verdict.refusal.message}`);
  if (!verdict.claims.some((claim) => isAskedFor(claim, asked)))
    throw new Error('SignerNotTrusted: it verifies, and another identity has signed it');
}
