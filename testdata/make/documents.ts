import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CosignVerdict } from './crosscheck.ts';
import type { Absent, Case, Expectation } from './images.ts';

/** What became of a case. */
export interface Made {
  readonly case: Case;
  /** `registry/repository:tag` */
  readonly image: string;
  readonly digest: string;
  readonly cosign: CosignVerdict;
}

/** A row of expected.json. */
export interface ExpectedRow extends Expectation {
  readonly image: string;
  readonly digest: string | null;
}

export function expectedRows(made: readonly Made[], absent: readonly Absent[]): ExpectedRow[] {
  return [
    ...made.map(({ image, digest, case: { expectation } }) => ({ image, digest, ...expectation })),
    ...absent.map(({ image, expectation }) => ({ image, digest: null, ...expectation })),
  ];
}

/** What is wrong with the images that the Kubernetes manifests name: each must be a row, by its tag or its digest, and each row be named. */
export function strayImages(directory: string, rows: readonly ExpectedRow[]): string[] {
  const files = readdirSync(directory).map((file) => readFileSync(join(directory, file), 'utf8'));
  const named = files.flatMap((text) =>
    [...text.matchAll(/\bimage: *"?([^\s"]+)/g)].map((match) => match[1] ?? ''),
  );
  const unknown = named.filter((image) => !rows.some((row) => names(image, row)));
  const unused = rows.filter((row) => !named.some((image) => names(image, row)));
  return [
    ...unknown.map((image) => `manifests name ${image}, which is not an image of the table`),
    ...unused.map(
      (row) => `no manifest names ${row.image}, or names it with another digest than ${row.digest}`,
    ),
  ];
}

function names(image: string, row: ExpectedRow): boolean {
  const repository = row.image.replace(/:[^:/]*$/, '');
  const full = image.includes('/') ? image : `docker.io/library/${image}`;
  return [row.image, `${row.image}@${row.digest}`, `${repository}@${row.digest}`].includes(full);
}

export function readme(made: readonly Made[], absent: readonly Absent[], tools: string): string {
  const rows = [
    ...made.map(({ image, cosign, case: { about, expectation, cosignDiffers } }) =>
      row(
        image,
        about,
        expectation,
        `${cosign.authority === null ? 'refuses' : 'accepts'}${cosignDiffers === undefined ? '' : `: ${cosignDiffers}`}`,
      ),
    ),
    ...absent.map(({ image, about, expectation }) => row(image, about, expectation, '')),
  ];
  return `# Test data

A little shop: its images as one OCI image layout, the Kubernetes manifests that run them, and a policy.
Everything in \`layout/\` was made by real programs (${tools}) against a Sigstore on loopback, and then, where the table says so, forged.

| path | what it is |
|---|---|
| \`layout/\` | OCI image layout; every descriptor in \`index.json\` says in \`io.containerd.image.name\` which image or referrer it is |
| \`manifests/\` | Deployments, a StatefulSet, a DaemonSet, a Job and CronJobs |
| \`policy.yaml\` | the policy that the verdicts below are for |
| \`trusted-root.json\` | certificate authority, CT log, Rekor v2 and v1 logs and timestamp authority of that Sigstore |
| \`keys/\` | public keys that the policy trusts |
| \`expected.json\` | the table below for tests |
| \`sboms/\` | what the real Syft and Trivy write of two small images; made by \`make/sboms.ts\`, see its README |
| \`make/\` | the program that makes all of this but \`manifests/\`, \`policy.yaml\` and \`sboms/\` |

Certificates name \`https://token.actions.example.com\` as the issuer of workflow identities. No private key is kept.

## Images

\`pass\`, \`fail\` and \`unknown\` are the verdict on the check that is named; the last column is what \`cosign verify\` says with the policy's authorities one after the other.

| image | what is special | expected | authority | cosign |
|---|---|---|---|---|
${rows.join('\n')}

## Making it anew

    node testdata/make/make.ts

needs Go for the tools (\`test/tools/build.sh\`), openssl and Debian's docker-registry, and takes half a minute. The images are the same bytes each time; keys, signatures and
\`trusted-root.json\` are new, and \`manifests/\` must name the digests in \`expected.json\`: the program says where they do not.
`;
}

function row(
  image: string,
  about: string,
  { check, expect, reason, authority }: Expectation,
  cosign: string,
): string {
  return `| \`${image}\` | ${about} | ${check}: ${expect} \`${reason}\` | ${authority ?? ''} | ${cosign} |`;
}
