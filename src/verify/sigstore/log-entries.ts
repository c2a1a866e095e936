import { Refused } from '../refused.ts';
import { type TrustRoot, within } from '../trust-root.ts';
import type { VerifiedTime } from '../verifier.ts';
import type { LogEntry } from './bundle-schema.ts';
import type { Found, PassedOver } from './found.ts';
import { type VerifiedEntry, verifyLogEntry } from './log-entry/verify-log-entry.ts';
import type { SignedEntity } from './signed-entity.ts';

/**
 * The log entries of an entity that verify under a trust root. Those of unknown logs are passed over; one of a known log that is not
 * what it should be contradicts the evidence that carries it. Throws `Refused`.
 */
export function findLogEntries(
  { logEntries, content }: SignedEntity,
  verifier: Buffer,
  { name, transparencyLogs }: TrustRoot,
): Found<VerifiedEntry> {
  checkDistinct(logEntries);
  const verified: VerifiedEntry[] = [];
  const passedOver: PassedOver[] = [];
  for (const entry of logEntries) {
    const found = verifyLogEntry(entry, content, verifier, transparencyLogs);
    if (found) {
      verified.push(found);
    } else {
      const id = entry.logId.keyId.toString('hex');
      const message = `its log entry is from the transparency log ${id}, which the trust root ${name} does not know`;
      passedOver.push({ reason: 'TrustRootOutdated', message });
    }
  }
  return { verified, passedOver };
}

/** Repeated, one entry could be counted as two (CVE-2026-49834). Its index is not what tells two apart: nobody signs it. */
function checkDistinct(entries: readonly LogEntry[]): void {
  const ids = entries.map(
    ({ logId, canonicalizedBody }) =>
      `${logId.keyId.toString('hex')} ${canonicalizedBody.toString('base64')}`,
  );
  if (new Set(ids).size < ids.length)
    throw new Refused('LogEntryInvalid', 'it carries the same transparency log entry twice');
}

/** The times that logs have signed. */
export function promisedTimes(entries: readonly VerifiedEntry[]): readonly VerifiedTime[] {
  return entries.flatMap(({ time }) => (time ? [{ value: time, source: 'log' as const }] : []));
}

/** A log's key vouches for what was signed while it was valid; where the entry has no time of its own, by the verified ones. Throws `Refused`. */
export function checkLogsValid(entries: readonly VerifiedEntry[], times: readonly VerifiedTime[]): void {
  const outside = entries.find(
    ({ log, time }) => !time && times.length > 0 && !times.some(({ value }) => within(log.validFor, value)),
  );
  if (outside)
    throw new Refused(
      'LogEntryInvalid',
      'the transparency log entry is from a log whose key was not valid then',
    );
}
