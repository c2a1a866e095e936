import { execFile, type ExecFileOptions } from 'node:child_process';

import { z } from 'zod';

import { CREDENTIAL_HELPER_MS, TOKEN_RESPONSE_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { namedCredential, type Credential } from '../registry/credential.ts';
import { readJson } from '../registry/document.ts';
import { printable } from '../registry/printable.ts';
import { checked } from './docker-entry.ts';

/** What helpers print, by docker-credential-helpers' protocol, when they know nothing of a registry. */
const NOT_FOUND = 'credentials not found in native keychain';

const answerSchema = z.object({ Username: z.string().nullish(), Secret: z.string().nullish() });

interface Run {
  readonly status: 'done' | 'failed' | 'absent' | 'timeout' | 'endless';
  readonly output: string;
}

/**
 * Asks `docker-credential-<name> get` for a registry's credential (docker-credential-helpers, "Development"). Neither its output nor
 * its error text gets into a message: both may hold the secret.
 */
export async function askHelper(
  name: string,
  serverUrl: string,
  env: Readonly<Record<string, string | undefined>>,
  configuredIn: string,
): Promise<Outcome<Credential | null>> {
  const program = `docker-credential-${name}`;
  const fail = (what: string): Outcome<never> =>
    failed(
      'CredentialsRejected',
      `the credential helper ${program}, which ${configuredIn} names, ${what}, so there are no credentials for ${printable(serverUrl)}`,
      `repair or install ${program}, or take it out of ${configuredIn}`,
    );
  // The name becomes part of a program's: it must not become a path.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    return failed(
      'InputInvalid',
      `${configuredIn} names a credential helper ${JSON.stringify(printable(name))}, which is no helper's name`,
    );
  }
  const run = await execute(program, serverUrl, env);
  if (run.output.includes(NOT_FOUND)) return ok(null);
  if (run.status === 'absent') return fail('is not installed');
  if (run.status === 'timeout') return fail(`did not answer within ${String(CREDENTIAL_HELPER_MS / 1000)} s`);
  if (run.status === 'endless')
    return fail(`printed more than ${String(TOKEN_RESPONSE_BYTES)} bytes (TOKEN_RESPONSE_BYTES)`);
  if (run.status === 'failed') return fail('failed');
  const answer = readJson(Buffer.from(run.output), answerSchema);
  if (!answer.ok) return fail('gave an answer that is not what its protocol says');
  const { Username: username, Secret: secret } = answer.value;
  if ((secret ?? '') === '') return ok(null);
  return checked(namedCredential(username ?? '', secret ?? '', `${program} (${configuredIn})`));
}

function execute(
  program: string,
  input: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Run> {
  return new Promise((resolve) => {
    const options: ExecFileOptions = {
      env,
      timeout: CREDENTIAL_HELPER_MS,
      // One that hangs may not listen to less.
      killSignal: 'SIGKILL',
      maxBuffer: TOKEN_RESPONSE_BYTES,
      windowsHide: true,
    };
    const child = execFile(program, ['get'], options, (error, printed) => {
      const output = String(printed);
      if (error === null) resolve({ status: 'done', output });
      else if (error.code === 'ENOENT') resolve({ status: 'absent', output: '' });
      else if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') resolve({ status: 'endless', output: '' });
      else resolve({ status: error.killed === true ? 'timeout' : 'failed', output });
    });
    // A helper that ends without reading breaks the pipe; its exit says the rest.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
