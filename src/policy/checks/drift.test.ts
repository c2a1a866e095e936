import { describe, expect, it } from 'vitest';
import { failed, ok } from '../../reasons.ts';
import { definitions, NOW, referenced, unresolved } from '../judged-image.fixture.ts';
import type { JudgedImage } from '../subject.ts';
import { driftCheck } from './drift.ts';

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;
const RUNNING = { running: { imageID: `ghcr.io/acme/app@${A}`, also: undefined } };

function meant(digest: string, ...children: readonly string[]): Pick<JudgedImage, 'meant'> {
  return { meant: ok({ digest, children }) };
}

function judge(image: JudgedImage, drift: 'fail' | 'warn' = 'fail') {
  const rule = { name: 'a', match: { images: ['**'] }, enforcement: 'enforce' as const, tags: { drift } };
  return driftCheck.compile(rule, definitions())?.(image, NOW);
}

describe('drift', () => {
  // The fixture's image has the digest A.
  it.each<[string, JudgedImage, string]>([
    [
      'runs what the tag means',
      { ...referenced('ghcr.io/acme/app:v1'), ...RUNNING, ...meant(A) },
      'pass TagAccepted',
    ],
    [
      'runs a child of it',
      { ...referenced('ghcr.io/acme/app:v1'), ...RUNNING, ...meant(B, A) },
      'pass TagAccepted',
    ],
    [
      'runs something else',
      { ...referenced('ghcr.io/acme/app:v1'), ...RUNNING, ...meant(B) },
      'fail DigestDrift',
    ],
    [
      'runs something else than latest',
      { ...referenced('ghcr.io/acme/app'), ...RUNNING, ...meant(B) },
      'fail DigestDrift',
    ],
    [
      'runs another digest than is written',
      { ...referenced(`ghcr.io/acme/app@${B}`), ...RUNNING, ...meant(B) },
      'fail DigestDrift',
    ],
    [
      'the tag is gone',
      { ...referenced('ghcr.io/acme/app:v1'), ...RUNNING, meant: ok(null) },
      'fail DigestDrift',
    ],
    [
      'the tag cannot be asked for',
      { ...referenced('ghcr.io/acme/app:v1'), ...RUNNING, meant: failed('RateLimited', 'later') },
      'unknown RateLimited',
    ],
    [
      'the tag was not asked for',
      { ...referenced('ghcr.io/acme/app:v1'), ...RUNNING },
      'unknown NotInEvidence',
    ],
    [
      'what runs is not known',
      { ...unresolved('DigestNotResolvable'), ...RUNNING, ...meant(A) },
      'unknown DigestNotResolvable',
    ],
    ['of a manifest, a tag', referenced('ghcr.io/acme/app:v1'), 'pass TagAccepted'],
    ['of a manifest, a digest', referenced(`ghcr.io/acme/app@${A}`), 'pass TagAccepted'],
    [
      'of a manifest, a tag beside its digest',
      { ...referenced(`ghcr.io/acme/app:v1@${A}`), ...meant(A) },
      'pass TagAccepted',
    ],
    [
      'of a manifest, a tag beside another digest',
      { ...referenced(`ghcr.io/acme/app:v1@${A}`), ...meant(B) },
      'fail DigestDrift',
    ],
  ])('%s', (_name, image, expected) => {
    const judged = judge(image);
    expect(`${judged?.status} ${judged?.reason}`).toBe(expected);
  });

  it('may only warn', () => {
    expect(judge({ ...referenced('ghcr.io/acme/app:v1'), ...RUNNING, ...meant(B) }, 'warn')?.status).toBe(
      'warn',
    );
  });
});
