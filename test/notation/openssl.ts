import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IMAGE } from '../forge/notation.ts';
import { type OnDisk, temporaryHome, writeLayout } from './disk.ts';
import { runNotation } from './notation-cli.ts';

/** Certificates and keys that openssl has made, as `NAME.pem` and `NAME.key` in one directory. */
export interface OpensslPki {
  readonly directory: string;
  at(file: string): string;
  /** Issues `NAME.pem` with a key of its own; `issuer` is the name of another, null is itself. */
  issue(name: string, wanted: Wanted): void;
  /** Certificates one after the other, as PEM. */
  pem(...names: readonly string[]): string;
}

interface Wanted {
  readonly issuer: string | null;
  readonly subject?: string;
  /** Lines as openssl's configuration has them (x509v3_config(5)). */
  readonly extensions: readonly string[];
  /** What `openssl req -newkey` is told; P-256 without it. */
  readonly key?: readonly string[];
  /** The time when it is issued. It is valid from then, for `days`. */
  readonly clock?: Clock;
  readonly days?: number;
}

export const P256 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
export const AUTHORITY = ['basicConstraints=critical,CA:true', 'keyUsage=critical,keyCertSign,cRLSign'];
export const SIGNER = ['keyUsage=critical,digitalSignature', 'extendedKeyUsage=codeSigning'];

/** What a program takes for now: so many seconds away from it, or this very time. */
export type Clock = number | Date;

/** Runs openssl to its end with a clock of its own. Throws what it printed if it fails. */
export function openssl(cwd: string, args: readonly string[], clock: Clock = 0): Buffer {
  const [command, ...before] = clock === 0 ? ['openssl'] : ['faketime', '-f', fakeTime(clock), 'openssl'];
  return execFileSync(command ?? '', [...before, ...args], { cwd, stdio: 'pipe', env: ENV });
}

const ENV = { PATH: process.env['PATH'], TZ: 'UTC' };

/** As libfaketime reads it: an offset with its sign, or a time of the time zone at which the clock stands still. */
function fakeTime(clock: Clock): string {
  if (clock instanceof Date) return clock.toISOString().slice(0, 19).replace('T', ' ');
  return `${clock < 0 ? '' : '+'}${clock}s`;
}

export function opensslPki(directory: string = temporaryHome()): OpensslPki {
  const at = (file: string): string => join(directory, file);
  return {
    directory,
    at,
    issue(name, { issuer, subject, extensions, key = P256, clock, days = 365 }) {
      const request = ['-keyout', `${name}.key`, '-subj', subject ?? `/C=US/ST=WA/O=acme.io/CN=${name}`];
      const by =
        issuer === null
          ? ['-signkey', `${name}.key`]
          : ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-CAcreateserial'];
      writeFileSync(at(`${name}.ext`), extensions.join('\n'));
      openssl(directory, ['req', '-new', '-newkey', ...key, '-nodes', ...request, '-out', `${name}.csr`]);
      const how = ['-days', String(days), '-sha256', '-extfile', `${name}.ext`];
      openssl(directory, ['x509', '-req', '-in', `${name}.csr`, ...by, ...how, '-out', `${name}.pem`], clock);
    },
    pem: (...names) => names.map((name) => readFileSync(at(`${name}.pem`), 'utf8')).join(''),
  };
}

/** Whom Notation's configuration trusts. */
interface Trusted {
  /** The stores by `TYPE:NAME`: names of certificates. */
  readonly stores: Readonly<Record<string, readonly string[]>>;
  readonly identities?: readonly string[];
  readonly verification?: object;
}

/** Has `notation sign` sign the image in a layout by a key of a PKI, whose chain is named leaf first, and trusts as is said. */
export async function signByNotation(
  pki: OpensslPki,
  chain: readonly string[],
  { stores, identities = ['*'], verification = { level: 'strict' } }: Trusted,
  flags: readonly string[] = [],
): Promise<OnDisk> {
  const home = temporaryHome();
  const config = join(home, 'notation');
  for (const [store, names] of Object.entries(stores)) {
    const directory = join(config, 'truststore', 'x509', ...store.split(':'));
    mkdirSync(directory, { recursive: true });
    for (const name of names) writeFileSync(join(directory, `${name}.pem`), pki.pem(name));
  }
  writeFileSync(join(home, 'chain.pem'), pki.pem(...chain));
  const key = { name: 'acme', keyPath: pki.at(`${chain[0]}.key`), certPath: join(home, 'chain.pem') };
  const statement = {
    name: 'shop',
    registryScopes: ['*'],
    signatureVerification: verification,
    trustStores: Object.keys(stores),
    trustedIdentities: identities,
  };
  const json = (name: string, content: object) => writeFileSync(join(config, name), JSON.stringify(content));
  json('signingkeys.json', { default: 'acme', keys: [key] });
  json('trustpolicy.json', { version: '1.0', trustPolicies: [statement] });
  const layout = join(home, 'layout');
  writeLayout(layout, []);
  const signed = await runNotation(home, ['sign', '--oci-layout', ...flags, `${layout}@${IMAGE.digest}`]);
  if (signed.code !== 0) throw new Error(`notation sign: ${signed.stderr}`);
  return { home, config, layout };
}
