import { EVIDENCE_BYTES } from '../../src/limits.ts';
import { referrer } from './documents.ts';
import { BUNDLE, type Descriptor, resign, sha256 } from './content.ts';
import { BLOB, floods, REFUND, type Row } from './row.ts';

const layerOf = (change: (layer: Descriptor) => object) =>
  referrer((manifest) => ({ ...manifest, layers: manifest.layers.map(change) }));

/** Signatures whose layers are not what their descriptors say. */
export const LAYER_ROWS: readonly Row[] = [
  {
    name: 'a bundle one byte longer than it is said to be',
    ...layerOf((layer) => ({ ...layer, size: layer.size - 1 })),
    reason: 'DigestMismatch',
  },
  {
    name: 'a bundle shorter than it is said to be',
    ...layerOf((layer) => ({ ...layer, size: layer.size + 1 })),
    reason: 'DigestMismatch',
  },
  {
    name: 'a size below zero',
    ...layerOf((layer) => ({ ...layer, size: -1 })),
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a size that is no integer',
    ...layerOf((layer) => ({ ...layer, size: 1.5 })),
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a size that is text',
    ...layerOf((layer) => ({ ...layer, size: '7' })),
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a size of 2^60',
    ...layerOf((layer) => ({ ...layer, size: 2 ** 60 })),
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a bundle over the limit',
    ...layerOf((layer) => ({ ...layer, size: EVIDENCE_BYTES + 1 })),
    reason: 'LimitExceeded',
  },
  {
    name: 'data that is not the bundle',
    ...layerOf((layer) => ({ ...layer, data: Buffer.alloc(layer.size, 'x').toString('base64') })),
    reason: 'DigestMismatch',
  },
  {
    name: 'data of another size',
    ...layerOf((layer) => ({ ...layer, data: 'e30=' })),
    reason: 'DigestMismatch',
  },
  {
    name: 'data that is no base64',
    ...layerOf((layer) => ({ ...layer, data: '\u0000\u0001' })),
    reason: 'DigestMismatch',
  },
  ...[
    'md5:d41d8cd98f00b204e9800998ecf8427e',
    `blake3:${'a'.repeat(64)}`,
    `sha256:${'A'.repeat(64)}`,
    'sha256:abc',
    `sha512:${'a'.repeat(64)}`,
  ].map((digest): Row => ({
    name: `a bundle named ${digest.slice(0, 12)}…`,
    ...layerOf((layer) => ({ ...layer, digest })),
    reason: 'EvidenceUnsupported',
  })),
  ...[
    '../../../etc/passwd',
    'sha256:../../../x',
    'sha256:a/../../../admin',
    'sha256:%2e%2e%2f',
    'sha256:a\r\nhost: inside',
    'sha256:a b',
    'sha256:a?x=1',
    'sha256:a#',
    '',
  ].map((digest): Row => ({
    name: `a bundle named ${JSON.stringify(digest)}`,
    ...layerOf((layer) => ({ ...layer, digest })),
    reason: 'RegistryResponseInvalid',
  })),
  {
    name: 'a bundle with URLs of its own',
    ...layerOf((layer) => ({ ...layer, urls: ['https://private.example/x'], digest: sha256('absent') })),
    reason: 'RegistryError',
  },
  {
    name: '201 layers of bundles',
    ...referrer((manifest) => ({
      ...manifest,
      layers: Array.from({ length: 201 }, () => ({
        mediaType: BUNDLE,
        digest: sha256('{}'),
        size: 2,
        data: 'e30=',
      })),
    })),
    reason: 'LimitExceeded',
  },
  {
    name: '201 layers in a .sig',
    repository: REFUND,
    content: (content) => {
      resign(content, (manifest) => ({
        ...manifest,
        layers: Array.from({ length: 201 }, () => ({ ...manifest.layers[0], annotations: {} })),
      }));
    },
    reason: 'LimitExceeded',
  },
  {
    name: 'an annotation of 3 MB',
    repository: REFUND,
    content: (content) => {
      resign(content, (manifest) => ({
        ...manifest,
        layers: manifest.layers.map((layer) => ({
          ...layer,
          annotations: { 'dev.cosignproject.cosign/signature': 'A'.repeat(3 << 20) },
        })),
      }));
    },
    status: 'fail',
    reason: 'SignerNotTrusted',
  },
  {
    name: 'an annotation that is no text',
    repository: REFUND,
    content: (content) => {
      resign(content, (manifest) => ({ ...manifest, annotations: { a: 1 } }));
    },
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'an annotation whose name is 1 MB',
    repository: REFUND,
    content: (content) => {
      resign(content, (manifest) => ({ ...manifest, annotations: { ['a'.repeat(1 << 20)]: 1 } }));
    },
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a bundle whose digest is 1 MB',
    ...layerOf((layer) => ({ ...layer, digest: `sha256:${'a'.repeat(1 << 20)}` })),
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a bundle of 64 MiB of blanks',
    ...layerOf((layer) => ({ ...layer, size: 64 << 20 })),
    answers: [
      [BLOB, floods('HTTP/1.1 200 OK\r\ncontent-length: 67108864\r\n\r\n', Buffer.alloc(1 << 20, ' '))],
    ],
    reason: 'DigestMismatch',
  },
];
