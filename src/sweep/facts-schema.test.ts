import { expect, it } from 'vitest';
import { child, manifest } from '../policy/judged-image.fixture.ts';
import { ok } from '../reasons.ts';
import { formatFacts, parseFacts } from './facts-schema.ts';
import { fromKept, keepable } from './kept-facts.ts';
import { compilePackages, NO_PACKAGES } from './package-values.ts';
import type { SweptImage } from './query.ts';
import { attachedAlone, attested, BASH, cyclonedx, GUAVA, LOG4J, policyOf, vexed } from './sboms.fixture.ts';
import { ask, attachedTo } from './subject.fixture.ts';

/** An image as another run would have it. */
function kept(image: SweptImage): SweptImage {
  const keep = keepable(image);
  const parsed = keep && parseFacts(formatFacts(new Map([['key', keep]])));
  const read = parsed?.get('key');
  if (!read) throw new Error('nothing was kept');
  return fromKept(image, read);
}

const [predicate] = compilePackages(
  { ...NO_PACKAGES, package: ['log4j-core', 'bash'], ecosystem: null },
  () => undefined,
).predicates;

it.each<[string, SweptImage]>([
  ['a hit', attachedTo(manifest('a', attested(cyclonedx([GUAVA, LOG4J, BASH]))))],
  ['no hit', attachedTo(manifest('a', attested(cyclonedx([GUAVA, BASH]))))],
  ['nothing', attachedTo(manifest('a'))],
  ['what is no SBOM', attachedTo(manifest('a', attachedAlone('{')))],
  [
    'children, and a word of VEX',
    attachedTo(manifest('a'), [
      child(
        'arm64',
        attested(cyclonedx([LOG4J])),
        vexed({ vulnerability: 'CVE-1', status: 'fixed', products: [] }),
      ),
    ]),
  ],
])('what SBOMs say is kept: %s', (_what, image) => {
  if (!predicate) throw new Error('no predicate');
  const policy = policyOf();
  const again = kept(image);
  expect(ask(predicate, again, { policy })).toBe(ask(predicate, image, { policy }));
  expect(JSON.stringify(again.attached)).toBe(JSON.stringify(kept(again).attached));
});

it('what an image is built on is kept, and read where it is asked for', () => {
  const hint = { repository: 'ghcr.io/acme/base', digest: 'sha256:1' };
  const fault = { reason: 'ImageNotFound', message: 'it is gone' } as const;
  const foundation = {
    layers: ok([{ diffId: 'sha256:2', digest: 'sha256:3', createdBy: null }]),
    named: [{ hint, chainIds: ['sha256:4'], fault }],
    more: 1,
  };
  const image = attachedTo(manifest('a'));
  if (!image.attached?.ok) throw new Error('nothing is attached');
  const { root } = image.attached.value;
  const built = { ...root, bases: [hint], chainId: 'sha256:2', foundation: () => foundation };
  const again = kept({ ...image, attached: ok({ ...image.attached.value, root: built }) }).attached;
  if (!again?.ok) throw new Error('nothing was kept');
  expect(again.value.root).toMatchObject({ bases: [hint], chainId: 'sha256:2' });
  expect(again.value.root.foundation?.()).toEqual(foundation);
});

it('what is known of one image is kept once, whatever it is asked for by', () => {
  const keep = keepable(attachedTo(manifest('a', attested(cyclonedx([LOG4J])))));
  if (!keep) throw new Error('nothing can be kept');
  const one = formatFacts(new Map([['v1', keep]]));
  const two = formatFacts(new Map([...(parseFacts(one) ?? []), ['v2', keep]]));
  expect(two.length).toBeLessThan(one.length + 100);
  expect([...(parseFacts(two)?.keys() ?? [])]).toEqual(['v1', 'v2']);
});

it('that an image is not there is kept, but not for pods that others may show it', () => {
  const fault = { reason: 'ImageNotFound', message: 'none', remediation: 'look' } as const;
  const image = {
    ...attachedTo(manifest('a')),
    resolved: { ok: false, fault },
    attached: { ok: false, fault },
  } as const;
  expect(kept(image)).toEqual(image);
  const pullSecrets = [{ cluster: null, namespace: 'shop', kind: 'Secret', name: 'pull' } as const];
  expect(keepable({ ...image, reference: { ...image.reference, pullSecrets } })).toBeNull();
  const passing = { ok: false, fault: { ...fault, reason: 'TimedOut' } } as const;
  expect(keepable({ ...image, resolved: passing, attached: passing })).toBeNull();
});

it.each(['', '[]x', '[["key", {}]]', '{"a": 1}'])('%j is not taken for what was kept', (text) => {
  expect(parseFacts(Buffer.from(text))).toBeNull();
});
