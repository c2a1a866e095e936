import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownScanner } from './own-scanner.ts';

const IMAGE = `ghcr.io/acme/cart@sha256:${'a'.repeat(64)}`;

/** A scanner that does as this script says. */
function path(script: string | null): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), 'scanner-'));
  if (script !== null) {
    writeFileSync(join(folder, 'syft'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'syft'), 0o755);
  }
  return { PATH: [folder, ...(script === null ? [] : ['/usr/bin', '/bin'])].join(delimiter) };
}

async function scanned(script: string | null, image = IMAGE, signal?: AbortSignal): Promise<string> {
  const outcome = await ownScanner('syft', path(script))(image, signal);
  return outcome.ok
    ? Buffer.from(outcome.value).toString()
    : `${outcome.fault.reason}: ${outcome.fault.message}`;
}

describe('a scanner of the user', () => {
  it('is asked by digest, and for what stands on standard output', async () => {
    expect(await scanned('printf "%s\\n" "$@"')).toBe(`scan\nregistry:${IMAGE}\n-q\n-o\ncyclonedx-json\n`);
  });

  it.each<[string, string | null, string]>([
    ['is not there', null, 'SbomUnreadable: syft is not installed'],
    [
      'fails',
      'echo one >&2; echo "no such image" >&2; exit 3',
      `SbomUnreadable: syft could not scan ${IMAGE}: no such image`,
    ],
    ['fails without a word', 'exit 3', `SbomUnreadable: syft could not scan ${IMAGE}: it failed (3)`],
    [
      'says something in colours',
      String.raw`printf '\033[31mbad\033[0m' >&2; exit 1`,
      'SbomUnreadable: syft could not scan',
    ],
  ])('that %s is a fault', async (_what, script, message) => {
    const said = await scanned(script);
    expect(said).toContain(message);
    expect(said).not.toContain('\u001b');
  });

  it('is not asked for a name that is a flag, or that may mean something else tomorrow', async () => {
    for (const name of [
      `--config=x@sha256:${'a'.repeat(64)}`,
      'ghcr.io/acme/cart:v1',
      `$(x)@sha256:${'a'.repeat(64)}`,
    ])
      expect(await scanned('echo asked', name)).toContain('has no digest to be scanned by');
  });

  it('ends with the run', async () => {
    expect(await scanned('sleep 60', IMAGE, AbortSignal.abort())).toContain('Interrupted: ');
  });
});
