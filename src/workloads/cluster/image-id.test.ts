import { describe, expect, it } from 'vitest';
import { readImageId } from './image-id.ts';
import { D1, D2 } from './objects.fixture.ts';

const HEX = '3'.repeat(64);
const digest = (repository: string | null, of = D1) => ({ kind: 'digest', repository, digest: of });

describe('imageID', () => {
  it.each<[string, string, string, object]>([
    ['containerd', `ghcr.io/acme/cart@${D1}`, 'ghcr.io/acme/cart:v1', digest('ghcr.io/acme/cart')],
    ['CRI-O', `quay.io/acme/cart@${D1}`, `quay.io/acme/cart:v1`, digest('quay.io/acme/cart')],
    ['dockershim', `docker-pullable://nginx@${D1}`, 'nginx:1', digest('nginx')],
    [
      'dockershim, an image that was built there',
      `docker://${D1}`,
      'nginx:1',
      { kind: 'config', digest: D1 },
    ],
    ['containerd, an image that was loaded', D1, 'docker.io/library/x:v1', { kind: 'config', digest: D1 }],
    ['CRI-O, its own id', HEX, 'quay.io/acme/cart:v1', { kind: 'config', digest: `sha256:${HEX}` }],
    ['OpenShift, an id beside a digest', HEX, `quay.io/acme/cart@${D2}`, digest('quay.io/acme/cart', D2)],
    ['a registry with a port', `localhost:5000/cart@${D1}`, '', digest('localhost:5000/cart')],
    ['a digest alone behind an at', `@${D1}`, '', digest(null)],
    ['a tag beside the digest', `ghcr.io/acme/cart:v1@${D1}`, '', digest('ghcr.io/acme/cart:v1')],
    ['nothing yet', '', 'ghcr.io/acme/cart:v1', { kind: 'none' }],
    ['a digest cut short', 'ghcr.io/acme/cart@sha256:12', '', { kind: 'unreadable' }],
    ['an algorithm that nobody knows', `ghcr.io/acme/cart@md5:${HEX}`, '', { kind: 'unreadable' }],
    ['a tag', 'ghcr.io/acme/cart:v1', '', { kind: 'unreadable' }],
    ['upper case', D1.toUpperCase(), '', { kind: 'unreadable' }],
  ])('%s', (_name, imageID, image, expected) => {
    expect(readImageId(imageID, image)).toEqual(expected);
  });
});
