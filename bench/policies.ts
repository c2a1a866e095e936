import { writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import { join } from 'node:path';
import type { Bench } from './setup.ts';

export const ISSUER = 'https://token.actions.example.com';
export const SOURCE = 'https://github.com/acme/shop';
export const SUBJECT = `${SOURCE}/.github/workflows/release.yml@refs/tags/v1.0.0`;

/** Asks for a signature, an SBOM and provenance of level 2, each by the release workflow. Returns the policy's path. */
export function threeChecks(bench: Bench): string {
  return byWorkflow(bench, 'three-checks', { sbom: { signedBy: ['ci'], formats: ['spdx'] } });
}

/** The same without an SBOM, which an index cannot have for all its platforms at once. */
export function twoChecks(bench: Bench): string {
  return byWorkflow(bench, 'two-checks', {});
}

function byWorkflow(bench: Bench, name: string, more: object): string {
  const keyless = { trustRoot: 'loopback', issuer: ISSUER, subject: SUBJECT };
  return write(bench, name, {
    authorities: [{ name: 'ci', keyless }],
    builders: [{ id: `${SOURCE}/.github/workflows/*@refs/tags/*`, signedBy: ['ci'], level: 2 }],
    rules: [
      {
        name,
        signature: { anyOf: ['ci'] },
        slsa: { level: 2, signedBy: ['ci'], sources: [SOURCE] },
        ...more,
      },
    ],
  });
}

/** Asks for a signature by the key `release`. Returns the policy's path. */
export function signedByKey(bench: Bench): string {
  const key = { path: './release.pub', trustRoot: 'loopback', transparencyLog: false };
  return write(bench, 'signed-by-key', {
    authorities: [{ name: 'release', key }],
    rules: [{ name: 'signed', signature: { anyOf: ['release'] } }],
  });
}

function write({ workdir, sigstore }: Bench, name: string, spec: object): string {
  const path = join(workdir, `${name}.yaml`);
  const trustRoots = [{ name: 'loopback', sigstore: { trustedRoot: sigstore.trustedRootPath } }];
  const head = { apiVersion: 'kubectl-supplychain/v1alpha1', kind: 'Policy', metadata: { name } };
  writeFileSync(path, dump({ ...head, spec: { trustRoots, ...spec } }));
  return path;
}
