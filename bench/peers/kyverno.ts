import { readFileSync, writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import { join } from 'node:path';
import { type Cost, measured } from '../measured.ts';
import { type Bench, buildTools } from '../setup.ts';

/** The module that pins the Kyverno CLI: beside those of the tests, which have no need of it. */
const MODULE = join(import.meta.dirname, '..', 'tools', 'kyverno');

export function buildKyverno(): string {
  return join(buildTools([MODULE]), 'kubectl-kyverno');
}

/** Has Kyverno apply a policy that asks for a signature by the key `release` to `count` pods; every one has to pass. */
export async function kyverno(
  { workdir }: Bench,
  command: string,
  pods: string,
  count: number,
): Promise<Cost> {
  const policy = join(workdir, 'kyverno-policy.yaml');
  writeFileSync(policy, dump(signedByKey(readFileSync(join(workdir, 'release.pub'), 'utf8'))));
  const args = ['apply', policy, '--resource', pods, '--registry'];
  const cost = await measured(command, args, { cwd: workdir, env: { HOME: workdir } });
  // It counts each pod twice: once where it would change the image, once where it validates.
  if (!cost.stdout.includes(`pass: ${2 * count}, fail: 0, warn: 0, error: 0, skip: 0`))
    throw new Error(`kyverno did not pass ${count} pods: ${cost.stdout}`);
  return cost;
}

function signedByKey(publicKeys: string): object {
  const keys = { publicKeys, rekor: { ignoreTlog: true }, ctlog: { ignoreSCT: true } };
  const verifyImages = [
    {
      imageReferences: ['127.0.0.1*'],
      mutateDigest: false,
      attestors: [{ entries: [{ keys }] }],
    },
  ];
  return {
    apiVersion: 'kyverno.io/v1',
    kind: 'ClusterPolicy',
    metadata: { name: 'signed', annotations: { 'pod-policies.kyverno.io/autogen-controllers': 'none' } },
    spec: {
      background: false,
      webhookConfiguration: { failurePolicy: 'Fail', timeoutSeconds: 30 },
      rules: [
        {
          name: 'signed',
          match: { any: [{ resources: { kinds: ['Pod'] } }] },
          verifyImages,
        },
      ],
    },
  };
}
