import { join } from 'node:path';
import { buildTools } from '../e2e/bench.ts';
import { IMAGE, REPOSITORY } from '../forge/notation.ts';
import { type Finished, run } from '../sigstore/run.ts';
import type { OnDisk } from './disk.ts';

let built: string | null = null;

/** Runs the real `notation` under a configuration; it may take what answers it from this process. `cache` is for what it keeps. */
export function runNotation(home: string, args: readonly string[], cache = home): Promise<Finished> {
  built ??= join(buildTools('notation'), 'notation');
  const env = { XDG_CONFIG_HOME: home, XDG_CACHE_HOME: cache, HOME: home, NOTATION_EXPERIMENTAL: '1' };
  return run(built, args, { env });
}

/** What `notation verify` says of the image in a layout, and why. */
export async function askNotation(
  { home, layout }: OnDisk,
  cache = home,
): Promise<{ readonly said: 'accepts' | 'refuses'; readonly why: string }> {
  const args = ['verify', '--oci-layout', `${layout}@${IMAGE.digest}`, '--scope', REPOSITORY];
  const { code, stderr } = await runNotation(home, args, cache);
  return { said: code === 0 ? 'accepts' : 'refuses', why: stderr };
}
