import { describe, expect, it } from 'vitest';
import {
  child,
  manifest,
  refused,
  RELEASE,
  signature,
  unreadable,
  verified,
  workflow,
} from '../policy/judged-image.fixture.ts';
import { imageKey, keepable } from './kept-facts.ts';
import type { SweptImage } from './query.ts';
import { A, attachedTo, CART, swept, unreachable } from './subject.fixture.ts';

const SIGNED = verified(signature(workflow(RELEASE)));
const REFUSED = refused('SignerNotTrusted');
const NOTATION = { ...REFUSED, evidence: { ...REFUSED.evidence, format: 'notation' } } as const;

describe('what may be kept of an image', () => {
  it.each<[string, SweptImage, boolean]>([
    ['what is signed', attachedTo(manifest('a', SIGNED)), true],
    ['what nobody known has signed', attachedTo(manifest('a', REFUSED)), true],
    ['what has nothing', attachedTo(manifest('a')), true],
    ['what the registry has refused', attachedTo(unreadable(manifest('a'), 'AccessDenied')), true],
    ['no signature of Notation, as the time decides', attachedTo(manifest('a', NOTATION)), false],
    ['none on a child either', attachedTo(manifest('a'), [child('b', NOTATION)]), false],
    ['nothing that took too long', attachedTo(unreadable(manifest('a'), 'TimedOut')), false],
    [
      'nothing that was broken off',
      attachedTo(manifest('a'), [unreadable(child('b'), 'Interrupted')]),
      false,
    ],
    ['nothing that was not saved', attachedTo(unreadable(manifest('a'), 'NotInEvidence')), false],
    ['nothing that is damaged', attachedTo(unreadable(manifest('a'), 'EvidenceDamaged')), false],
    ['nothing that was not found', unreachable(), false],
    ['nothing that was not asked', swept(), false],
  ])('is %s', (_, image, kept) => {
    expect(keepable(image) !== null).toBe(kept);
  });

  it('is told apart by what decides, and by all that a node says', () => {
    const { reference } = swept(CART);
    const running = { imageID: 'x', digest: A, repository: null, config: null, platforms: [] };
    const requests = [
      reference,
      { ...reference, tag: 'v2' },
      { ...reference, digest: A },
      { ...reference, repository: 'ghcr.io/acme/shop' },
      { ...reference, running },
      { ...reference, running: { ...running, config: A } },
      { ...reference, tag: 'v2', running },
    ];
    expect(new Set(requests.map(imageKey)).size).toBe(requests.length);
    expect(imageKey({ ...reference, digest: A })).toBe(imageKey({ ...reference, tag: null, digest: A }));
  });

  it('is told apart by the pull secrets of the pods that run it', () => {
    const { reference } = swept(CART);
    const secret = (namespace: string) =>
      ({ cluster: null, namespace, kind: 'Secret', name: 'pull' }) as const;
    const keys = [[], [secret('shop')], [secret('bank')]].map((pullSecrets) =>
      imageKey({ ...reference, pullSecrets }),
    );
    expect(new Set(keys).size).toBe(3);
    expect(imageKey(reference)).toBe(keys[0]);
  });
});
