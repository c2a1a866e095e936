import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../sigstore/run.ts';

/** The files of a cluster's own CA, by the names that `kube-apiserver` has for them. They are worth nothing elsewhere. */
export interface Certificates {
  readonly ca: string;
  readonly server: { readonly certificate: string; readonly key: string };
  /** Of a member of system:masters. */
  readonly admin: { readonly certificate: string; readonly key: string };
  /** Signs and verifies the tokens of service accounts. */
  readonly serviceAccounts: { readonly key: string; readonly publicKey: string };
}

const DAYS = '3650';

/** Where the files stand in a directory, made or not. */
export function certificatesIn(directory: string): Certificates {
  const file = (name: string): string => join(directory, name);
  return {
    ca: file('ca.pem'),
    server: { certificate: file('server.pem'), key: file('server.key') },
    admin: { certificate: file('admin.pem'), key: file('admin.key') },
    serviceAccounts: { key: file('service-accounts.key'), publicKey: file('service-accounts.pub') },
  };
}

/** Makes a CA, a server's certificate for loopback, an administrator's, and the keys of service accounts. */
export async function makeCertificates(directory: string): Promise<Certificates> {
  const openssl = (...args: string[]): Promise<unknown> => mustRun('openssl', args, { cwd: directory });
  const issue = (name: string, subject: string, ...signer: string[]): Promise<unknown> => {
    const how = ['-config', 'openssl.cnf', '-extensions', name, '-days', DAYS, '-subj', subject, '-nodes'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', `${name}.key`];
    return openssl('req', '-x509', ...how, ...key, ...signer, '-out', `${name}.pem`);
  };
  writeFileSync(join(directory, 'openssl.cnf'), EXTENSIONS);
  await issue('ca', '/CN=loopback');
  const byCa = ['-CA', 'ca.pem', '-CAkey', 'ca.key'];
  await issue('server', '/CN=kube-apiserver', ...byCa);
  await issue('admin', '/O=system:masters/CN=admin', ...byCa);
  const rsa = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'];
  await openssl('genpkey', ...rsa, '-out', 'service-accounts.key');
  await openssl('pkey', '-in', 'service-accounts.key', '-pubout', '-out', 'service-accounts.pub');
  return certificatesIn(directory);
}

const EXTENSIONS = `
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1, DNS:localhost, DNS:kubernetes.default.svc
[admin]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = clientAuth
`;
