import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnsweringServer, startAnswering } from '../notation/answering-server.ts';
import { askOurs } from '../notation/asked.ts';
import { type OnDisk, temporaryHome } from '../notation/disk.ts';
import { askNotation } from '../notation/notation-cli.ts';
import { AUTHORITY, opensslPki, P256, SIGNER, signByNotation } from '../notation/openssl.ts';
import { listBy } from '../notation/openssl-revocation.ts';
import { timestampsBy, type TimestampsKnobs } from '../notation/openssl-timestamps.ts';
import { startTimestamps } from '../sigstore/services.ts';
import { buildTools } from './bench.ts';

const DAY = 86_400;
/** Of the signer's certificate and of those of the timestamp authorities, which are older; seconds are whole. */
const now = Math.floor(Date.now() / 1_000);
const at = (seconds: number) => new Date((now + seconds) * 1_000);
const FROM = -20 * DAY;
const TO = FROM + 100 * DAY;

const P384 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'];
const P521 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-521'];
const TIMESTAMPS = ['keyUsage=critical,digitalSignature', 'extendedKeyUsage=critical,timeStamping'];
const pki = opensslPki();
let server: AnsweringServer;
let toolsBin = '';

beforeAll(async () => {
  toolsBin = buildTools('notation', 'timestamp-authority');
  server = await startAnswering();
  const early = { clock: -40 * DAY };
  pki.issue('root', { issuer: null, extensions: AUTHORITY, ...early });
  const signer = (name: string, key: readonly string[]) =>
    pki.issue(name, { issuer: 'root', extensions: SIGNER, key, clock: at(FROM), days: 100 });
  signer('p256', P256);
  signer('p384', P384);
  signer('p521', P521);
  signer('rsa', ['rsa:2048']);
  const tsaAuthority = [...AUTHORITY, 'extendedKeyUsage=timeStamping'];
  pki.issue('tsa-root', { issuer: null, extensions: AUTHORITY, ...early });
  pki.issue('tsa-intermediate', { issuer: 'tsa-root', extensions: tsaAuthority, ...early });
  const tsa = (name: string, issuer: string, key: readonly string[], ...more: readonly string[]) =>
    pki.issue(name, { issuer, extensions: [...TIMESTAMPS, ...more], key, ...early });
  tsa('tsa-p256', 'tsa-root', P256);
  tsa('tsa-rsa', 'tsa-root', ['rsa:3072']);
  tsa('tsa-listed', 'tsa-root', P256, `crlDistributionPoints=URI:${server.base}/tsa.crl`);
  tsa('tsa-under-p384', 'tsa-intermediate', P384);
  tsa('tsa-under-rsa', 'tsa-intermediate', ['rsa:2048']);
});
afterAll(() => server?.close());

/** Has Notation sign with a key and have it timestamped, and trusts the root of whoever does that. */
async function sign(by: string, url: string, root: string, flags: readonly string[] = []): Promise<OnDisk> {
  const verification = { level: 'strict', verifyTimestamp: 'always' };
  const stores = { 'ca:acme': ['root'], 'tsa:acme': [root] };
  const timestamped = ['--timestamp-url', url, '--timestamp-root-cert', pki.at(`${root}.pem`)];
  return signByNotation(pki, [by, 'root'], { stores, verification }, [...timestamped, ...flags]);
}

async function askBoth(made: OnDisk) {
  const [ours, theirs] = await Promise.all([
    askOurs(made, [server.host]),
    askNotation(made, temporaryHome()),
  ]);
  return { both: [ours.said, theirs.said], why: ours.why, theirs: theirs.why };
}

const ACCEPTED = ['pass', 'accepts'] as const;

/** What the timestamp authority of Sigstore signs with: a key of its own making, or one of these under an intermediate. */
const REAL: readonly (readonly [string, key: string | null, hash: string])[] = [
  ['a key of its own', null, 'sha256'],
  ['P-384', 'tsa-under-p384', 'sha384'],
  ['RSA', 'tsa-under-rsa', 'sha512'],
];

/** A signature by a certificate that ends some seconds after it is made, and when that is. */
let ended: { readonly made: OnDisk; readonly ends: number } | null = null;

