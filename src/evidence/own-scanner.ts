import { execFile, type ExecFileException } from 'node:child_process';
import { SCAN_BYTES, SCAN_MS } from '../limits.ts';
import { failed, ok, type Outcome, type Reason } from '../reasons.ts';
import { printable } from '../registry/printable.ts';

/** The user's own tool that lists what is in an image. */
export type ScannerName = 'syft' | 'trivy';

/** Scans an image, `registry/repository@sha256:…`, and gives its SBOM. */
export type Scanner = (image: string, signal?: AbortSignal) => Promise<Outcome<Uint8Array>>;

/** Syft and Trivy as their own help has them: quiet, the SBOM on standard output, the image from its registry and from no daemon. */
const ARGUMENTS: Readonly<Record<ScannerName, (image: string) => readonly string[]>> = {
  syft: (image) => ['scan', `registry:${image}`, '-q', '-o', 'cyclonedx-json'],
  trivy: (image) => ['image', '--quiet', '--image-src', 'remote', '--format', 'cyclonedx', image],
};

/** What an image is called as an argument: never as a flag is, and by its digest. */
const PINNED = /^[a-z0-9][a-z0-9._:/-]*@sha256:[0-9a-f]{64}$/i;

/** Runs the user's own scanner, without a shell and with an end to its time and output. It logs in to registries as it does by itself. */
export function ownScanner(name: ScannerName, env: NodeJS.ProcessEnv): Scanner {
  return (image, signal) =>
    new Promise((resolve) => {
      if (!PINNED.test(image)) {
        resolve(failed('DigestNotResolvable', `${JSON.stringify(image)} has no digest to be scanned by`));
        return;
      }
      const options = {
        env,
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
        const [said = ''] = errors.toString('utf8').trim().split('\n').slice(-1);
        resolve(failed(...whyNot(name, image, error, said)));
      });
      child.stdin?.end();
    });
}

function whyNot(
  name: ScannerName,
  image: string,
  error: ExecFileException,
  said: string,
): readonly [reason: Reason, message: string, remediation?: string] {
  if (error.code === 'ENOENT')
    return ['SbomUnreadable', `${name} is not installed`, `install ${name}, or scan with another tool`];
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
    return ['LimitExceeded', `${name} printed more than ${SCAN_BYTES} bytes about ${image} (SCAN_BYTES)`];
  if (error.name === 'AbortError')
    return ['Interrupted', `${name} was ended before it was done with ${image}`];
  if (error.killed === true)
    return ['TimedOut', `${name} took longer than ${SCAN_MS / 1_000} s for ${image} (SCAN_MS)`];
  const why = said === '' ? `it failed (${String(error.code)})` : printable(said).slice(0, QUOTE);
  const command = [name, ...ARGUMENTS[name](image)].join(' ');
  return ['SbomUnreadable', `${name} could not scan ${image}: ${why}`, `run it by hand: ${command}`];
}

/** Of what a scanner says went wrong. */
const QUOTE = 300;
