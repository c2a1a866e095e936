import { gzipSync } from 'node:zlib';
import { BUNDLE, INDEX, MANIFEST } from './content.ts';
import type { Behaviour } from './hosts.ts';
import {
  BLOB,
  EVERYTHING,
  floods,
  honestWith,
  IMAGE,
  MANIFEST_BY_DIGEST,
  REFERRERS,
  REFUND,
  type Row,
  says,
  SIGNATURE_TAG,
  ok,
} from './row.ts';

const MEGABYTE = Buffer.alloc(1 << 20, ' ');
const HTML = '<!doctype html><title>Log in</title>';
/** 64 MiB of blanks, packed twice: it would be seen if anybody unpacked it. */
const BOMB = gzipSync(gzipSync(Buffer.alloc(64 << 20, ' ')));
const gzipped: Behaviour = (_response, _request, honest) =>
  honest(({ status, headers: { 'content-length': _, ...headers }, body }) => ({
    status,
    headers: { ...headers, 'content-encoding': 'gzip' },
    body: gzipSync(body),
  }));

/** Bodies that are too long, packed, or something else. */
export const BODY_ROWS: readonly Row[] = [
  { name: 'a body without end', answers: [[IMAGE, floods(ok(''), MEGABYTE)]], reason: 'LimitExceeded' },
  {
    name: 'a manifest of 100 MB',
    answers: [[IMAGE, floods(ok('content-length: 104857600\r\n'), MEGABYTE)]],
    reason: 'LimitExceeded',
  },
  {
    name: 'referrers without end',
    answers: [[REFERRERS, floods(ok('').replace(MANIFEST, INDEX), MEGABYTE)]],
    reason: 'LimitExceeded',
  },
  {
    name: 'a bundle without end',
    answers: [[BLOB, floods(ok('').replace(MANIFEST, BUNDLE), MEGABYTE)]],
    reason: 'DigestMismatch',
  },
  {
    name: 'a gzip bomb for an image',
    answers: [[IMAGE, says(200, { 'content-type': MANIFEST, 'content-encoding': 'gzip' }, BOMB)]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a gzip bomb for a bundle',
    answers: [[BLOB, says(200, { 'content-encoding': 'gzip, gzip' }, BOMB)]],
    reason: 'DigestMismatch',
  },
  {
    name: 'the image packed although nobody takes that',
    answers: [[IMAGE, gzipped]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'the bundle packed although nobody takes that',
    answers: [[BLOB, gzipped]],
    reason: 'DigestMismatch',
  },
  {
    name: 'a page in place of the image',
    answers: [[IMAGE, says(200, { 'content-type': 'text/html' }, HTML)]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a page in place of everything',
    answers: [[EVERYTHING, says(200, { 'content-type': 'text/html' }, HTML)]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a page in place of the referrers',
    answers: [[REFERRERS, says(200, { 'content-type': 'text/html' }, HTML)]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a page in place of the bundle',
    answers: [[BLOB, says(200, { 'content-type': 'text/html' }, HTML)]],
    reason: 'DigestMismatch',
  },
  {
    name: 'a page in place of the signature tag',
    repository: REFUND,
    answers: [[SIGNATURE_TAG, says(200, { 'content-type': 'text/html' }, HTML)]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'the digest of something else',
    answers: [[IMAGE, honestWith({ 'docker-content-digest': `sha256:${'0'.repeat(64)}` })]],
    reason: 'DigestMismatch',
  },
  {
    name: 'the digest of something else for a signature tag',
    repository: REFUND,
    answers: [[SIGNATURE_TAG, honestWith({ 'docker-content-digest': `sha256:${'0'.repeat(64)}` })]],
    reason: 'DigestMismatch',
  },
  {
    name: 'other bytes than the digest that was asked for',
    byDigest: true,
    answers: [
      [
        MANIFEST_BY_DIGEST,
        says(200, { 'content-type': MANIFEST }, '{"schemaVersion":2,"config":{},"layers":[]}'),
      ],
    ],
    reason: 'DigestMismatch',
  },
  {
    name: 'other bytes under their own digest',
    byDigest: true,
    answers: [
      [
        MANIFEST_BY_DIGEST,
        says(
          200,
          {
            'content-type': MANIFEST,
            'docker-content-digest':
              'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
          },
          '{}',
        ),
      ],
    ],
    reason: 'DigestMismatch',
  },
  {
    name: 'referrers that were filtered',
    answers: [[REFERRERS, honestWith({ 'oci-filters-applied': 'artifactType' })]],
    reason: 'RegistryResponseInvalid',
  },
];
