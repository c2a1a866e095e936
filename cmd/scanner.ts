import { basename, dirname, resolve } from 'node:path';
import type { OwnScanner } from '../src/sweep/own-scans.ts';
import { type Io, UsageError } from './command.ts';
import type { SweepFlags } from './sweep-flags.ts';

/** What Trivy looks for in an image; Syft says itself what it has looked for. */
const TRIVY_LOOKS_FOR = [
  'apk',
  'cargo',
  'composer',
  'deb',
  'gem',
  'golang',
  'maven',
  'npm',
  'nuget',
  'pypi',
  'rpm',
];

/** The scanner that `--scan-with` names; null without one. Throws `UsageError`. */
export async function openScanner(
  flags: Pick<
    SweepFlags,
    'scan-with' | 'evidence' | 'offline' | 'plain-http' | 'insecure-registry' | 'registry-config'
  >,
  asksContents: boolean,
  io: Pick<Io, 'cwd' | 'env'>,
): Promise<OwnScanner | null> {
  const name = flags['scan-with'];
  if (name === undefined) return null;
  if (name !== 'syft' && name !== 'trivy')
    throw new UsageError(`--scan-with: ${JSON.stringify(name)} is unknown; it is syft or trivy`);
  if (!asksContents) throw new UsageError('--scan-with goes with --package or --vulnerability');
  if (flags.offline || flags.evidence !== undefined)
    throw new UsageError(
      '--scan-with asks registries, and with --offline or --evidence alone no network is touched',
    );
  const { ownScanner } = await import('../src/evidence/own-scanner.ts');
  const scan = ownScanner(name, {
    env: io.env,
    plainHttp: new Set(flags['plain-http']),
    insecure: new Set(flags['insecure-registry']),
    credentials: credentialsFor(name, flags['registry-config'], io),
  });
  return { name, looksFor: name === 'trivy' ? TRIVY_LOOKS_FOR : [], scan };
}

/** Both take credentials from the `config.json` of a directory, as docker does. */
function credentialsFor(name: string, named: string | undefined, io: Pick<Io, 'cwd'>): string | null {
  if (named === undefined) return null;
  const file = resolve(io.cwd, named);
  if (basename(file) === 'config.json') return dirname(file);
  throw new UsageError(
    `--scan-with ${name} reads credentials from a file that is called config.json alone, and --registry-config names ${JSON.stringify(named)}`,
  );
}
