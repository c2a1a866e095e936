import { describe, expect, it } from 'vitest';
import type { ImageConfig } from '../../evidence/image-config.ts';
import { failed, ok, type Outcome } from '../../reasons.ts';
import { child, definitions, image, manifest, NOW, unresolved } from '../judged-image.fixture.ts';
import type { JudgedImage, JudgedManifest } from '../subject.ts';
import { ageCheck } from './image-age.ts';

const DAY = 86_400_000;
const LIMIT = 180 * DAY;
const ago = (days: number) => new Date(NOW.getTime() - days * DAY).toISOString();

function configured(config: Outcome<ImageConfig>, one = manifest('a')): JudgedManifest {
  return { ...one, config };
}

const created = (text: string | null, one?: JudgedManifest) => configured(ok({ created: text }), one);

function judge(judged: JudgedImage, max = LIMIT, at = NOW) {
  const rule = { name: 'a', match: { images: ['**'] }, enforcement: 'enforce' as const, age: { max } };
  const judgement = ageCheck.compile(rule, definitions())?.(judged, at);
  if (!judgement) throw new Error('nothing was judged');
  return judgement;
}

const said = (judged: JudgedImage) => {
  const { status, reason } = judge(judged);
  return `${status} ${reason}`;
};

describe('age of an image', () => {
  it.each<[string, string | null, string]>([
    ['young enough', ago(179), 'pass AgeAccepted'],
    ['as old as is allowed', ago(180), 'pass AgeAccepted'],
    ['too old', ago(181), 'fail ImageOutdated'],
    ['with nanoseconds and an offset', '2026-12-01T09:00:00.123456789+01:00', 'pass AgeAccepted'],
    ['not stated', null, 'unknown AgeUnknown'],
    ['stated as nothing', '', 'unknown AgeUnknown'],
    ['stated as no time', 'yesterday', 'unknown AgeUnknown'],
    ['stated as a date alone', '2026-12-01', 'unknown AgeUnknown'],
    ['stated as a day that is none', '2026-02-31T00:00:00Z', 'unknown AgeUnknown'],
    ['the epoch of Unix, as reproducible builds write it', '1970-01-01T00:00:00Z', 'unknown AgeUnknown'],
    ['the year 1, as Go writes no time', '0001-01-01T00:00:00Z', 'unknown AgeUnknown'],
    ['1980, as buildpacks write it', '1980-01-01T00:00:01Z', 'unknown AgeUnknown'],
    ['the future', ago(-1), 'unknown AgeUnknown'],
  ])('%s', (_name, text, expected) => {
    expect(said(image(created(text)))).toBe(expected);
  });

  it('says when the image was created, and that nobody vouches for it', () => {
    expect(judge(image(created(ago(200))))).toMatchObject({
      message: `it was created on ${ago(200)}, 200 days before, and the rule allows 180 days; its builder says so, and nobody vouches for it`,
      subject: { digest: manifest('a').digest, platform: null },
      details: { created: ago(200) },
    });
    expect(judge(image(created(ago(1)))).details).toEqual({ created: ago(1) });
  });

  it('is as of the time that is judged at', () => {
    expect(judge(image(created(ago(10))), LIMIT, new Date(ago(20)))).toMatchObject({
      status: 'unknown',
      reason: 'AgeUnknown',
    });
    expect(judge(image(created(ago(10))), 5 * DAY, new Date(ago(9))).status).toBe('pass');
  });

  it.each<[string, JudgedImage, string]>([
    ['that was not found', unresolved('ImageNotFound'), 'unknown ImageNotFound'],
    [
      'whose configuration could not be had',
      image(configured(failed('RegistryUnreachable', 'x'))),
      'unknown RegistryUnreachable',
    ],
    ['whose configuration was not asked for', image(manifest('a')), 'unknown NotInEvidence'],
  ])('of an image %s', (_name, judged, expected) => {
    expect(said(judged)).toBe(expected);
  });
});

describe('age of an index', () => {
  const index = (...children: readonly JudgedManifest[]) => image(manifest('f'), children);
  const [amd, arm] = [child('amd64'), child('riscv64')];

  it.each<[string, JudgedImage, string]>([
    ['of which all are young', index(created(ago(1), amd), created(ago(2), arm)), 'pass AgeAccepted'],
    ['of which one is too old', index(created(ago(1), amd), created(ago(200), arm)), 'fail ImageOutdated'],
    [
      'of which one is not known',
      index(created(ago(1), amd), created('1970-01-01T00:00:00Z', arm)),
      'unknown AgeUnknown',
    ],
    [
      'of which one is too old and one is not known',
      index(created(null, amd), created(ago(200), arm)),
      'fail ImageOutdated',
    ],
    [
      'of which one could not be had',
      index(created(ago(1), amd), configured(failed('TimedOut', 'x'), arm)),
      'unknown TimedOut',
    ],
  ])('%s', (_name, judged, expected) => {
    expect(said(judged)).toBe(expected);
  });

  it('is that of the oldest, and names its platform', () => {
    expect(judge(index(created(ago(1), amd), created(ago(2), arm)))).toMatchObject({
      subject: { digest: arm.digest, platform: 'linux/riscv64' },
      details: { created: ago(2) },
    });
  });
});
