import { describe, expect, it } from 'vitest';
import type { Evidence } from '../evidence/collector.ts';
import { packed } from '../evidence/packed-payload.ts';
import { PROVENANCE_BYTES } from '../limits.ts';
import { provenanceHints } from './base-hints.ts';

const SUBJECT = `sha256:${'a'.repeat(64)}`;
const BASE = `sha256:${'b'.repeat(64)}`;

/** Signed provenance that names one image, of about this many bytes. */
function attested(size: number): Evidence {
  const statement = {
    _type: 'https://in-toto.io/Statement/v0.1',
    subject: [{ name: 'app', digest: { sha256: 'a'.repeat(64) } }],
    predicateType: 'https://slsa.dev/provenance/v0.2',
    predicate: {
      builder: { id: 'https://ci.example/' },
      buildType: 'https://ci.example/build',
      materials: [{ uri: 'pkg:docker/debian@12', digest: { sha256: 'b'.repeat(64) } }],
      metadata: { padding: 'x'.repeat(size) },
    },
  };
  const envelope = {
    payloadType: 'application/vnd.in-toto+json',
    payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
    signatures: [{ sig: 'AAAA' }],
  };
  const format = 'dsse-envelope';
  const place = { digest: SUBJECT, subject: SUBJECT, location: 'app', annotations: {} };
  return { ...place, format, ...packed(format, Buffer.from(JSON.stringify(envelope))) };
}

describe('the images that provenance names', () => {
  it.each<[string, number, boolean]>([
    ['is small', 0, true],
    ['is packed', 1_500_000, true],
    ['is packed and larger than any', PROVENANCE_BYTES, false],
  ])('are read where it %s', (_name, size, isRead) => {
    const evidence = attested(size);
    expect(evidence.packed !== undefined).toBe(size > 0);
    const hints = provenanceHints([{ evidence }], [SUBJECT]);
    expect(hints).toEqual(isRead ? [{ repository: 'docker.io/library/debian', digest: BASE }] : []);
  });
});
