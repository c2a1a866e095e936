import { describe, expect, it } from 'vitest';
import { container } from '../policy/judged-image.fixture.ts';
import type { Running } from '../workloads/source.ts';
import { candidatesOf } from './running.ts';
import { A, B } from './subject.fixture.ts';

const PODS: Running = {
  imageID: 'x',
  digest: A,
  repository: 'ghcr.io/acme/cart',
  config: null,
  platform: 'linux/amd64',
  pods: 3,
  since: '2026-01-02T03:04:05Z',
};

const texts = (text: string, running?: readonly Running[]) =>
  candidatesOf(container(text, { running }))?.map(({ image, named }) => [
    image.reference.text,
    named?.text ?? null,
  ]) ?? null;

describe('the images of a container', () => {
  it.each<[string, string, readonly Running[] | undefined, ReturnType<typeof texts>]>([
    ['what a manifest names', 'ghcr.io/acme/cart:v1', undefined, [['ghcr.io/acme/cart:v1', null]]],
    ['what is named, where no pod is there', 'ghcr.io/acme/cart:v1', [], [['ghcr.io/acme/cart:v1', null]]],
    [
      'what pods run, by its digest',
      'ghcr.io/acme/cart:v1',
      [PODS],
      [[`ghcr.io/acme/cart:v1@${A}`, 'ghcr.io/acme/cart:v1']],
    ],
    [
      'each that pods run',
      'ghcr.io/acme/cart:v1',
      [PODS, { ...PODS, digest: B }],
      [
        [`ghcr.io/acme/cart:v1@${A}`, 'ghcr.io/acme/cart:v1'],
        [`ghcr.io/acme/cart:v1@${B}`, 'ghcr.io/acme/cart:v1'],
      ],
    ],
    [
      'what was pulled from elsewhere, apart from what was not',
      'ghcr.io/acme/cart:v1',
      [{ ...PODS, repository: 'mirror.local/cart' }],
      [[`ghcr.io/acme/cart:v1@${A} (pulled from mirror.local/cart on linux/amd64)`, 'ghcr.io/acme/cart:v1']],
    ],
    [
      'what was pulled from elsewhere, for the nodes of each platform',
      'ghcr.io/acme/cart:v1',
      ['linux/amd64', 'linux/arm64', null].map((platform) => ({
        ...PODS,
        repository: 'mirror.local/cart',
        platform,
      })),
      [' on linux/amd64', ' on linux/arm64', ''].map((on) => [
        `ghcr.io/acme/cart:v1@${A} (pulled from mirror.local/cart${on})`,
        'ghcr.io/acme/cart:v1',
      ]),
    ],
    [
      'what is named, for a pod that runs nothing yet',
      'ghcr.io/acme/cart:v1',
      [{ ...PODS, imageID: '', digest: null }],
      [['ghcr.io/acme/cart:v1', null]],
    ],
    ['none of a text that is none', 'Not an image', undefined, null],
  ])('are %s', (_, text, running, expected) => {
    expect(texts(text, running)).toEqual(expected);
  });

  it('are asked for where the node knows a configuration alone, and apart from all else of that name', () => {
    const running = [
      { ...PODS, digest: null, config: A, imageID: A },
      { ...PODS, imageID: '', digest: null },
    ];
    const [loaded, waiting] = candidatesOf(container('cart:v1', { running })) ?? [];
    expect(loaded?.image).toMatchObject({
      resolved: null,
      running: { config: A, platforms: [{ os: 'linux', architecture: 'amd64' }] },
    });
    expect(loaded?.named?.text).toBe('cart:v1');
    expect(waiting?.image.resolved).toBe(null);
    expect(loaded?.key).not.toBe(waiting?.key);
  });

  it('are unknown where the node says nothing that is known', () => {
    const running = [{ ...PODS, digest: null, imageID: 'x' }];
    const [one] = candidatesOf(container('cart:v1', { running })) ?? [];
    expect(one?.image.resolved).toMatchObject({ ok: false, fault: { reason: 'DigestNotResolvable' } });
    expect(one?.image.attached).toMatchObject({ ok: false });
  });
});
