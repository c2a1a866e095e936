import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, openssl, type OpensslPki } from './openssl.ts';

/** Revocation lists by `openssl ca` and responses by `openssl ocsp`, of the certificates of a PKI. */

interface Revoked {
  readonly name: string;
  /** How `openssl ca -revoke` is told why and since when. */
  readonly why?: readonly string[];
}

export interface ListKnobs {
  readonly by: string;
  readonly revoked?: readonly Revoked[];
  /** Lines of a section of openssl's configuration; `crlNumber` is there beside them. */
  readonly extensions?: readonly string[];
  /** Further sections that these refer to. */
  readonly sections?: string;
  /** The number, in hex; null is a list of version 1, without extensions. */
  readonly number?: string | null;
  readonly clock?: Clock;
  /** For how many days it holds. */
  readonly days?: number;
  readonly flags?: readonly string[];
}

const DATABASE = `[ca]
default_ca = acme
[acme]
database = index.txt
unique_subject = no
default_md = sha256
`;

/** A new database of certificates that were issued, in which these are valid or were revoked at the time of its clock. */
function database(
  pki: OpensslPki,
  by: string,
  valid: readonly string[],
  revoked: readonly Revoked[],
  clock: Clock = 0,
  more = '',
): string {
  const directory = mkdtempSync(join(pki.directory, 'ca-'));
  writeFileSync(join(directory, 'index.txt'), '');
  writeFileSync(join(directory, 'ca.cnf'), DATABASE + more);
  const ca = ['ca', '-config', 'ca.cnf', '-cert', pki.at(`${by}.pem`), '-keyfile', pki.at(`${by}.key`)];
  for (const name of valid) openssl(directory, [...ca, '-valid', pki.at(`${name}.pem`)]);
  for (const { name, why = [] } of revoked)
    openssl(directory, [...ca, '-revoke', pki.at(`${name}.pem`), ...why], clock);
  return directory;
}

/** A revocation list in DER. */
export function listBy(pki: OpensslPki, knobs: ListKnobs): Buffer {
  const {
    by,
    revoked = [],
    extensions = [],
    sections = '',
    number = '0A',
    clock,
    days = 1,
    flags = [],
  } = knobs;
  const named =
    number === null ? '' : `crlnumber = number\ncrl_extensions = list\n[list]\n${extensions.join('\n')}\n`;
  const directory = database(pki, by, [], revoked, clock, `${named}${sections}`);
  writeFileSync(join(directory, 'number'), number ?? '');
  const ca = ['ca', '-config', 'ca.cnf', '-cert', pki.at(`${by}.pem`), '-keyfile', pki.at(`${by}.key`)];
  openssl(directory, [...ca, '-gencrl', '-crldays', String(days), ...flags, '-out', 'list.pem'], clock);
  return openssl(directory, ['crl', '-in', 'list.pem', '-outform', 'DER']);
}

export interface ResponderKnobs {
  /** Whose key signs, and whose certificate goes along. */
  readonly by: string;
  /** The authority whose certificates it knows. */
  readonly of?: string;
  readonly valid?: readonly string[];
  readonly revoked?: readonly Revoked[];
  readonly clock?: Clock;
  /** For how many days a response holds; null leaves nextUpdate out. */
  readonly days?: number | null;
  readonly flags?: readonly string[];
}

/** A responder: from a request to a response, both in DER. */
export function responderBy(pki: OpensslPki, knobs: ResponderKnobs): (request: Buffer) => Buffer {
  const { by, of = 'intermediate', valid = [], revoked = [], clock, days = 1, flags = [] } = knobs;
  const directory = database(pki, of, valid, revoked);
  return (request) => {
    writeFileSync(join(directory, 'request.der'), request);
    const signer = ['-rsigner', pki.at(`${by}.pem`), '-rkey', pki.at(`${by}.key`)];
    const about = ['-index', 'index.txt', '-CA', pki.at(`${of}.pem`), '-reqin', 'request.der'];
    const until = days === null ? [] : ['-ndays', String(days)];
    openssl(directory, ['ocsp', ...about, ...signer, ...until, ...flags, '-respout', 'response.der'], clock);
    return readFileSync(join(directory, 'response.der'));
  };
}
