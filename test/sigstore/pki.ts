import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './run.ts';

/** The files that the services sign with. Everything is made anew for each run and never leaves its directory. */
export interface Pki {
  readonly fulcio: { readonly chain: string; readonly key: string; readonly password: string };
  readonly rekor: { readonly key: string; readonly publicKey: string };
  readonly tls: { readonly ca: string; readonly certificate: string; readonly key: string };
}

const DAYS = '7300';
const PASSWORD = 'loopback';

/** Makes a Fulcio root and intermediate, a Rekor checkpoint key and a TLS certificate for `hosts`. */
export async function makePki(directory: string, hosts: readonly string[]): Promise<Pki> {
  const file = (name: string): string => join(directory, name);
  const openssl = (...args: string[]): Promise<unknown> => mustRun('openssl', args, { cwd: directory });

  await openssl('genpkey', '-algorithm', 'ed25519', '-out', 'rekor.key');
  await openssl('pkey', '-in', 'rekor.key', '-pubout', '-out', 'rekor.pub');

  writeFileSync(file('openssl.cnf'), config(hosts));
  const issue = (name: string, subject: string, issuer: string | null): Promise<unknown> => {
    const signer = issuer === null ? [] : ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`];
    const how = ['-config', 'openssl.cnf', '-extensions', name, '-days', DAYS, '-subj', subject, '-nodes'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', `${name}.key`];
    return openssl('req', '-x509', ...how, ...key, ...signer, '-out', `${name}.pem`);
  };
  await issue('root', '/O=example.com/CN=fulcio-root', null);
  await issue('intermediate', '/O=example.com/CN=fulcio-intermediate', 'root');
  await issue('web', '/O=example.com/CN=web-root', null);
  await issue('server', '/O=example.com/CN=loopback', 'web');

  // Fulcio reads only keys in the old encrypted PEM format.
  const plain = file('intermediate.key');
  await openssl('ec', '-in', plain, '-aes128', '-passout', `pass:${PASSWORD}`, '-out', 'fulcio.key');
  await openssl('x509', '-in', 'intermediate.pem', '-out', 'fulcio-intermediate.pem');
  await mustRun('sh', ['-c', 'cat fulcio-intermediate.pem root.pem > fulcio.pem'], { cwd: directory });
  return {
    fulcio: { chain: file('fulcio.pem'), key: file('fulcio.key'), password: PASSWORD },
    rekor: { key: file('rekor.key'), publicKey: file('rekor.pub') },
    tls: { ca: file('web.pem'), certificate: file('server.pem'), key: file('server.key') },
  };
}

function config(hosts: readonly string[]): string {
  return `
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:TRUE, pathlen:1
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
extendedKeyUsage = codeSigning
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[web]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = ${hosts.map((host) => `DNS:${host}`).join(', ')}
`;
}
