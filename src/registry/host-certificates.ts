import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';

import { CERTIFICATE_FILE_BYTES, CERTIFICATE_FILES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { readBoundedFile } from './bounded-file.ts';
import { memoise } from './memo.ts';
import { printable } from './printable.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a connection to one host is secured with; what is absent is as Node has it. */
export interface HostCertificates {
  /** Certificates of the authorities that are trusted, in PEM. */
  readonly ca?: readonly string[] | undefined;
  /** The client's own certificate and key, in PEM. */
  readonly client?: { readonly cert: Uint8Array; readonly key: Uint8Array } | undefined;
}

/** Finds the certificates for a host, as `registry.local:5000`. */
export type CertificateSource = (host: string) => Promise<Outcome<HostCertificates>>;

export interface CertificateOptions {
  readonly env: Environment;
  readonly homedir: string;
  /** Where docker, podman and containers look on the whole machine. */
  readonly system?: readonly string[];
}

const SYSTEM = ['/etc/containers/certs.d', '/etc/docker/certs.d'];

/**
 * The certificates that docker and podman use for a registry: `certs.d/HOST[:PORT]` with `*.crt` (authorities, beside those of the
 * machine), `*.cert` and `*.key` (the client's own), of which the first directory that exists counts (containers-certs.d(5), "docker
 * certificates"); and SSL_CERT_FILE and SSL_CERT_DIR, as Go's tools read them. NODE_EXTRA_CA_CERTS is Node's own.
 */
export function createCertificateSource(options: CertificateOptions): CertificateSource {
  const { env, homedir, system = SYSTEM } = options;
  const config = env['XDG_CONFIG_HOME'] || join(homedir, '.config');
  const directories = [
    join(config, 'containers', 'certs.d'),
    ...(env['XDG_CONFIG_HOME'] ? [join(homedir, '.config', 'containers', 'certs.d')] : []),
    join(config, 'docker', 'certs.d'),
    ...system,
  ];
  const roots = memoise(() => readRoots(env));
  return memoise(async (host: string) => {
    const machine = await roots();
    if (!machine.ok) return machine;
    // A host out of a URL has no slash; this keeps a directory from being left all the same.
    const own = /^[^/\\]+$/.test(host) && !host.startsWith('.') ? directories : [];
    for (const directory of own) {
      const found = await readHost(join(directory, host));
      if (!found.ok || found.value === null) {
        if (!found.ok) return found;
        continue;
      }
      const { authorities, client } = found.value;
      const ca =
        authorities.length === 0 ? machine.value : [...(machine.value ?? trustedHere()), ...authorities];
      return ok({ ca, client });
    }
    return ok({ ca: machine.value });
  });
}

/** Node's own list with NODE_EXTRA_CA_CERTS: naming any authority takes the place of all of these. */
function trustedHere(): readonly string[] {
  return getCACertificates('default');
}

interface HostFiles {
  readonly authorities: readonly string[];
  readonly client: HostCertificates['client'];
}

async function readHost(directory: string): Promise<Outcome<HostFiles | null>> {
  const names = await listDirectory(directory);
  if (!names.ok || names.value === null) return names.ok ? ok(null) : names;
  const authorities: string[] = [];
  let client: HostCertificates['client'];
  for (const name of names.value) {
    const path = join(directory, name);
    if (name.endsWith('.key') && !names.value.includes(name.replace(/\.key$/, '.cert')))
      return lacking(path, 'certificate', '.cert');
    if (!name.endsWith('.crt') && !name.endsWith('.cert')) continue;
    const bytes = await readCertificates(path);
    if (!bytes.ok) return bytes;
    if (name.endsWith('.crt')) {
      authorities.push(Buffer.from(bytes.value).toString());
      continue;
    }
    const keyName = name.replace(/\.cert$/, '.key');
    if (!names.value.includes(keyName)) return lacking(path, 'key', '.key');
    const key = await readCertificates(join(directory, keyName));
    if (!key.ok) return key;
    // Of several pairs the first is offered; TLS has room for one.
    client ??= { cert: bytes.value, key: key.value };
  }
  return ok({ authorities, client });
}

/**
 * Go reads the file and the directories that it knows for the machine, and each variable takes the place of its own kind (crypto/x509,
 * root_unix.go): one of them alone adds to what is trusted, both together are all of it.
 */
async function readRoots(env: Environment): Promise<Outcome<readonly string[] | undefined>> {
  const { SSL_CERT_FILE: file, SSL_CERT_DIR: list } = env;
  if (!file && !list) return ok(undefined);
  const found: string[] = file && list ? [] : [...trustedHere()];
  if (file) {
    const bytes = await readCertificates(file);
    if (!bytes.ok) return bytes;
    found.push(Buffer.from(bytes.value).toString());
  }
  for (const directory of (list ?? '').split(':').filter((one) => one !== '')) {
    const names = await listDirectory(directory);
    if (!names.ok) return names;
    for (const name of names.value ?? []) {
      const read = await readBoundedFile(join(directory, name), CERTIFICATE_FILE_BYTES);
      // Go passes over what it cannot read here; a certificate that is missing then is told by TLS.
      const text = read.ok ? Buffer.from(read.bytes).toString() : '';
      if (text.includes('-----BEGIN CERTIFICATE-----')) found.push(text);
    }
  }
  return ok(found);
}

/** The names in a directory, sorted; `null` where there is none. */
async function listDirectory(directory: string): Promise<Outcome<readonly string[] | null>> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT' || code === 'ENOTDIR') return ok(null);
    return failed('FileUnreadable', `${printable(directory)} cannot be read (${code})`, REMEDY);
  }
  if (names.length <= CERTIFICATE_FILES) return ok(names.sort());
  const found = `${String(names.length)} files; at most ${String(CERTIFICATE_FILES)} are read`;
  return failed('LimitExceeded', `${printable(directory)} has ${found}`, REMEDY);
}

const REMEDY = 'let the directory hold the certificates of this registry, readable for who runs this';

async function readCertificates(path: string): Promise<Outcome<Uint8Array>> {
  const read = await readBoundedFile(path, CERTIFICATE_FILE_BYTES);
  if (!read.ok) return failed('FileUnreadable', printable(read.message), REMEDY);
  if (Buffer.from(read.bytes).includes('-----BEGIN ')) return ok(read.bytes);
  return failed('InputInvalid', `${printable(path)} is not PEM`, 'convert it to PEM, or remove the file');
}

function lacking(path: string, what: string, extension: string): Outcome<never> {
  const message = `${printable(path)} has no ${what} beside it`;
  return failed(
    'InputInvalid',
    message,
    `put the client's ${what} there under the same name with ${extension}`,
  );
}
