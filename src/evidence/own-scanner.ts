import { execFile, type ExecFileException } from 'node:child_process';
import { SCAN_BYTES, SCAN_MS } from '../limits.ts';
import { failed, ok, type Outcome, type Reason } from '../reasons.ts';
import { printable } from '../registry/printable.ts';

/** The user's own tool that lists what is in an image. */
export type ScannerName = 'syft' | 'trivy';

/** Scans an image, `registry/repository@sha256:…`, and gives its SBOM. */
export type Scanner = (image: string, signal?: AbortSignal) => Promise<Outcome<Uint8Array>>;

/**
 * Syft and Trivy as their own help has them: quiet, the SBOM on standard output, the image from its registry and from no daemon.
 * Syft's own format is the one that says which of its cataloguers ran.
 */
const ARGUMENTS: Readonly<Record<ScannerName, (image: string) => readonly string[]>> = {
  syft: (image) => ['scan', `registry:${image}`, '-q', '-o', 'syft-json'],
  trivy: (image) => ['image', '--quiet', '--image-src', 'remote', '--format', 'cyclonedx', image],
};

/** What an image is called as an argument: never as a flag is, and by its digest. */
const PINNED = /^[a-z0-9][a-z0-9._:/-]*@sha256:[0-9a-f]{64}$/i;

/** What the user has said of registries, which a scanner is told by its own variables. */
export interface ScannerSettings {
  readonly env: NodeJS.ProcessEnv;
  /** Hosts that speak plain HTTP. */
  readonly plainHttp: ReadonlySet<string>;
  /** Hosts whose certificate is not verified. */
  readonly insecure: ReadonlySet<string>;
  /** The directory of a `config.json` with credentials; null for where the scanner looks by itself. */
  readonly credentials: string | null;
}

/** That nobody is asked but registries, and whoever the scanner has what it knows from. What the user has set goes first. */
const QUIET: Readonly<Record<ScannerName, Readonly<Record<string, string>>>> = {
  syft: { SYFT_CHECK_FOR_APP_UPDATE: 'false' },
  trivy: { TRIVY_SKIP_VERSION_CHECK: 'true', TRIVY_DISABLE_TELEMETRY: 'true' },
};

/** Both know plain HTTP on a loopback address by themselves. */
function registrySettings(
  name: ScannerName,
  image: string,
  { plainHttp, insecure, credentials }: ScannerSettings,
): Readonly<Record<string, string>> {
  const host = image.slice(0, image.indexOf('/'));
  const [plain, unverified] = [plainHttp.has(host), insecure.has(host)];
  return {
    ...(name === 'syft' && plain && { SYFT_REGISTRY_INSECURE_USE_HTTP: 'true' }),
    ...(name === 'syft' && unverified && { SYFT_REGISTRY_INSECURE_SKIP_TLS_VERIFY: 'true' }),
    ...(name === 'trivy' && (plain || unverified) && { TRIVY_INSECURE: 'true' }),
    // What it lists does not say what it looked for: it has to look for everything, however it is set up.
    ...(name === 'trivy' && { TRIVY_PKG_TYPES: 'os,library' }),
    ...(credentials !== null && { DOCKER_CONFIG: credentials }),
  };
}

/** Runs the user's own scanner, without a shell and with an end to its time and output. Else than told it logs in to registries by itself. */
export function ownScanner(name: ScannerName, settings: ScannerSettings): Scanner {
  return (image, signal) =>
    new Promise((resolve) => {
      if (!PINNED.test(image)) {
        resolve(failed('DigestNotResolvable', `${JSON.stringify(image)} has no digest to be scanned by`));
        return;
      }
      const told = registrySettings(name, image, settings);
      const options = {
        env: { ...QUIET[name], ...settings.env, ...told },
        timeout: SCAN_MS,
        maxBuffer: SCAN_BYTES,
        encoding: 'buffer',
        killSignal: 'SIGKILL',
        windowsHide: true,
        signal,
      } as const;
      const child = execFile(name, [...ARGUMENTS[name](image)], options, (error, printed, errors) => {
        if (!error) {
          resolve(ok(printed));
          return;
        }
        const command = [...Object.entries(told).map(([key, value]) => `${key}=${value}`), name];
        const again = [...command, ...ARGUMENTS[name](image)].join(' ');
        resolve(failed(...whyNot(name, image, error, lastWords(errors.toString('utf8')), again)));
      });
      child.stdin?.end();
    });
}

function whyNot(
  name: ScannerName,
  image: string,
  error: ExecFileException,
  said: string,
  again: string,
): readonly [reason: Reason, message: string, remediation?: string] {
  if (error.code === 'ENOENT')
    return ['SbomUnreadable', `${name} is not installed`, `install ${name}, or scan with another tool`];
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
    return ['LimitExceeded', `${name} printed more than ${SCAN_BYTES} bytes about ${image} (SCAN_BYTES)`];
  if (error.name === 'AbortError')
    return ['Interrupted', `${name} was ended before it was done with ${image}`];
  if (error.killed === true)
    return ['TimedOut', `${name} took longer than ${SCAN_MS / 1_000} s for ${image} (SCAN_MS)`];
  const why = said === '' ? `it failed (${String(error.code)})` : said;
  return ['SbomUnreadable', `${name} could not scan ${image}: ${why}`, `run it by hand: ${again}`];
}

/** Of what a scanner says went wrong. */
const QUOTE = 300;

/** The last thing that a scanner said, with what is indented below it. Both wrap an error in what came of it: the cause stands at the end. */
function lastWords(errors: string): string {
  const lines = errors.trimEnd().split('\n');
  const from = lines.findLastIndex((line) => /^\S/.test(line));
  const said = lines.slice(Math.max(from, 0)).join(' ').replaceAll(/\s+/g, ' ').trim();
  return said.length > QUOTE ? `…${printable(said.slice(-QUOTE + 1))}` : printable(said);
}
