import { verifyTimestamp } from '../rfc3161/verify-timestamp.ts';
import type { CertificateAuthority, TrustRoot } from '../trust-root.ts';
import type { VerifiedTime } from '../verifier.ts';
import type { Found, PassedOver } from './found.ts';
import type { SignedEntity } from './signed-entity.ts';

/**
 * The signed timestamps of an entity that verify under a trust root, one of each authority. Anybody can take one away, so one that
 * does not verify is passed over as if it were not there; what is missing then is a matter of the thresholds.
 */
export function findTimestamps(
  { timestamps, timestamped }: SignedEntity,
  { name, timestampAuthorities }: TrustRoot,
): Found<VerifiedTime> {
  const verified: VerifiedTime[] = [];
  const passedOver: PassedOver[] = [];
  const seen = new Set<CertificateAuthority>();
  for (const timestamp of timestamps) {
    const verdict = verifyTimestamp(timestamp, timestamped, timestampAuthorities);
    if (verdict.result === 'unknown-authority') {
      const message = `its timestamp is from a timestamp authority that the trust root ${name} does not know`;
      passedOver.push({ reason: 'TrustRootOutdated', message });
    } else if (verdict.result === 'invalid') {
      passedOver.push({
        reason: 'TimestampInvalid',
        message: `its timestamp does not verify: ${verdict.why}`,
      });
    } else if (seen.has(verdict.authority)) {
      const message = 'it has a second timestamp of the same authority, which counts once';
      passedOver.push({ reason: 'TimestampMissing', message });
    } else {
      seen.add(verdict.authority);
      verified.push({ value: verdict.time, source: 'tsa' });
    }
  }
  return { verified, passedOver };
}
