import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { initializeCA, initializeTLog } from '@sigstore/mock';
import { dsse } from '@sigstore/core';
import { z } from 'zod';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Evidence } from '../src/evidence/collector.ts';
import { sigstore } from '../src/verify/sigstore/sigstore.ts';
import { parseTrustedRoot, type Thresholds, type TrustRoot } from '../src/verify/trust-root.ts';
import type { TrustedKey, TrustMaterial } from '../src/verify/verifier.ts';
import { ANYWHERE } from '../src/verify/circumstances.fixture.ts';

/** A log that logs whatever it is given: what an attacker would have it log under somebody else's certificate. */
const DIGEST = `sha256:${'a'.repeat(64)}`;
const IN_TOTO = 'application/vnd.in-toto+json';
const PAYLOAD = Buffer.from(
  JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: DIGEST.slice(7) } }],
    predicateType: 'https://sigstore.dev/cosign/sign/v1',
    predicate: {},
  }),
);
const SIGNED = dsse.preAuthEncoding(IN_TOTO, PAYLOAD);

const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });
const pem = (label: string, der: Buffer) =>
  `-----BEGIN ${label}-----\n${der.toString('base64')}\n-----END ${label}-----\n`;
const hash = (data: Buffer, encoding: 'hex' | 'base64' = 'hex') =>
  createHash('sha256').update(data).digest(encoding);

/** Whole seconds: the log signs its time in seconds. */
const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const signer = p256();
const signature = sign('sha256', SIGNED, signer.privateKey).toString('base64');

/** An entry's body in each kind, for a verifier given as PEM or DER. */
const BODIES: Readonly<
  Record<string, (verifier: { pem: string; certificate: Buffer | null; key: Buffer }) => object>
> = {
  'hashedrekord/0.0.1': (verifier) => ({
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      signature: { content: signature, publicKey: { content: Buffer.from(verifier.pem).toString('base64') } },
      data: { hash: { algorithm: 'sha256', value: hash(SIGNED) } },
    },
  }),
  'dsse/0.0.1': (verifier) => ({
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      payloadHash: { algorithm: 'sha256', value: hash(PAYLOAD) },
      signatures: [{ signature, verifier: Buffer.from(verifier.pem).toString('base64') }],
    },
  }),
  'intoto/0.0.2': (verifier) => ({
    apiVersion: '0.0.2',
    kind: 'intoto',
    spec: {
      content: {
        payloadHash: { algorithm: 'sha256', value: hash(PAYLOAD) },
        envelope: {
          payloadType: IN_TOTO,
          signatures: [
            {
              sig: Buffer.from(signature).toString('base64'),
              publicKey: Buffer.from(verifier.pem).toString('base64'),
            },
          ],
        },
      },
    },
  }),
  'hashedrekord/0.0.2': (verifier) => ({
    apiVersion: '0.0.2',
    kind: 'hashedrekord',
    spec: {
      hashedRekordV002: {
        data: { algorithm: 'SHA2_256', digest: hash(SIGNED, 'base64') },
        signature: { content: signature, verifier: protobufVerifier(verifier) },
      },
    },
  }),
  'dsse/0.0.2': (verifier) => ({
    apiVersion: '0.0.2',
    kind: 'dsse',
    spec: {
      dsseV002: {
        payloadHash: { algorithm: 'SHA2_256', digest: hash(PAYLOAD, 'base64') },
        signatures: [{ content: signature, verifier: protobufVerifier(verifier) }],
      },
    },
  }),
};

function protobufVerifier({ certificate, key }: { certificate: Buffer | null; key: Buffer }): object {
  const rawBytes = (certificate ?? key).toString('base64');
  const keyDetails = 'PKIX_ECDSA_P256_SHA_256';
  return certificate
    ? { x509Certificate: { rawBytes }, keyDetails }
    : { publicKey: { rawBytes }, keyDetails };
}

let log: Awaited<ReturnType<typeof initializeTLog>>;
let rootJson: object;
/** Two certificates for one key: what is signed with it fits both. */
let certificate: Buffer;
let twin: Buffer;