// One after the other, as each serves its metrics at the same port.
describe.each(REAL)('timestamps by the authority of Sigstore with %s', (_name, by, hash) => {
  let service: Awaited<ReturnType<typeof startTimestamps>>;
  const signed = (signer: string, ...flags: readonly string[]) =>
    sign(signer, `${service.origin}/api/v1/timestamp`, 'root-of-sigstore', flags);

  beforeAll(async () => {
    const chain = pki.at('sigstore.pem');
    if (by !== null) writeFileSync(chain, pki.pem(by, 'tsa-intermediate', 'tsa-root'));
    const files = [`--file-signer-key-path=${pki.at(`${by}.key`)}`, `--certificate-chain-path=${chain}`];
    const signer = by === null ? ['memory'] : ['file', `--timestamp-signer-hash=${hash}`, ...files];
    service = await startTimestamps({ workdir: temporaryHome(), toolsBin }, [
      '--include-chain-in-response',
      '--timestamp-signer',
      ...signer,
    ]);
    const certificates = readFileSync(service.chain, 'utf8').split(/(?<=-----END CERTIFICATE-----\n)/);
    writeFileSync(pki.at('root-of-sigstore.pem'), certificates.at(-1) ?? '');
    if (ended !== null) return;
    const ends = Math.floor(Date.now() / 1_000) + 10;
    pki.issue('ending', {
      issuer: 'root',
      extensions: SIGNER,
      clock: new Date((ends - DAY) * 1_000),
      days: 1,
    });
    ended = { made: await signed('ending'), ends };
  });
  afterAll(() => service?.stop());

  it.each([
    ['jws', 'p256'],
    ['cose', 'p384'],
    ['jws', 'p521'],
    ['cose', 'rsa'],
  ])('count over a %s by %s', async (format, signer) => {
    expect(await askBoth(await signed(signer, '--signature-format', format))).toMatchObject({
      both: ACCEPTED,
    });
  });

  it('do not count where another root is trusted', async () => {
    const made = await signed('p256');
    writeFileSync(join(made.config, 'truststore/x509/tsa/acme/root-of-sigstore.pem'), pki.pem('root'));
    expect(await askBoth(made)).toMatchObject({ both: ['TimestampInvalid', 'refuses'] });
  });
});

/** The trust policy with another text in place of one. */
function changed(made: OnDisk, from: string, to: string): OnDisk {
  const policy = join(made.config, 'trustpolicy.json');
  const text = readFileSync(policy, 'utf8');
  if (!text.includes(from)) throw new Error(`${from} is not in ${text}`);
  writeFileSync(policy, text.replace(from, to));
  return made;
}

const NONE: Partial<TimestampsKnobs> = {};
const BASELINE = '0.4.0.2023.1.1';
const EARLY = ['CertificateInvalid', 'refuses'] as const;
const LATE = ['CertificateExpired', 'refuses'] as const;

