import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Home } from '../testdata/make/build.ts';
import { connect } from '../testdata/make/client.ts';
import { startOlareg } from '../test/sigstore/registry.ts';
import type { Running } from '../test/sigstore/servers.ts';
import { type Sigstore, startSigstore } from '../test/sigstore/start.ts';

/** What is measured, and where: a registry and a whole Sigstore on loopback, and a copy of the built program. */
export interface Bench extends Running {
  readonly workdir: string;
  readonly toolsBin: string;
  readonly sigstore: Sigstore;
  /** `http://127.0.0.1:port` of the registry. */
  readonly registry: string;
  /** The directory of the program under test; a build that runs meanwhile changes nothing here. */
  readonly program: string;
  home(repository: string): Home;
}

const ROOT = join(import.meta.dirname, '..');
const TOOLS = ['cosign', 'fulcio', 'olareg', 'rekor-tiles', 'timestamp-authority'];

/** Boots everything. What has been started is stopped again if the rest does not start. */
export async function startBench(): Promise<Bench> {
  const workdir = mkdtempSync(join(tmpdir(), 'supplychain-bench-'));
  const remove = (): void => rmSync(workdir, { recursive: true, force: true });
  process.once('exit', remove);
  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    for (const service of running.splice(0).toReversed()) await service.stop();
    remove();
  };
  try {
    const program = copyProgram(workdir);
    const toolsBin = buildTools(TOOLS);
    const olareg = await startOlareg({ workdir, toolsBin });
    running.push(olareg);
    const sigstore = await startSigstore({ workdir, toolsBin });
    running.push(sigstore);
    const made = await sigstore.cosign(['generate-key-pair', '--output-key-prefix=release']);
    if (made.code !== 0) throw new Error(`cosign generate-key-pair: ${made.stderr}`);
    const client = connect(olareg.url);
    const home = (repository: string): Home => ({ client, host: olareg.host, repository });
    return { workdir, toolsBin, sigstore, registry: olareg.url, program, home, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Builds pinned Go tools, by name or by the folder of their module, and returns the folder that holds them all. */
export function buildTools(tools: readonly string[]): string {
  const script = join(ROOT, 'test', 'tools', 'build.sh');
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  return execFileSync('bash', [script, ...tools], { encoding: 'utf8', stdio: [...stdio] }).trim();
}

/** A copy of the built program: a build that runs meanwhile changes nothing in it. Returns its directory. */
export function copyProgram(workdir: string): string {
  const place = join(workdir, 'program');
  mkdirSync(place);
  cpSync(join(ROOT, 'dist'), join(place, 'dist'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'));
  return join(place, 'dist');
}