beforeAll(async () => {
  const authorityClock = new Date(now.getTime() - 60_000);
  const authority = await initializeCA(p256(), undefined, authorityClock);
  log = await initializeTLog('https://log.test', p256(), now);
  const issue = async (subjectAltName: string) => {
    const issuer = { oid: '1.3.6.1.4.1.57264.1.8', value: 'https://issuer.test' };
    const der = await authority.issueCertificate({
      publicKey: spki(signer.publicKey),
      subjectAltName,
      extensions: [issuer],
    });
    return Buffer.from(der.buffer, der.byteOffset, der.byteLength);
  };
  certificate = await issue('https://github.com/acme/app');
  twin = await issue('https://github.com/evil/app');
  const validFor = { start: new Date(now.getTime() - 3_600_000).toISOString() };
  const caBytes = Buffer.from(
    authority.rootCertificate.buffer,
    authority.rootCertificate.byteOffset,
    authority.rootCertificate.byteLength,
  );
  rootJson = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [
      {
        baseUrl: 'https://log.test',
        hashAlgorithm: 'SHA2_256',
        publicKey: {
          rawBytes: log.publicKey.toString('base64'),
          keyDetails: 'PKIX_ECDSA_P256_SHA_256',
          validFor,
        },
        logId: { keyId: hash(log.publicKey, 'base64') },
      },
    ],
    certificateAuthorities: [
      {
        subject: {},
        uri: 'https://ca.test',
        certChain: { certificates: [{ rawBytes: caBytes.toString('base64') }] },
        validFor,
      },
    ],
    ctlogs: [],
    timestampAuthorities: [],
  };
});

function root(thresholds: Partial<Thresholds> = {}): TrustRoot {
  const asked = { signedCertificateTimestamps: 0, transparencyLogEntries: 1, timestamps: 0, ...thresholds };
  const parsed = parseTrustedRoot('test', Buffer.from(JSON.stringify(rootJson)), asked, 'test');
  if (!parsed.ok) throw new Error(parsed.fault.message);
  return parsed.value;
}

const bodyOf = (kind: string, verifier: { certificate: Buffer | null; key: Buffer }) => {
  const text = verifier.certificate
    ? pem('CERTIFICATE', verifier.certificate)
    : pem('PUBLIC KEY', verifier.key);
  return BODIES[kind]?.({ ...verifier, pem: text }) ?? {};
};

/** What a log of Rekor v1 answers. */
const loggedSchema = z.object({
  body: z.string(),
  integratedTime: z.number(),
  logID: z.string(),
  logIndex: z.number(),
  verification: z.object({
    inclusionProof: z.object({
      logIndex: z.number(),
      treeSize: z.number(),
      rootHash: z.string(),
      checkpoint: z.string(),
    }),
    signedEntryTimestamp: z.string(),
  }),
});

interface Bundled {
  readonly kind: string;
  /** Whom the log entry names. */
  readonly logged: { readonly certificate: Buffer | null; readonly key: Buffer };
  /** Whom the bundle names; null for a bare key. */
  readonly certificate: Buffer | null;
  readonly promise?: boolean;
  /** What the bundle says of the entry's place in the log, where it is not what the log says. */
  readonly place?: { readonly rootHash?: string; readonly treeSize?: string; readonly logIndex?: string };
  readonly integratedTime?: string;
}

async function bundle({
  kind,
  logged,
  certificate,
  promise = true,
  integratedTime,
  place = {},
}: Bundled): Promise<Evidence> {
  const [entry] = Object.values(
    z.record(z.string(), loggedSchema).parse(await log.log(bodyOf(kind, logged))),
  );
  if (!entry) throw new Error('nothing was logged');
  const { inclusionProof: proof, signedEntryTimestamp } = entry.verification;
  const [name = '', version = ''] = kind.split('/');
  const bytes = Buffer.from(
    JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: {
        ...(certificate
          ? { certificate: { rawBytes: certificate.toString('base64') } }
          : { publicKey: { hint: 'x' } }),
        tlogEntries: [
          {
            logIndex: place.logIndex ?? String(promise ? entry.logIndex : proof.logIndex),
            logId: { keyId: Buffer.from(entry.logID, 'hex').toString('base64') },
            kindVersion: { kind: name, version },
            integratedTime: integratedTime ?? String(entry.integratedTime),
            ...(promise
              ? {
                  inclusionPromise: {
                    signedEntryTimestamp: signedEntryTimestamp,
                  },
                }
              : {}),
            inclusionProof: {
              logIndex: String(proof.logIndex),
              rootHash: place.rootHash ?? Buffer.from(proof.rootHash, 'hex').toString('base64'),
              treeSize: place.treeSize ?? String(proof.treeSize),
              hashes: [],
              checkpoint: { envelope: proof.checkpoint },
            },
            canonicalizedBody: entry.body,
          },
        ],
      },
      dsseEnvelope: {
        payloadType: IN_TOTO,
        payload: PAYLOAD.toString('base64'),
        signatures: [{ sig: signature }],
      },
    }),
  );
  const digest = `sha256:${hash(bytes)}`;
  return { format: 'sigstore-bundle', bytes, digest, subject: DIGEST, location: 'here', annotations: {} };
}