/** When they were made: seconds from the first or the last second of the signer's certificate. */
const OPENSSL: readonly (readonly [
  name: string,
  knobs: Partial<TimestampsKnobs>,
  when: readonly ['from' | 'to', number],
  expected: readonly [ours: string, theirs: string],
])[] = [
  ['in the first second', NONE, ['from', 0], ACCEPTED],
  ['a second before', NONE, ['from', -1], EARLY],
  ['in the last second', NONE, ['to', 0], ACCEPTED],
  ['a second after', NONE, ['to', 1], LATE],
  ['true to a second, in the first', { accuracy: 'secs:1' }, ['from', 0], EARLY],
  ['true to a second, in the second', { accuracy: 'secs:1' }, ['from', 1], ACCEPTED],
  ['true to a second, in the last', { accuracy: 'secs:1' }, ['to', 0], LATE],
  ['true to a second, in the last but one', { accuracy: 'secs:1' }, ['to', -1], ACCEPTED],
  ['true to a millisecond, in the first', { accuracy: 'millisecs:1' }, ['from', 0], EARLY],
  ['true to a microsecond, in the first', { accuracy: 'microsecs:1' }, ['from', 0], EARLY],
  ['true to a microsecond, in the last', { accuracy: 'microsecs:1' }, ['to', 0], LATE],
  ['true to an hour, in the first hour', { accuracy: 'secs:3600' }, ['from', 3_599], EARLY],
  ['true to an hour, after the first hour', { accuracy: 'secs:3600' }, ['from', 3_600], ACCEPTED],
  ['of the baseline policy, in the first', { policy: BASELINE }, ['from', 0], EARLY],
  ['of the baseline policy, in the second', { policy: BASELINE }, ['from', 1], ACCEPTED],
  ['of the baseline policy, in the last', { policy: BASELINE }, ['to', 0], LATE],
  [
    'of the baseline policy, true to a millisecond, in the first',
    { policy: BASELINE, accuracy: 'millisecs:1' },
    ['from', 0],
    EARLY,
  ],
  [
    'of the baseline policy, true to a millisecond, in the second',
    { policy: BASELINE, accuracy: 'millisecs:1' },
    ['from', 1],
    ACCEPTED,
  ],
  ['by RSA', { by: 'tsa-rsa' }, ['from', DAY], ACCEPTED],
  ['with SHA-384', { by: 'tsa-rsa', digest: 'sha384' }, ['from', DAY], ACCEPTED],
  ['with SHA-512', { digest: 'sha512' }, ['from', DAY], ACCEPTED],
  ['under an intermediate', { by: 'tsa-under-rsa', along: ['tsa-intermediate'] }, ['from', DAY], ACCEPTED],
  [
    'under an intermediate, with the root',
    { by: 'tsa-under-p384', along: ['tsa-intermediate', 'tsa-root'] },
    ['from', DAY],
    ACCEPTED,
  ],
  ['with a name and in order', { lines: ['ordering = yes', 'tsa_name = yes'] }, ['from', DAY], ACCEPTED],
  [
    'with all certificates named',
    { by: 'tsa-under-rsa', along: ['tsa-intermediate'], lines: ['ess_cert_id_chain = yes'] },
    ['from', DAY],
    ACCEPTED,
  ],
  ['with fractions of a second', { lines: ['clock_precision_digits = 6'] }, ['from', DAY], ACCEPTED],
];

describe('timestamps by `openssl ts`', () => {
  it.each(OPENSSL)('%s', async (_name, knobs, [end, seconds], expected) => {
    const clock = at((end === 'from' ? FROM : TO) + seconds);
    server.serve({ '/tsa': timestampsBy(pki, { by: 'tsa-p256', ...knobs, clock }) });
    expect(await askBoth(await sign('p256', `${server.base}/tsa`, 'tsa-root'))).toMatchObject({
      both: expected,
    });
  });

  it('do not count once their authority is revoked', async () => {
    const timestamps = timestampsBy(pki, { by: 'tsa-listed', clock: at(FROM + DAY) });
    server.serve({ '/tsa': timestamps, '/tsa.crl': listBy(pki, { by: 'tsa-root' }) });
    const made = await sign('p256', `${server.base}/tsa`, 'tsa-root');
    expect(await askBoth(made)).toMatchObject({ both: ACCEPTED });
    server.serve({ '/tsa.crl': listBy(pki, { by: 'tsa-root', revoked: [{ name: 'tsa-listed' }] }) });
    expect(await askBoth(made)).toMatchObject({ both: ['CertificateRevoked', 'refuses'] });
    server.serve({});
    expect(await askBoth(made)).toMatchObject({ both: ['RevocationUnknown', 'refuses'] });
  });
});

describe('a certificate that has ended since it signed', () => {
  it('counts by its timestamp, and by nothing else', async () => {
    if (!ended) throw new Error('nothing was signed');
    const { made, ends } = ended;
    await delay(Math.max(0, ends * 1_000 + 1_500 - Date.now()));
    expect(await askBoth(made)).toMatchObject({ both: ACCEPTED });
    const after = changed(made, '"always"', '"afterCertExpiry"');
    expect(await askBoth(after)).toMatchObject({ both: ACCEPTED });
    const without = changed(after, ',"tsa:acme"', '');
    expect(await askBoth(without)).toMatchObject({ both: LATE });
    expect(await askBoth(changed(without, '"level":"strict"', '"level":"permissive"'))).toMatchObject({
      both: ACCEPTED,
    });
  });
});
