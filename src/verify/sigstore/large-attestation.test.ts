import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { dsse } from '@sigstore/core';
import { describe, expect, it } from 'vitest';
import type { Evidence, EvidenceFormat } from '../../evidence/collector.ts';
import { packed, unpackedPieces } from '../../evidence/packed-payload.ts';
import { ANYWHERE } from '../circumstances.fixture.ts';
import type { TrustMaterial, Verdict } from '../verifier.ts';
import { sigstore } from './sigstore.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const IN_TOTO = 'application/vnd.in-toto+json';
const LONG = Array.from({ length: 30_000 }, (_, at) => ({ name: `package-${at}`, versionInfo: '1.0 ä' }));

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const edwards = generateKeyPairSync('ed25519');
const trust: TrustMaterial = {
  roots: [],
  keys: [pair, edwards].map(({ publicKey }, at) => ({
    authority: `key-${at}`,
    key: publicKey,
    fingerprint: `${at}`,
    root: null,
    notBefore: null,
    notAfter: null,
  })),
};

const head = `"_type": "https://in-toto.io/Statement/v1", "subject": [{"digest": {"sha256": "${DIGEST.slice(7)}"}}]`;
const type = '"predicateType": "https://spdx.dev/Document"';
const predicate = `"predicate": ${JSON.stringify({ spdxVersion: 'SPDX-2.3', packages: LONG })}`;
const STATEMENT = `{${head}, ${type}, ${predicate}}`;
/** Of which the base64 ends with two signs of padding. */
const PADDED = `${STATEMENT}${' '.repeat((((1 - Buffer.byteLength(STATEMENT)) % 3) + 3) % 3)}`;

interface Envelope {
  readonly statement?: string | Buffer;
  readonly format?: EvidenceFormat;
  readonly key?: KeyObject;
  /** What is done to the base64 after signing. */
  readonly spelled?: (base64: string) => string;
  /** What is done to the whole after that. */
  readonly written?: (json: string) => string;
}

/** Evidence as it was downloaded, signed for real. */
function evidence({
  statement = STATEMENT,
  format = 'sigstore-bundle',
  key = pair.privateKey,
  spelled = (base64) => base64,
  written = (json) => json,
}: Envelope): Evidence {
  const payload = typeof statement === 'string' ? Buffer.from(statement) : statement;
  const signed = dsse.preAuthEncoding(IN_TOTO, payload);
  const sig = sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', signed, key).toString('base64');
  const envelope = `{"payloadType": "${IN_TOTO}", "payload": "${spelled(payload.toString('base64'))}", "signatures": [{"sig": "${sig}"}]}`;
  const bundle = `{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": {"publicKey": {}}, "dsseEnvelope": ${envelope}}`;
  const bytes = Buffer.from(written(format === 'dsse-envelope' ? envelope : bundle));
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { format, bytes, annotations: {}, digest, subject: DIGEST, location: 'registry.example.com/a' };
}

function judged(one: Evidence): Verdict {
  return sigstore.verify(one, trust, ANYWHERE);
}

/** What is made of evidence, whole and as it is kept in memory. */
function both(envelope: Envelope): readonly unknown[] {
  const whole = evidence(envelope);
  const small = { ...whole, ...packed(whole.format, whole.bytes) };
  return [whole, small].map((one) => {
    const verdict = judged(one);
    if (verdict.result === 'refused') return [verdict.refusal.reason, verdict.refusal.message];
    return verdict.claims.map(({ content, signer }) => [
      signer,
      content.kind === 'attestation' ? content.predicateType : content.kind,
    ]);
  });
}

const last = (text: string, by: string) => `${text.slice(0, -1)}${by}`;