const key = (conditions: Partial<TrustedKey> = {}): TrustMaterial => ({
  roots: [],
  keys: [
    {
      authority: 'k',
      key: signer.publicKey,
      fingerprint: 'f',
      root: root(),
      notBefore: null,
      notAfter: null,
      ...conditions,
    },
  ],
});
const own = () => ({ certificate: null, key: spki(signer.publicKey) });
const reason = (evidence: Evidence, trust: TrustMaterial): string => {
  const verdict = sigstore.verify(evidence, trust, ANYWHERE);
  return verdict.result === 'verified' ? 'verified' : `${verdict.refusal.reason}: ${verdict.refusal.message}`;
};

describe.each(Object.keys(BODIES))('a log entry of kind %s', (kind) => {
  it('holds for the certificate that it was made for', async () => {
    const made = await bundle({ kind, logged: { certificate, key: spki(signer.publicKey) }, certificate });
    expect(reason(made, { roots: [root()], keys: [] })).toBe('verified');
  });

  it('does not hold for another certificate of the same key', async () => {
    const made = await bundle({
      kind,
      logged: { certificate: twin, key: spki(signer.publicKey) },
      certificate,
    });
    expect(reason(made, { roots: [root()], keys: [] })).toContain(
      'LogEntryInvalid: the transparency log entry was made for another certificate',
    );
  });

  it('holds for the key that it was made for', async () => {
    expect(reason(await bundle({ kind, logged: own(), certificate: null }), key())).toBe('verified');
  });

  it('does not hold for another key', async () => {
    const made = await bundle({
      kind,
      logged: { certificate: null, key: spki(p256().publicKey) },
      certificate: null,
    });
    expect(reason(made, key())).toContain(
      'LogEntryInvalid: the transparency log entry was made for another certificate or key',
    );
  });
});

describe('the place of a log entry', () => {
  it.each<[string, string, NonNullable<Bundled['place']>, string]>([
    ['is that of the checkpoint', 'dsse/0.0.2', {}, 'verified'],
    [
      'has the root of the checkpoint',
      'dsse/0.0.1',
      { rootHash: hash(PAYLOAD, 'base64') },
      'LogEntryInvalid',
    ],
    ['has the tree size of the checkpoint', 'dsse/0.0.1', { treeSize: '2' }, 'LogEntryInvalid'],
    ['has the index of the proof under Rekor v2', 'dsse/0.0.2', { logIndex: '7' }, 'LogEntryInvalid'],
    ['has an index of its own under Rekor v1', 'dsse/0.0.1', { logIndex: '7' }, 'verified'],
  ])('%s', async (_what, kind, place, expected) => {
    const made = await bundle({ kind, logged: own(), certificate: null, promise: false, place });
    expect(reason(made, key())).toContain(expected);
  });
});

describe('time', () => {
  const kind = 'dsse/0.0.1';

  it('comes from a log that has signed it', async () => {
    const verdict = sigstore.verify(
      await bundle({ kind, logged: own(), certificate: null }),
      key(),
      ANYWHERE,
    );
    expect(verdict).toMatchObject({ claims: [{ times: [{ source: 'log', value: now }] }] });
  });

  it('is not taken from a log entry that nobody has signed the time of', async () => {
    const made = await bundle({
      kind,
      logged: own(),
      certificate: null,
      promise: false,
      integratedTime: '1',
    });
    expect(reason(made, key())).toBe('verified');
    expect(sigstore.verify(made, key(), ANYWHERE)).toMatchObject({ claims: [{ times: [] }] });
    expect(reason(made, key({ notAfter: new Date('2099-01-01') }))).toContain('TimestampMissing');
  });

  it('is not a signed timestamp where the root asks for one', async () => {
    const made = await bundle({ kind, logged: { certificate, key: spki(signer.publicKey) }, certificate });
    expect(reason(made, { roots: [root({ timestamps: 1 })], keys: [] })).toContain('TimestampMissing');
  });

  it.each([
    ['before a key may be used', { notBefore: new Date(now.getTime() + 1000) }, 'KeyOutsideValidity'],
    ['after a key may be used', { notAfter: new Date(now.getTime() - 1000) }, 'KeyOutsideValidity'],
    ['within', { notBefore: now, notAfter: now }, 'verified'],
  ])('%s', async (_what, conditions, expected) => {
    expect(reason(await bundle({ kind, logged: own(), certificate: null }), key(conditions))).toContain(
      expected,
    );
  });
});

it('does not hold without a verified time, however good the certificate', async () => {
  const made = await bundle({
    kind: 'dsse/0.0.1',
    logged: { certificate, key: spki(signer.publicKey) },
    certificate,
    promise: false,
  });
  expect(reason(made, { roots: [root()], keys: [] })).toContain('TimestampMissing');
});
