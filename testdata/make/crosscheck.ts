import { join } from 'node:path';
import type { Sigstore } from '../../test/sigstore/start.ts';
import { type Image, reference } from './build.ts';
import type { Authority } from './images.ts';

/** What cosign says to an image under each authority of the policy in turn. */
export interface CosignVerdict {
  readonly authority: Authority | null;
  /** The first error, where no authority was satisfied. */
  readonly message: string;
}

/** What policy.yaml's pattern stands for here. */
const SUBJECT = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v1.0.0';

export async function askCosign(sigstore: Sigstore, workdir: string, image: Image): Promise<CosignVerdict> {
  const key = (name: string): string => `--key=${join(workdir, `${name}.pub`)}`;
  const flags: Record<Authority, readonly string[]> = {
    'release-workflow': [
      `--certificate-identity=${SUBJECT}`,
      `--certificate-oidc-issuer=${sigstore.urls.githubIssuer}`,
    ],
    'release-key': [key('release')],
    'archive-key': [key('archive'), '--insecure-ignore-tlog'],
  };
  const authorities = ['release-workflow', 'release-key', 'archive-key'] as const;
  const messages: string[] = [];
  for (const authority of authorities) {
    const trust = `--trusted-root=${sigstore.trustedRootPath}`;
    const { code, stderr } = await sigstore.cosign([
      'verify',
      trust,
      ...flags[authority],
      reference(image, image.digest),
    ]);
    if (code === 0) return { authority, message: '' };
    messages.push(/^Error: (.*)$/m.exec(stderr)?.[1] ?? stderr);
  }
  return { authority: null, message: messages[0] ?? '' };
}
