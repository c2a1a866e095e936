import { describe, expect, it } from 'vitest';
import type { VerifiedTime } from '../verify/verifier.ts';
import { tooOld } from './age.ts';
import { RELEASE, signature, workflow } from './judged-image.fixture.ts';

const DAY = 86_400_000;
const NOW = new Date('2026-06-30T00:00:00Z');
const ago = (days: number) => new Date(NOW.getTime() - days * DAY);
const verifiedAt = (...times: readonly Date[]): readonly VerifiedTime[] =>
  times.map((value) => ({ value, source: 'tsa' }));

function reason(verified: readonly Date[], stated: readonly Date[], maxDays: number) {
  const claim = { ...signature(workflow(RELEASE)), times: verifiedAt(...verified) };
  return tooOld(claim, stated, maxDays * DAY, NOW)?.reason ?? 'young enough';
}

describe('age', () => {
  it.each<[string, Date[], Date[], number, string]>([
    ['below the limit', [ago(9)], [], 10, 'young enough'],
    ['at the limit', [ago(10)], [], 10, 'young enough'],
    ['a moment over the limit', [new Date(ago(10).getTime() - 1)], [], 10, 'EvidenceTooOld'],
    ['of the moment of judging', [NOW], [], 10, 'young enough'],
    ['from the oldest of two verified times', [ago(1), ago(11)], [], 10, 'EvidenceTooOld'],
    ['from a time inside that is older', [ago(1)], [ago(11)], 10, 'EvidenceTooOld'],
    ['from the oldest of several times inside', [ago(1)], [ago(2), ago(11)], 10, 'EvidenceTooOld'],
    ['from the verified time where the one inside is younger', [ago(11)], [ago(1)], 10, 'EvidenceTooOld'],
    ['with times inside that are young as well', [ago(1)], [ago(2)], 10, 'young enough'],
    ['without a verified time', [], [], 10, 'AgeUnknown'],
    ['with a time inside alone, which nobody has verified', [], [ago(1)], 10, 'AgeUnknown'],
    ['of a verified time in the future', [ago(-1)], [], 10, 'AgeUnknown'],
    ['of a time inside in the future', [ago(1)], [ago(-1)], 10, 'AgeUnknown'],
    ['of one time in the future and one too old', [ago(-1), ago(11)], [], 10, 'AgeUnknown'],
  ])('%s', (_name, verified, stated, maxDays, expected) => {
    expect(reason(verified, stated, maxDays)).toBe(expected);
  });

  it('says how old it is and how old it may be', () => {
    const claim = { ...signature(workflow(RELEASE)), times: verifiedAt(ago(12)) };
    expect(tooOld(claim, [], 10 * DAY, NOW)?.message).toBe('it is 12 days old, and the rule allows 10 days');
  });
});