describe('a large attestation', () => {
  it.each<[string, Envelope]>([
    ['in a bundle', {}],
    ['in an envelope alone', { format: 'dsse-envelope' }],
    ['by a key that signs the bytes and not their digest', { key: edwards.privateKey }],
    ['with bytes behind it that are white space', { written: (json) => `${json}\n` }],
  ])('is the same whether its payload was taken out or not: %s', (_what, envelope) => {
    const whole = evidence(envelope);
    const small = packed(whole.format, whole.bytes);
    expect(small.bytes.length).toBeLessThan(1000);
    expect(Buffer.concat([...unpackedPieces(small)]).equals(whole.bytes)).toBe(true);
    const verdict = judged({ ...whole, ...small });
    if (verdict.result === 'refused') throw new Error(verdict.refusal.message);
    const [{ content }] = verdict.claims;
    if (content.kind !== 'attestation') throw new Error('no attestation');
    expect(content.statement.predicate).toEqual((JSON.parse(STATEMENT) as { predicate: unknown }).predicate);
    const [first, second] = both(envelope);
    expect(first).toEqual(second);
  });

  it.each<[string, Envelope, string, string]>([
    [
      'of which the payload was changed',
      { spelled: (text) => text.replace('A', 'B') },
      'SignerNotTrusted',
      '',
    ],
    [
      'with a bit too many',
      { statement: PADDED, spelled: (text) => text.replace(/.==$/, 'h==') },
      'SignatureMalformed',
      'base64',
    ],
    [
      'without padding',
      { statement: PADDED, spelled: (text) => text.replaceAll('=', '') },
      'SignatureMalformed',
      'base64',
    ],
    [
      'with padding within',
      { spelled: (text) => `${text.slice(0, 4)}QQ==${text.slice(4)}` },
      'SignatureMalformed',
      'base64',
    ],
    [
      'in the alphabet for addresses',
      { spelled: (text) => text.replaceAll('/', '_').replace('A', '-') },
      'SignatureMalformed',
      'base64',
    ],
    [
      'with white space in it',
      { spelled: (text) => text.replace('A', 'A ') },
      'SignatureMalformed',
      'base64',
    ],
    ['with no payload', { spelled: () => '' }, 'SignerNotTrusted', ''],
    [
      'with two payloads',
      { written: (json) => json.replace('"payload":', '"payload": "", "payload":') },
      'SignatureMalformed',
      'twice',
    ],
    [
      'with two payloads, the other behind',
      { written: (json) => json.replace('"signatures":', '"payload": "", "signatures":') },
      'SignatureMalformed',
      'twice',
    ],
    [
      'with two payloads, one escaped',
      { written: (json) => json.replace('"payload":', String.raw`"p\u0061yload": "", "payload":`) },
      'SignatureMalformed',
      'twice',
    ],
    [
      'in two envelopes',
      { written: (json) => json.replace('"dsseEnvelope":', '"dsseEnvelope": {}, "dsseEnvelope":') },
      'SignatureMalformed',
      'twice',
    ],
    ['with something behind it', { written: (json) => `${json}{}` }, 'SignatureMalformed', 'JSON'],
    ['that breaks off', { written: (json) => last(json, '') }, 'SignatureMalformed', ''],
    ['behind a byte order mark', { written: (json) => `\uFEFF${json}` }, 'SignatureMalformed', ''],
    [
      'behind a byte order mark, itself',
      { statement: `\uFEFF${STATEMENT}` },
      'SignatureMalformed',
      'strict JSON',
    ],
    ['that is a list', { statement: `[${STATEMENT}]` }, 'SignatureMalformed', ''],
    [
      'with two predicates',
      { statement: `{${head}, ${type}, "predicate": {}, ${predicate}}` },
      'SignatureMalformed',
      'twice',
    ],
    [
      'with a member twice deep in it',
      { statement: STATEMENT.replace(/\}\]\}\}$/, ', "a": 1, "a": 2}]}}') },
      'SignatureMalformed',
      'twice',
    ],
    [
      'with a member twice in its subject',
      { statement: STATEMENT.replace('"digest":', '"digest": {}, "digest":') },
      'SignatureMalformed',
      'twice',
    ],
    [
      'with a name that some take for another',
      { statement: STATEMENT.replace('"_type"', '"Predicate": {}, "_type"') },
      'SignatureMalformed',
      'take for another',
    ],
    [
      'nested too deep',
      {
        statement: STATEMENT.replace(
          '"packages":',
          `"deep": ${'['.repeat(99)}${']'.repeat(99)}, "packages":`,
        ),
      },
      'SignatureMalformed',
      'deeper',
    ],
    ['that is no UTF-8', { statement: Buffer.from(STATEMENT, 'latin1') }, 'SignatureMalformed', ''],
    ['for another image', { statement: STATEMENT.replace('aaaa', 'bbbb') }, 'SignatureForOtherImage', ''],
    ['of no type', { statement: `{${head}, ${predicate}}` }, 'SignatureMalformed', 'predicateType'],
    [
      'of another type of statement',
      { statement: STATEMENT.replace('Statement/v1', 'Statement/v9') },
      'SignatureMalformed',
      '_type',
    ],
  ])('%s is refused alike', (_what, envelope, reason, message) => {
    const [whole, small] = both(envelope);
    expect(small).toEqual(whole);
    expect(whole).toEqual([reason, expect.stringContaining(message)]);
  });

  it('is read as it is signed where it has no predicate', () => {
    const padding = `"padding": "${'x'.repeat(1_100_000)}"`;
    const [small, large] = [`{${head}, ${type}}`, `{${head}, ${type}, ${padding}}`].map((text) => {
      const verdict = judged(evidence({ statement: text }));
      return verdict.result === 'refused' ? verdict.refusal : verdict.result;
    });
    expect(large).toEqual(small);
  });
});
