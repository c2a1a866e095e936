import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OnDisk, temporaryHome } from './disk.ts';

/** A key that the real `notation` signs with, and the chain above its certificate, both made by openssl. */
export interface RealCase {
  readonly name: string;
  readonly key: readonly string[];
  readonly format: 'jws' | 'cose';
  /** Flags of `notation sign`. */
  readonly flags?: readonly string[];
}

const KEYS: readonly (readonly [string, readonly string[]])[] = [
  ['RSA of 2048 bits', ['rsa:2048']],
  ['RSA of 3072 bits', ['rsa:3072']],
  ['RSA of 4096 bits', ['rsa:4096']],
  ['P-256', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']],
  ['P-384', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384']],
  ['P-521', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-521']],
];

export const REAL_CASES: readonly RealCase[] = [
  ...KEYS.flatMap(([name, key]) =>
    (['jws', 'cose'] as const).map((format) => ({ name: `${format} by ${name}`, key, format })),
  ),
  {
    name: 'jws that expires, with metadata of the signer',
    key: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
    format: 'jws',
    flags: ['--expiry', '24h', '--user-metadata', 'env=prod'],
  },
];

const SUBJECT = '/C=US/ST=WA/L=Seattle/O=acme.io/CN=signer';

/** Makes a root, an intermediate and a leaf with openssl, and configures Notation to sign with it and to trust the root. */
export function configureReal({ key }: RealCase): OnDisk {
  const home = temporaryHome();
  const config = join(home, 'notation');
  const at = (name: string) => join(home, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const issue = (
    name: string,
    subject: string,
    extensions: string,
    issuer: string | null,
    algorithm: readonly string[],
  ) => {
    writeFileSync(at(`${name}.ext`), extensions);
    openssl(
      'req',
      '-new',
      '-newkey',
      ...algorithm,
      '-nodes',
      '-keyout',
      at(`${name}.key`),
      '-subj',
      subject,
      '-out',
      at(`${name}.csr`),
    );
    const by =
      issuer === null
        ? ['-signkey', at(`${name}.key`)]
        : ['-CA', at(`${issuer}.pem`), '-CAkey', at(`${issuer}.key`), '-CAcreateserial'];
    openssl(
      'x509',
      '-req',
      '-in',
      at(`${name}.csr`),
      ...by,
      '-days',
      '365',
      '-sha256',
      '-extfile',
      at(`${name}.ext`),
      '-out',
      at(`${name}.pem`),
    );
  };
  const authority = 'basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n';
  const curve = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  issue('root', '/C=US/ST=WA/O=acme.io/CN=root', authority, null, curve);
  issue('intermediate', '/C=US/ST=WA/O=acme.io/CN=intermediate', authority, 'root', curve);
  issue(
    'leaf',
    SUBJECT,
    'keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n',
    'intermediate',
    key,
  );
  const chain = ['leaf', 'intermediate', 'root'].map((name) => readFileSync(at(`${name}.pem`), 'utf8'));
  writeFileSync(at('chain.pem'), chain.join(''));
  mkdirSync(join(config, 'truststore', 'x509', 'ca', 'acme'), { recursive: true });
  writeFileSync(join(config, 'truststore', 'x509', 'ca', 'acme', 'root.pem'), chain[2] ?? '');
  writeFileSync(
    join(config, 'signingkeys.json'),
    JSON.stringify({
      default: 'acme',
      keys: [{ name: 'acme', keyPath: at('leaf.key'), certPath: at('chain.pem') }],
    }),
  );
  writeFileSync(
    join(config, 'trustpolicy.json'),
    JSON.stringify({
      version: '1.0',
      trustPolicies: [
        {
          name: 'shop',
          registryScopes: ['*'],
          signatureVerification: { level: 'strict' },
          trustStores: ['ca:acme'],
          trustedIdentities: ['x509.subject: C=US, ST=WA, O=acme.io, CN=signer'],
        },
      ],
    }),
  );
  return { home, config, layout: join(home, 'layout') };
}
