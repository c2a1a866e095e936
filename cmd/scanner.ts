import type { OwnScanner } from '../src/sweep/own-scans.ts';
import { type Io, UsageError } from './command.ts';
import type { SweepFlags } from './sweep-flags.ts';

/** What both look for in an image unless they are told otherwise. */
const LOOKS_FOR = [
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
  flags: Pick<SweepFlags, 'scan-with' | 'evidence' | 'offline'>,
  asksContents: boolean,
  io: Io,
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
  return { name, looksFor: LOOKS_FOR, scan: ownScanner(name, io.env) };
}
