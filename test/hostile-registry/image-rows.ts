import { type Content, imageOf, INDEX, MANIFEST, replaceImage, sha256 } from './content.ts';
import { index, many, nested } from './documents.ts';
import { honestWith, IMAGE, type Row } from './row.ts';

const EMPTY = { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256('{}'), size: 2 };
const PLAIN = { schemaVersion: 2, mediaType: MANIFEST, config: EMPTY, layers: [] };
/** The image is this document in place of its manifest. */
const imageIs = (body: unknown, mediaType = MANIFEST) => ({
  content: (content: Content) =>
    replaceImage(
      content,
      typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      mediaType,
    ),
});

/** Images that are no image, or two. */
export const IMAGE_ROWS: readonly Row[] = [
  { name: 'no JSON', ...imageIs('{'), reason: 'RegistryResponseInvalid' },
  { name: 'nothing', ...imageIs(''), reason: 'RegistryResponseInvalid' },
  { name: 'null', ...imageIs('null'), reason: 'RegistryResponseInvalid' },
  { name: 'a list', ...imageIs('[]'), reason: 'RegistryResponseInvalid' },
  {
    name: 'a member twice',
    ...imageIs(
      `{"schemaVersion":2,"mediaType":"${MANIFEST}","config":${JSON.stringify(EMPTY)},"layers":[],"layers":[]}`,
    ),
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a member twice, once escaped',
    ...imageIs(
      `{"schemaVersion":2,"mediaType":"${MANIFEST}","config":${JSON.stringify(EMPTY)},"layers":[],"l\\u0061yers":[]}`,
    ),
    reason: 'RegistryResponseInvalid',
  },
  { name: 'a member in other case', ...imageIs({ ...PLAIN, Layers: [] }), reason: 'RegistryResponseInvalid' },
  {
    name: '__proto__',
    ...imageIs(`{"__proto__":{"layers":[]},"schemaVersion":2,"mediaType":"${MANIFEST}"}`),
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'UTF-16',
    ...imageIs(Buffer.from(`\ufeff${JSON.stringify(PLAIN)}`, 'utf16le')),
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a byte order mark',
    ...imageIs(`\ufeff${JSON.stringify(PLAIN)}`),
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'invalid UTF-8',
    ...imageIs(
      Buffer.concat([
        Buffer.from('{"schemaVersion":2,"annotations":{"a":"'),
        Buffer.from([0xff, 0xc0]),
        Buffer.from(`"},"mediaType":"${MANIFEST}","config":${JSON.stringify(EMPTY)},"layers":[]}`),
      ]),
    ),
    reason: 'RegistryResponseInvalid',
  },
  { name: 'a million levels', ...imageIs(nested(500_000)), reason: 'RegistryResponseInvalid' },
  {
    name: 'a number of a million digits',
    ...imageIs(`{"schemaVersion":${'9'.repeat(1_000_000)}}`),
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'index and manifest at once',
    ...imageIs({ ...PLAIN, manifests: [] }),
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'served as one type, called another',
    answers: [[IMAGE, honestWith({ 'content-type': INDEX })]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'an index with the fields of a manifest',
    ...imageIs({ ...PLAIN, mediaType: INDEX }, INDEX),
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a Docker schema 1 manifest',
    ...imageIs(
      { schemaVersion: 1, fsLayers: [], history: [] },
      'application/vnd.docker.distribution.manifest.v1+prettyjws',
    ),
    reason: 'EvidenceUnsupported',
  },
  {
    name: 'a type of a megabyte',
    ...imageIs({ ...PLAIN, mediaType: 'x'.repeat(1 << 20) }),
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'an index of itself',
    content: (content) => {
      const self = sha256('self');
      replaceImage(
        content,
        JSON.stringify(
          index([
            { mediaType: INDEX, digest: self, size: 1, platform: { os: 'linux', architecture: 'amd64' } },
          ]),
        ),
        INDEX,
      );
      content.blobs.set(self, content.blobs.get(imageOf(content)) ?? Buffer.alloc(0));
      content.types.set(self, INDEX);
    },
    status: 'fail',
    reason: 'SignatureMissing',
  },
  { name: 'an index of 501 images', ...imageIs(many(501), INDEX), reason: 'LimitExceeded' },
  {
    name: 'indexes within indexes',
    content: (content) => {
      let inner = { mediaType: MANIFEST, digest: imageOf(content), size: 401 };
      for (let depth = 0; depth < 20; depth += 1) {
        const body = JSON.stringify(index([inner]));
        replaceImage(content, body, INDEX);
        inner = { mediaType: INDEX, digest: sha256(body), size: body.length };
      }
    },
    status: 'fail',
    reason: 'SignatureMissing',
  },
];
