import { join } from 'node:path';
import pLimit from 'p-limit';
import { type Cost, measured } from '../measured.ts';
import { ISSUER, SUBJECT } from '../policies.ts';
import type { Bench } from '../setup.ts';

/** The same three questions, each a process of its own: cosign asks one thing of one image. */
const QUESTIONS: readonly (readonly string[])[] = [
  ['verify'],
  ['verify-attestation', '--type=spdxjson'],
  ['verify-attestation', '--type=slsaprovenance1'],
];

/** Has cosign verify images one after the other, over `processes` loops as `xargs -P` would run them. */
export async function cosign(bench: Bench, images: readonly string[], processes: number): Promise<Cost> {
  const { toolsBin, workdir, sigstore } = bench;
  const who = [`--certificate-identity=${SUBJECT}`, `--certificate-oidc-issuer=${ISSUER}`];
  const flags = [`--trusted-root=${sigstore.trustedRootPath}`, ...who];
  const options = { cwd: workdir, env: { HOME: workdir } };
  const limit = pLimit(processes);
  const started = performance.now();
  const costs = await Promise.all(
    images.flatMap((image) =>
      limit(async () => {
        const asked: Cost[] = [];
        for (const [command = '', ...more] of QUESTIONS) {
          const args = [command, ...more, ...flags, image];
          asked.push(await measured(join(toolsBin, 'cosign'), args, options));
        }
        return asked;
      }),
    ),
  );
  const all = costs.flat();
  return {
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: all.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    peakMebibytes: Math.max(...all.map(({ peakMebibytes }) => peakMebibytes)),
  };
}
