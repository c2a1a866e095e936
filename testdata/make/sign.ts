import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Witnesses } from '../../test/sigstore/configuration.ts';
import { emailClaims, githubClaims } from '../../test/sigstore/oidc.ts';
import type { Sigstore } from '../../test/sigstore/start.ts';
import { type Home, reference } from './build.ts';

/** Who signs: a workflow, a person or the owner of a key. */
export type Signer =
  | { readonly kind: 'workflow'; readonly workflow: string; readonly ref: string; readonly issuer?: string }
  | { readonly kind: 'person'; readonly email: string }
  | { readonly kind: 'key'; readonly name: string };

/** How what is signed is stored: as a bundle that refers to the image, or under a tag made from its digest. */
export type Format = 'bundle' | 'tag';

/** What testifies to the time of signing; `none` is possible for keys only. */
export type Witnessed = Witnesses | 'none';

const REPOSITORY = 'acme/shop';
export const ELSEWHERE = 'https://token.actions.elsewhere.example';
export const RELEASE: Signer = { kind: 'workflow', workflow: 'release.yml', ref: 'refs/tags/v1.0.0' };

/** Has cosign sign; everything it signs is signed by digest. */
export interface Signing {
  sign(home: Home, digest: string, signer: Signer, format?: Format, witnessed?: Witnessed): Promise<void>;
  attest(
    home: Home,
    digest: string,
    signer: Signer,
    predicate: Predicate,
    format?: Format,
    witnessed?: Witnessed,
  ): Promise<void>;
}

/** A predicate under the short name that cosign knows its type by. */
export interface Predicate {
  readonly type: string;
  readonly content: unknown;
}

export function signing(sigstore: Sigstore, workdir: string): Signing {
  const cosign = async (args: readonly string[]): Promise<void> => {
    const { code, stderr } = await sigstore.cosign(args);
    if (code !== 0) throw new Error(`cosign ${args.join(' ')}: ${stderr}`);
  };
  const flags = (signer: Signer, format: Format, witnessed: Witnessed): string[] => [
    ...identity(sigstore, workdir, signer),
    ...(format === 'bundle' ? bundleFlags(sigstore, witnessed) : tagFlags(sigstore, witnessed)),
    `--trusted-root=${sigstore.trustedRootPath}`,
  ];
  return {
    sign: (home, digest, signer, format = 'bundle', witnessed = 'rekorV2') => {
      // In a simple-signing payload the docker-reference is what it is told; a bundle has none.
      const claimed = format === 'tag' ? [`--sign-container-identity=${home.host}/${home.repository}`] : [];
      return cosign(['sign', ...flags(signer, format, witnessed), ...claimed, reference(home, digest)]);
    },
    attest: (home, digest, signer, predicate, format = 'bundle', witnessed = 'rekorV2') => {
      const file = join(workdir, 'predicate.json');
      writeFileSync(file, JSON.stringify(predicate.content));
      const what = [`--type=${predicate.type}`, `--predicate=${file}`];
      return cosign(['attest', ...flags(signer, format, witnessed), ...what, reference(home, digest)]);
    },
  };
}

function identity(sigstore: Sigstore, workdir: string, signer: Signer): string[] {
  if (signer.kind === 'key') return [`--key=${join(workdir, `${signer.name}.key`)}`];
  if (signer.kind === 'person') return [`--identity-token=${sigstore.token(emailClaims(signer.email))}`];
  const claims = githubClaims(REPOSITORY, signer.workflow, signer.ref);
  return [`--identity-token=${sigstore.token(claims, signer.issuer)}`];
}

function bundleFlags(sigstore: Sigstore, witnessed: Witnessed): string[] {
  if (witnessed === 'none') return ['--use-signing-config=false', '--tlog-upload=false'];
  return [`--signing-config=${sigstore.signingConfigs[witnessed]}`];
}

/** The tag layout cannot be had with a signing configuration: each service is named. */
function tagFlags({ urls }: Sigstore, witnessed: Witnessed): string[] {
  const flags = ['--new-bundle-format=false', '--use-signing-config=false', `--fulcio-url=${urls.fulcio}`];
  const services: Record<Witnessed, readonly string[]> = {
    none: ['--tlog-upload=false'],
    timestampOnly: ['--tlog-upload=false', `--timestamp-server-url=${urls.timestamp}`],
    rekorV1: [`--rekor-url=${urls.rekorV1}`],
    // Of Rekor v2 cosign knows nothing here, and says so.
    rekorV2: [`--rekor-url=${urls.rekor}`],
  };
  return [...flags, ...services[witnessed]];
}
