import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'rolldown';
import { z } from 'zod';
import { writePolicy } from '../e2e/asked.ts';
import { run } from '../sigstore/run.ts';
import { type Certificate, certificateFor } from './certificate.ts';
import { TESTDATA } from './content.ts';
import type { Hosts } from './hosts.ts';
import { INSIDE, NAMES, serversOf } from './world.ts';

export const SECRETS = { registry: 'auditor:s3cret-of-registry', other: 'auditor:s3cret-of-other' } as const;
export const basic = (of: keyof typeof SECRETS): string =>
  `Basic ${Buffer.from(SECRETS[of]).toString('base64')}`;

const findingSchema = z.object({ status: z.string(), reason: z.string(), message: z.string() });
const reportSchema = z.object({
  verdict: z.object({ exitCode: z.int() }),
  workloads: z.array(z.object({ containers: z.array(z.object({ findings: z.array(findingSchema) })) })),
});
const seenSchema = z.object({ connections: z.array(z.string()), megabytes: z.number() });

/** What the program said of each image, and what it did for it. */
export interface Told extends z.infer<typeof seenSchema> {
  readonly exitCode: number;
  readonly findings: readonly z.infer<typeof findingSchema>[];
  readonly output: string;
}

/** The program as it is shipped, built for this run, and what its runs share. */
export interface Program {
  readonly certificate: Certificate;
  verify(hosts: Hosts, images: readonly string[], flags?: readonly string[]): Promise<Told>;
  remove(): void;
}

export async function buildProgram(): Promise<Program> {
  const directory = mkdtempSync(join(tmpdir(), 'hostile-registry-'));
  const dist = join(directory, 'dist');
  await build({
    input: join(import.meta.dirname, '..', '..', 'cmd', 'kubectl-supplychain.ts'),
    platform: 'node',
    output: { dir: dist, format: 'esm', entryFileNames: 'main.mjs' },
  });
  const certificate = await certificateFor([...Object.keys(NAMES), ...INSIDE, 'localhost']);
  const authorities = join(directory, 'authorities.pem');
  writeFileSync(authorities, certificate.pem);
  const asked = {
    authority: { key: { path: join(TESTDATA, 'keys', 'release.pub'), trustRoot: 'acme' } },
    flags: [],
  };
  const policy = writePolicy(directory, [asked], join(TESTDATA, 'trusted-root.json'));
  let runs = 0;

  return {
    certificate,
    async verify(hosts, images, flags = []) {
      const home = join(directory, String((runs += 1)));
      mkdirSync(home);
      const internet = join(home, 'internet.json');
      writeFileSync(internet, JSON.stringify({ names: NAMES, servers: serversOf(hosts.ports) }));
      const config = join(home, 'config.json');
      const auth = (of: keyof typeof SECRETS) => ({ auth: Buffer.from(SECRETS[of]).toString('base64') });
      const auths = {
        'registry.example': auth('registry'),
        'corp.example': auth('registry'),
        'other.example': auth('other'),
      };
      writeFileSync(config, JSON.stringify({ auths }));
      const before = ['--import', join(import.meta.dirname, 'internet.ts'), join(dist, 'main.mjs'), 'verify'];
      const after =
        `--policy ${policy} --registry-config ${config} --offline --v=9 -o json --timeout=5s`.split(' ');
      const { code, stdout, stderr } = await run(
        process.execPath,
        [...before, ...images, ...after, ...flags],
        {
          cwd: home,
          env: {
            HOME: home,
            HOSTILE_INTERNET: internet,
            NODE_EXTRA_CA_CERTS: authorities,
            NODE_COMPILE_CACHE: join(directory, 'compile-cache'),
          },
        },
      );
      if (stdout === '') throw new Error(`no report, exit ${String(code)}: ${stderr}`);
      const report = reportSchema.parse(JSON.parse(stdout));
      const findings = report.workloads.flatMap(({ containers }) =>
        containers.flatMap((one) => one.findings),
      );
      const seen = seenSchema.parse(JSON.parse(readFileSync(`${internet}.seen`, 'utf8')));
      return { ...seen, exitCode: code, findings, output: stdout + stderr };
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
