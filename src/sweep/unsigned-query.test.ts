import { describe, expect, it } from 'vitest';
import {
  attestation,
  child,
  manifest,
  refused,
  RELEASE,
  signature,
  unreadable,
  verified,
  workflow,
} from '../policy/judged-image.fixture.ts';
import type { JudgedManifest } from '../policy/subject.ts';
import { ask, attachedTo, swept, unreachable } from './subject.fixture.ts';
import { unsignedQuery } from './unsigned-query.ts';

const SIGNED = verified(signature(workflow(RELEASE)));
const NOTATION = refused('SignerNotTrusted');

describe('--unsigned', () => {
  it.each<[string, JudgedManifest, JudgedManifest[], string]>([
    ['nothing is attached', manifest('a'), [], 'hit unsigned (manifest)'],
    ['it is signed', manifest('a', SIGNED), [], 'no'],
    ['it is attested', manifest('a', verified(attestation(workflow(RELEASE)))), [], 'no'],
    ['a stranger has signed it', manifest('a', refused('SignerNotTrusted')), [], 'hit unsigned (manifest)'],
    ['its signature is forged', manifest('a', refused('SignatureInvalid')), [], 'hit unsigned (manifest)'],
    [
      'its signature is newer than the root',
      manifest('a', refused('TrustRootOutdated')),
      [],
      'undetermined EvidenceUnverified',
    ],
    [
      'its signature is of a kind that is not verified here',
      manifest('a', { ...NOTATION, evidence: { ...NOTATION.evidence, format: 'notation' } }),
      [],
      'undetermined EvidenceUnverified',
    ],
    ['something could not be read', unreadable(manifest('a')), [], 'undetermined Unreachable'],
    ['it is signed, and more could not be read', unreadable(manifest('a', SIGNED)), [], 'no'],
    ['its index is signed', manifest('a', SIGNED), [child('b'), child('c')], 'no'],
    ['every child is signed', manifest('a'), [child('b', SIGNED), child('c', SIGNED)], 'no'],
    ['one child is not', manifest('a'), [child('b', SIGNED), child('c')], 'hit unsigned (child linux/c)'],
    [
      'one child is not, and the index could not be read',
      unreadable(manifest('a')),
      [child('b', SIGNED), child('c')],
      'undetermined Unreachable',
    ],
    [
      'one child is not, and another could not be read',
      manifest('a'),
      [unreadable(child('b')), child('c')],
      'hit unsigned (child linux/c)',
    ],
  ])('where %s', (_, root, children, answer) => {
    expect(ask(unsignedQuery, attachedTo(root, children))).toBe(answer);
  });

  it('is not known of what was not asked for, or could not be reached', () => {
    expect(ask(unsignedQuery, swept())).toBe('undetermined');
    expect(ask(unsignedQuery, unreachable())).toBe('undetermined Unreachable');
  });

  it('holds the index that the reference leads to against a child that runs by itself', () => {
    const named = attachedTo(manifest('e', SIGNED), [manifest('a')]);
    expect(ask(unsignedQuery, attachedTo(manifest('a')), { named })).toBe('no');
    expect(ask(unsignedQuery, attachedTo(manifest('a')), { named: unreachable() })).toBe(
      'undetermined Unreachable',
    );
  });
});
