import { dump } from 'js-yaml';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const WORKFLOW_ISSUER = 'https://token.actions.example.com';
export const EMAIL_ISSUER = 'https://accounts.example.com';
export const RELEASE_SUBJECT = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v1.0.0';

/** Whose signature is asked for, in the words of our policy and of cosign's flags. */
export interface Asked {
  readonly authority: object;
  readonly flags: readonly string[];
}

/** Exactly this identity. */
export function identity(subject: string, issuer = WORKFLOW_ISSUER): Asked {
  return {
    authority: { keyless: { trustRoot: 'acme', issuer, subject } },
    flags: [`--certificate-identity=${subject}`, `--certificate-oidc-issuer=${issuer}`],
  };
}

export const RELEASE_IDENTITY = identity(RELEASE_SUBJECT);

/** A glob, and the regular expression by which one has to say the same to cosign. */
export function subjectGlob(subject: string, regExp: string, issuer = WORKFLOW_ISSUER): Asked {
  return {
    authority: { keyless: { trustRoot: 'acme', issuer, subject } },
    flags: [`--certificate-identity-regexp=${regExp}`, `--certificate-oidc-issuer=${issuer}`],
  };
}

/** The same regular expression to both. */
export function subjectRegExp(regExp: string): Asked {
  return {
    authority: { keyless: { trustRoot: 'acme', issuer: WORKFLOW_ISSUER, subjectRegExp: regExp } },
    flags: [`--certificate-identity-regexp=${regExp}`, `--certificate-oidc-issuer=${WORKFLOW_ISSUER}`],
  };
}

/** The same regular expression of issuers to both. */
export function issuerRegExp(regExp: string): Asked {
  return {
    authority: { keyless: { trustRoot: 'acme', issuerRegExp: regExp, subject: RELEASE_SUBJECT } },
    flags: [`--certificate-identity=${RELEASE_SUBJECT}`, `--certificate-oidc-issuer-regexp=${regExp}`],
  };
}

/** The holder of the key pair of that name. */
export function keyHolder(name: string, transparencyLog = true): Asked {
  return {
    authority: { key: { path: `./${name}.pub`, trustRoot: 'acme', transparencyLog } },
    flags: [`--key=${name}.pub`, ...(transparencyLog ? [] : ['--insecure-ignore-tlog'])],
  };
}

/** Writes a policy that asks all images for a signature by any of these. Paths are relative to its directory. */
export function writePolicy(
  directory: string,
  asked: readonly Asked[],
  trustedRoot = './trusted-root.json',
): string {
  const authorities = asked.map(({ authority }, at) => ({ name: `asked-${at}`, ...authority }));
  const anyOf = authorities.map(({ name }) => name);
  const policy = dump({
    apiVersion: 'kubectl-supplychain/v1alpha1',
    kind: 'Policy',
    metadata: { name: 'e2e' },
    spec: {
      trustRoots: [{ name: 'acme', sigstore: { trustedRoot } }],
      authorities,
      rules: [{ name: 'signed', signature: { anyOf } }],
    },
  });
  const id = createHash('sha256').update(policy).digest('hex').slice(0, 16);
  const path = join(directory, `policy-${id}.yaml`);
  writeFileSync(path, policy);
  return path;
}
