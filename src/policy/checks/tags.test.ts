import { describe, expect, it } from 'vitest';
import { definitions, image, NOW, referenced, unresolved } from '../judged-image.fixture.ts';
import type { TagsFile } from '../schema.ts';
import type { JudgedImage } from '../subject.ts';
import { tagsCheck } from './tags.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function judge(tags: TagsFile, judged: JudgedImage) {
  const rule = { name: 'a', match: { images: ['**'] }, enforcement: 'enforce' as const, tags };
  return tagsCheck.compile(rule, definitions())?.(judged, NOW);
}

const PINNED: TagsFile = { pinned: true };
const NO_LATEST: TagsFile = { disallowed: ['latest'] };

describe('tags', () => {
  it.each<[string, TagsFile, string, string]>([
    ['pinned: a digest', PINNED, `ghcr.io/acme/app@${DIGEST}`, 'TagAccepted'],
    ['pinned: a tag beside its digest', PINNED, `ghcr.io/acme/app:v1@${DIGEST}`, 'TagAccepted'],
    ['pinned: a tag', PINNED, 'ghcr.io/acme/app:v1', 'TagNotPinned'],
    ['pinned: neither', PINNED, 'ghcr.io/acme/app', 'TagNotPinned'],
    ['not pinned: a tag', { pinned: false }, 'ghcr.io/acme/app:v1', 'TagAccepted'],
    ['disallowed: the tag', NO_LATEST, 'ghcr.io/acme/app:latest', 'TagDisallowed'],
    ['disallowed: the implied tag', NO_LATEST, 'ghcr.io/acme/app', 'TagDisallowed'],
    ['disallowed: the tag beside a digest', NO_LATEST, `ghcr.io/acme/app:latest@${DIGEST}`, 'TagDisallowed'],
    ['disallowed: a digest alone', NO_LATEST, `ghcr.io/acme/app@${DIGEST}`, 'TagAccepted'],
    ['disallowed: another tag', NO_LATEST, 'ghcr.io/acme/app:latest-1', 'TagAccepted'],
    ['disallowed: no port', { disallowed: ['5000'] }, 'localhost:5000/app:v1', 'TagAccepted'],
    ['both: disallowed first', { pinned: true, disallowed: ['latest'] }, 'nginx', 'TagDisallowed'],
  ])('%s', (_name, tags, text, expected) => {
    expect(judge(tags, referenced(text))?.reason).toBe(expected);
  });

  it('says what to write, with the digest that the tag has now', () => {
    expect(judge(PINNED, image())?.remediation).toBe(`write registry.example.com/shop/app:v1@${DIGEST}`);
  });

  it('says what to write where the digest is not known', () => {
    expect(judge(PINNED, unresolved())?.remediation).toBe('add the digest: NAME:TAG@sha256:…');
  });

  it('says that a tag is implied', () => {
    expect(judge(NO_LATEST, referenced('nginx'))?.message).toBe(
      'the tag latest (implied, as the reference has neither tag nor digest) is not allowed',
    );
  });
});
