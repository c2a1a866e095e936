import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, openssl, type OpensslPki } from './openssl.ts';

export interface TimestampsKnobs {
  /** Whose key signs. */
  readonly by: string;
  /** The certificates that go along above its own. */
  readonly along?: readonly string[];
  readonly policy?: string;
  /** As openssl's configuration has it: `secs:1, millisecs:500, microsecs:100`. */
  readonly accuracy?: string;
  readonly digest?: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  /** Further lines of its section. */
  readonly lines?: readonly string[];
  readonly clock?: Clock;
}

/** A timestamp authority by `openssl ts`: from a query to a response (RFC 3161), both in DER. */
export function timestampsBy(pki: OpensslPki, knobs: TimestampsKnobs): (query: Buffer) => Buffer {
  const { by, along = [], policy = '1.2.3.4.1', accuracy, digest = 'sha256', lines = [], clock } = knobs;
  const directory = mkdtempSync(join(pki.directory, 'tsa-'));
  writeFileSync(join(directory, 'serial'), '01');
  writeFileSync(join(directory, 'along.pem'), pki.pem(...along));
  const section = [
    '[tsa]',
    'default_tsa = acme',
    '[acme]',
    'serial = serial',
    `signer_cert = ${pki.at(`${by}.pem`)}`,
    `signer_key = ${pki.at(`${by}.key`)}`,
    ...(along.length > 0 ? ['certs = along.pem'] : []),
    `signer_digest = ${digest}`,
    `default_policy = ${policy}`,
    'digests = sha256, sha384, sha512',
    'ess_cert_id_alg = sha256',
    ...(accuracy === undefined ? [] : [`accuracy = ${accuracy}`]),
    ...lines,
  ];
  writeFileSync(join(directory, 'tsa.cnf'), `${section.join('\n')}\n`);
  return (query) => {
    writeFileSync(join(directory, 'query.tsq'), query);
    const reply = ['ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query.tsq', '-out', 'response.tsr'];
    openssl(directory, reply, clock);
    return readFileSync(join(directory, 'response.tsr'));
  };
}
