import type { KeyObject } from 'node:crypto';
import type { TrustRoot } from '../trust-root.ts';
import type { VerifiedTime } from '../verifier.ts';
import type { Certificate } from '../x509/certificate.ts';
import { checkThreshold } from './found.ts';
import { checkLogsValid, findLogEntries, promisedTimes } from './log-entries.ts';
import type { SignedEntity } from './signed-entity.ts';
import { checkSigningCertificate } from './signing-certificate.ts';
import { findTimestamps } from './timestamps.ts';

/** What an entity rests on under one trust root. */
export interface VerifiedEntity {
  /** Ascending. */
  readonly times: readonly VerifiedTime[];
  readonly logIndex: string | null;
  /** What came along and counted for nothing, each in a clause: of unknown logs or authorities, or not genuine. */
  readonly passedOver: readonly string[];
}

/**
 * Verifies what a signature rests on under one trust root (Sigstore Client Spec, "Verification"): timestamps, log entries, and the
 * certificate at every verified time, with the root's thresholds, which count distinct logs and authorities. `verifier` is the
 * certificate, or the key where a bare key has signed. Throws `Refused`.
 */
export function verifyEntity(
  entity: SignedEntity,
  verifier: Certificate | KeyObject,
  root: TrustRoot,
): VerifiedEntity {
  const certificate = 'tbs' in verifier ? verifier : null;
  const timestamps = findTimestamps(entity, root);
  const entries = findLogEntries(entity, derOf(verifier), root);
  const times = [...timestamps.verified, ...promisedTimes(entries.verified)].toSorted(
    (a, b) => a.value.getTime() - b.value.getTime(),
  );
  const passedOver = [...timestamps.passedOver, ...entries.passedOver];
  checkLogsValid(entries.verified, times);
  if (certificate) {
    // A certificate lives for minutes: without a verified time nothing says that it was valid.
    checkThreshold(times.length, 1, passedOver, {
      reason: 'TimestampMissing',
      message: `no time that the trust root ${root.name} vouches for says when the certificate signed`,
    });
    checkSigningCertificate(certificate, entity.offered, times, root);
  }
  const logs = new Set(entries.verified.map(({ log }) => log)).size;
  checkThreshold(logs, root.transparencyLogEntries, entries.passedOver, {
    reason: 'LogEntryMissing',
    message: `the trust root ${root.name} asks for entries in ${root.transparencyLogEntries} transparency logs, and there are ${logs}`,
  });
  const signed = timestamps.verified.length;
  checkThreshold(signed, root.timestamps, timestamps.passedOver, {
    reason: 'TimestampMissing',
    message: `the trust root ${root.name} asks for ${root.timestamps} signed timestamps, and there are ${signed}`,
  });
  return {
    times,
    logIndex: entries.verified[0]?.index ?? null,
    passedOver: passedOver.map(({ message }) => message),
  };
}

/** What a log entry names the verifier by: the certificate, or the key as SubjectPublicKeyInfo. */
function derOf(verifier: Certificate | KeyObject): Buffer {
  return 'tbs' in verifier ? verifier.raw : verifier.export({ type: 'spki', format: 'der' });
}
