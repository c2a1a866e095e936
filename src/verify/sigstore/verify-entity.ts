import type { KeyObject } from 'node:crypto';
import { type SignedEntity, VerificationError, Verifier } from '@sigstore/verify';
import { type Reason } from '../../reasons.ts';
import type { TrustRoot } from '../trust-root.ts';
import { Refused } from '../refused.ts';
import type { VerifiedTime } from '../verifier.ts';
import { checkLogEntryPlace } from './log-entry.ts';

/**
 * Verifies timestamps, certificate chain, signed certificate timestamps, log entries and signature under one trust root,
 * with the root's thresholds. `key` is the key that must have signed, or null where a certificate names it.
 * Returns the verified times. Throws `Refused`.
 */
export function verifyEntity(
  entity: SignedEntity,
  root: TrustRoot,
  key: KeyObject | null,
): readonly VerifiedTime[] {
  checkKnownToRoot(entity, root);
  const publicKey = () => {
    if (key === null)
      throw new Refused('SignatureMalformed', 'the bundle names a key where a certificate was expected');
    return { publicKey: key, validFor: () => true };
  };
  const verifier = new Verifier(
    { ...root.material, publicKey },
    {
      ctlogThreshold: root.signedCertificateTimestamps,
      tlogThreshold: root.transparencyLogEntries,
      // A certificate lives for minutes: without a verified time nothing says that it was valid.
      timestampThreshold: key === null ? Math.max(1, root.timestamps) : root.timestamps,
    },
  );
  try {
    verifier.verify(entity);
  } catch (cause) {
    throw refusalOf(cause, root);
  }
  for (const entry of entity.tlogEntries) checkLogEntryPlace(entry);
  const times = verifiedTimes(entity);
  const signedTimestamps = times.filter((time) => time.source === 'tsa').length;
  if (signedTimestamps < root.timestamps) {
    throw new Refused(
      'TimestampMissing',
      `the trust root ${root.name} asks for ${root.timestamps} signed timestamps, and there are ${signedTimestamps}`,
    );
  }
  return times;
}

/**
 * Evidence of an instance's newer log or timestamp authority is no forgery: the root that we hold may be older than it.
 */
function checkKnownToRoot(entity: SignedEntity, root: TrustRoot): void {
  for (const entry of entity.tlogEntries) {
    if (!root.material.tlogs.some((log) => log.logID.equals(entry.logId.keyId))) {
      const id = entry.logId.keyId.toString('hex');
      throw new Refused(
        'TrustRootOutdated',
        `its log entry is from the transparency log ${id}, which the trust root ${root.name} does not know`,
      );
    }
  }
  for (const timestamp of entity.timestamps) {
    if (timestamp.$case !== 'timestamp-authority') continue;
    const { signerIssuer, signerSerialNumber } = timestamp.timestamp;
    const known = root.material.timestampAuthorities.some(({ certChain: [signer] }) => {
      return (
        signer !== undefined &&
        signer.issuer.equals(signerIssuer) &&
        signer.serialNumber.equals(signerSerialNumber)
      );
    });
    if (!known) {
      throw new Refused(
        'TrustRootOutdated',
        `its timestamp is from a timestamp authority that the trust root ${root.name} does not know`,
      );
    }
  }
}

/** The times that @sigstore/verify has verified: signed timestamps, and log entries whose promise signs the time (Rekor v1). */
function verifiedTimes(entity: SignedEntity): VerifiedTime[] {
  return entity.timestamps.flatMap((timestamp): VerifiedTime[] => {
    if (timestamp.$case === 'timestamp-authority')
      return [{ value: timestamp.timestamp.signingTime, source: 'tsa' }];
    // The integrated time of a Rekor v2 entry is signed by nobody.
    if (!timestamp.tlogEntry.inclusionPromise) return [];
    return [{ value: new Date(Number(timestamp.tlogEntry.integratedTime) * 1000), source: 'log' }];
  });
}

/** @sigstore/verify's codes: what is said where a threshold is missed, and where something that is there is wrong. */
const REASONS: readonly {
  readonly code: RegExp;
  readonly short: Reason;
  readonly counted: string;
  readonly wrong: Reason;
  readonly what: string;
}[] = [
  {
    code: /^TIMESTAMP_ERROR$/,
    short: 'TimestampMissing',
    counted: 'verified signing times',
    wrong: 'TimestampInvalid',
    what: 'the signing time does not verify',
  },
  {
    code: /^CERTIFICATE_ERROR$/,
    short: 'SctMissing',
    counted: 'signed certificate timestamps',
    wrong: 'CertificateInvalid',
    what: 'the signing certificate does not verify',
  },
  {
    code: /^TLOG_/,
    short: 'LogEntryMissing',
    counted: 'transparency log entries',
    wrong: 'LogEntryInvalid',
    what: 'the transparency log entry does not verify',
  },
  {
    code: /^SIGNATURE_ERROR$/,
    short: 'SignatureInvalid',
    counted: 'signatures',
    wrong: 'SignatureInvalid',
    what: 'the signature does not verify',
  },
];

function refusalOf(cause: unknown, root: TrustRoot): Refused {
  if (cause instanceof Refused) return cause;
  if (cause instanceof VerificationError) {
    const known = REASONS.find(({ code }) => code.test(cause.code));
    if (known) {
      const short = /^expected (\d+) .*, got (\d+)$/.exec(cause.message);
      if (short)
        return new Refused(
          known.short,
          `the trust root ${root.name} asks for ${short[1]} ${known.counted}, and there are ${short[2]} that verify`,
        );
      const inner = cause.cause instanceof Error ? ` (${cause.cause.message})` : '';
      return new Refused(known.wrong, `${known.what}: ${cause.message}${inner}`);
    }
  }
  // Hostile DER or JSON makes the parsers below throw whatever they throw; it is still only bad evidence.
  return new Refused(
    'SignatureMalformed',
    `it cannot be verified: ${cause instanceof Error ? cause.message : String(cause)}`,
  );
}
