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

const PLAIN = { plainHttp: new Set<string>(), insecure: new Set<string>(), credentials: null };

async function scanned(script: string | null, image = IMAGE, signal?: AbortSignal): Promise<string> {
  const outcome = await ownScanner('syft', { ...PLAIN, env: path(script) })(image, signal);
  return outcome.ok
    ? Buffer.from(outcome.value).toString()
    : `${outcome.fault.reason}: ${outcome.fault.message}`;
}

describe('a scanner of the user', () => {
  it('is asked by digest, and for what stands on standard output', async () => {
    expect(await scanned('printf "%s\\n" "$@"')).toBe(`scan\nregistry:${IMAGE}\n-q\n-o\nsyft-json\n`);
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
    [
      'fails for a cause below it',
      String.raw`printf 'one\nno SBOM: 1 error occurred:\n\t* no such host\n\n' >&2; exit 1`,
      `SbomUnreadable: syft could not scan ${IMAGE}: no SBOM: 1 error occurred: * no such host`,
    ],
    [
      'fails with many words',
      `printf '%01000d the cause' 0 >&2; exit 1`,
      `SbomUnreadable: syft could not scan ${IMAGE}: …${'0'.repeat(289)} the cause`,
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

  it.each<[string, 'syft' | 'trivy', object, readonly string[]]>([
    ['plain HTTP', 'syft', { plainHttp: new Set(['ghcr.io']) }, ['SYFT_REGISTRY_INSECURE_USE_HTTP=true']],
    ['plain HTTP', 'trivy', { plainHttp: new Set(['ghcr.io']) }, ['TRIVY_INSECURE=true']],
    [
      'a certificate that is not verified',
      'syft',
      { insecure: new Set(['ghcr.io']) },
      ['SYFT_REGISTRY_INSECURE_SKIP_TLS_VERIFY=true'],
    ],
    [
      'a certificate that is not verified',
      'trivy',
      { insecure: new Set(['ghcr.io']) },
      ['TRIVY_INSECURE=true'],
    ],
    ['credentials', 'trivy', { credentials: '/home/me/.docker' }, ['DOCKER_CONFIG=/home/me/.docker']],
    ['what is said of another host', 'syft', { plainHttp: new Set(['ghcr.io:80']) }, []],
    ['nothing', 'trivy', {}, []],
  ])('is told of %s: %s', async (_what, name, settings, expected) => {
    const folder = mkdtempSync(join(tmpdir(), 'scanner-'));
    writeFileSync(join(folder, name), '#!/bin/sh\nenv\n');
    chmodSync(join(folder, name), 0o755);
    const env = { PATH: [folder, '/usr/bin', '/bin'].join(delimiter) };
    const outcome = await ownScanner(name, { ...PLAIN, ...settings, env })(IMAGE);
    const said = outcome.ok ? Buffer.from(outcome.value).toString().split('\n') : [];
    expect(said.filter((line) => /INSECURE|DOCKER_CONFIG/.test(line)).sort()).toStrictEqual(expected);
  });

  it('asks nobody for news, unless the user will have them', async () => {
    const env = { ...path('echo "$SYFT_CHECK_FOR_APP_UPDATE"') };
    for (const [own, said] of [
      [{}, 'false\n'],
      [{ SYFT_CHECK_FOR_APP_UPDATE: 'true' }, 'true\n'],
    ] as const) {
      const outcome = await ownScanner('syft', { ...PLAIN, env: { ...env, ...own } })(IMAGE);
      expect(outcome.ok && Buffer.from(outcome.value).toString()).toBe(said);
    }
  });

  it('says how it is run by hand, with what it was told', async () => {
    const outcome = await ownScanner('syft', {
      ...PLAIN,
      plainHttp: new Set(['ghcr.io']),
      env: path('exit 1'),
    })(IMAGE);
    expect(outcome).toMatchObject({
      fault: {
        remediation: `run it by hand: SYFT_REGISTRY_INSECURE_USE_HTTP=true syft scan registry:${IMAGE} -q -o syft-json`,
      },
    });
  });

  it('ends with the run', async () => {
    expect(await scanned('sleep 60', IMAGE, AbortSignal.abort())).toContain('Interrupted: ');
  });
});
