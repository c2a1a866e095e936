import type { CertificateAuthority } from './certificate-authority.ts';
import type { CtLog } from './ct-log.ts';
import { KEY_DETAILS, type Key } from './keys.ts';
import type { Period } from './times.ts';
import type { TimestampAuthority } from './timestamp-authority.ts';
import type { TransparencyLog } from './transparency-log.ts';

export interface Authorities {
  readonly certificateAuthorities: readonly CertificateAuthority[];
  readonly ctLogs: readonly CtLog[];
  readonly logs: readonly TransparencyLog[];
  readonly timestampAuthorities: readonly TimestampAuthority[];
}

/** A trusted_root.json (protobuf-specs, sigstore_trustroot.proto). */
export function trustedRoot(all: Authorities): Buffer {
  const root = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: all.logs.map(logOf),
    certificateAuthorities: all.certificateAuthorities.map(authorityOf),
    ctlogs: all.ctLogs.map(logOf),
    timestampAuthorities: all.timestampAuthorities.map(authorityOf),
  };
  return Buffer.from(JSON.stringify(root, null, 2));
}

function periodOf({ from, to }: Period): object {
  return { start: from.toISOString(), ...(to ? { end: to.toISOString() } : {}) };
}

function logOf(log: {
  readonly url: string;
  readonly key: Key;
  readonly id: Buffer;
  readonly valid: Period;
}): object {
  return {
    baseUrl: log.url,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: log.key.spki.toString('base64'),
      keyDetails: KEY_DETAILS[log.key.kind],
      validFor: periodOf(log.valid),
    },
    logId: { keyId: log.id.toString('base64') },
  };
}

function authorityOf(authority: CertificateAuthority | TimestampAuthority): object {
  return {
    subject: { organization: 'sigstore.test', commonName: authority.url },
    uri: authority.url,
    certChain: {
      certificates: authority.chain.map(({ der }) => ({ rawBytes: der.toString('base64') })),
    },
    validFor: periodOf(authority.valid),
  };
}
