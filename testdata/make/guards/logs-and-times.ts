import { forge, type ForgeKnobs, type SignatureKnobs } from '../../../test/forge/forge.ts';
import type { BundleKnobs } from '../../../test/forge/bundle.ts';
import { digest, key } from '../../../test/forge/keys.ts';
import type { EntryKnobs, LogEntry } from '../../../test/forge/transparency-log.ts';
import { transparencyLog } from '../../../test/forge/transparency-log.ts';
import { timestampAuthority } from '../../../test/forge/timestamp-authority.ts';
import { after, DAY, MINUTE, YEAR } from '../../../test/forge/times.ts';
import type { Guard } from './guard.ts';

type Case = Omit<Guard, 'evidence' | 'trustedRoot' | 'classes'> & {
  readonly sign: SignatureKnobs & BundleKnobs;
  readonly world?: ForgeKnobs;
  readonly classes?: Guard['classes'];
};

const sigstore = forge();
const OTHER = sigstore.sign({ predicate: { of: 'somebody else' } });
const TWIN = sigstore.issue({ names: [{ kind: 'uri', value: 'https://github.com/evil/app' }] }).der;
const other = key('another log', 'ed25519');
const otherOld = key('another log');
const proofOf = (entry: LogEntry): NonNullable<LogEntry['inclusionProof']> => {
  if (!entry.inclusionProof) throw new Error('the entry has no proof');
  return entry.inclusionProof;
};

/** The same deviation in an entry of Rekor v1 and one of Rekor v2. */
const inBoth = (name: string, why: string, entry: EntryKnobs, more: Partial<Case> = {}): readonly Case[] =>
  ([1, 2] as const).map((log) => ({
    ...more,
    name: `${name}-rekor${log}`,
    why: `${why} (Rekor v${log})`,
    sign: { log, entries: [entry] },
  }));

const LOGS: readonly Case[] = [
  ...inBoth(
    'entry-with-another-certificate',
    'the entry names another certificate for the same key',
    { of: { certificate: TWIN } },
    { known: 'CVE-2022-36056; @sigstore/verify does not compare it' },
  ),
  ...inBoth(
    'entry-with-another-key',
    'the entry names a bare key instead of the certificate',
    { of: { certificate: null, key: key('another') } },
    { known: 'CVE-2022-36056' },
  ),
  ...inBoth(
    'entry-of-another-signature',
    'the entry is of another signature over the same',
    { of: { signature: OTHER.signature } },
    { known: 'CVE-2022-23649, CVE-2024-51746' },
  ),
  ...inBoth(
    'entry-of-another-payload',
    'the entry is of another payload',
    { of: { payload: OTHER.payload, data: OTHER.data } },
    { known: 'CVE-2026-22703' },
  ),
  ...inBoth(
    'entry-of-somebody-elses',
    'the entry is genuine, and of another signature, payload and certificate',
    { of: { ...OTHER, certificate: TWIN } },
    { known: 'CVE-2022-23649' },
  ),
  ...inBoth('entry-body-changed', 'the body was changed after it was logged', {
    change: (entry) => {
      const body = Buffer.from(entry.canonicalizedBody, 'base64').toString();
      entry.canonicalizedBody = Buffer.from(body.replace('"kind"', ' "kind"')).toString('base64');
    },
  }),
  ...inBoth('entry-body-says-two-things', 'the body has its specification twice', {
    body: (body) => Buffer.from(body.toString().replace(/"spec":(.*)\}$/s, '"spec":{},"spec":$1}')),
  }),
  ...inBoth(
    'entry-of-another-kind',
    'the bundle says another kind than the body',
    {
      change: (entry) => {
        entry.kindVersion.kind = entry.kindVersion.kind === 'dsse' ? 'hashedrekord' : 'dsse';
      },
    },
    { classes: ['invalid', 'undetermined'] },
  ),
  ...inBoth('entry-without-inclusion', 'neither a promise nor a proof says that the log holds it', {
    promise: false,
    proof: false,
  }),
  ...inBoth('checkpoint-by-another-log', 'another key has signed the checkpoint', {
    promise: false,
    checkpointBy: { key: other, name: 'log2026.rekor.sigstore.test' },
  }),
  ...inBoth('checkpoint-of-another-tree', 'the log has signed another root', {
    checkpoint: { root: digest('sha256', Buffer.from('another tree')) },
  }),
  ...inBoth('proof-index-behind-the-tree', 'the proof says an index that the tree does not have', {
    change: (entry) => {
      proofOf(entry).logIndex = '4';
    },
  }),
  ...inBoth('proof-index-another', 'the proof is for another index of the tree', {
    change: (entry) => {
      proofOf(entry).logIndex = '3';
    },
  }),
  ...inBoth('proof-too-long', 'the proof has a hash too many', {
    change: (entry) => {
      proofOf(entry).hashes.push(digest('sha256', Buffer.alloc(0)).toString('base64'));
    },
  }),
  ...inBoth('proof-too-short', 'the proof lacks a hash', {
    change: (entry) => {
      proofOf(entry).hashes.pop();
    },
  }),
  ...inBoth('proof-root-contradicts', 'the bundle says another root than the checkpoint', {
    change: (entry) => {
      proofOf(entry).rootHash = digest('sha256', Buffer.alloc(0)).toString('base64');
    },
  }),
  ...inBoth('proof-size-contradicts', 'the bundle says another size than the checkpoint', {
    change: (entry) => {
      proofOf(entry).treeSize = '5';
    },
  }),
  {
    name: 'checkpoint-of-another-origin',
    why: "the log's key has signed a checkpoint under another name",
    sign: { entries: [{ checkpoint: { origin: 'another.sigstore.test' } }] },
  },
  {
    name: 'entry-index-contradicts-rekor2',
    why: 'the bundle says another index than the proof, where there is but one',
    sign: {
      entries: [
        {
          change: (entry) => {
            entry.logIndex = '7';
          },
        },
      ],
    },
  },
  {
    name: 'promise-index-changed',
    why: 'the promise is for another index',
    sign: {
      log: 1,
      entries: [
        {
          change: (entry) => {
            entry.logIndex = '7';
          },
        },
      ],
    },
  },
  {
    name: 'promise-time-changed',
    why: 'the promise is for another time',
    sign: {
      log: 1,
      entries: [
        {
          change: (entry) => {
            entry.integratedTime = String(Number(entry.integratedTime) + 60);
          },
        },
      ],
    },
  },
  {
    name: 'promise-by-another-key',
    why: 'another key has signed the promise',
    known: 'CVE-2023-47122',
    sign: { log: 1, entries: [{ promiseBy: otherOld }] },
  },
  {
    name: 'promise-outside-the-logs-window',
    why: 'the log was not trusted any more when it promised',
    world: { rekor1: { valid: { from: after(-YEAR), to: after(-DAY) } } },
    sign: { log: 1 },
  },
  {
    name: 'checkpoint-outside-the-logs-window',
    why: 'the log was not trusted any more when it was signed, by the timestamp',
    world: { rekor2: { valid: { from: after(-YEAR), to: after(-DAY) } } },
    sign: {},
  },
  {
    name: 'entry-of-an-unknown-log',
    why: 'the only entry is of a log that the trusted root does not know',
    sign: { entries: [{ log: transparencyLog({ name: 'stranger.test' }) }] },
    classes: ['undetermined', 'untrusted'],
  },
  {
    name: 'entry-under-the-id-of-another-log',
    why: "an unknown log's entry under the known log's id",
    sign: {
      entries: [
        {
          log: transparencyLog({ name: 'stranger.test' }),
          change: (entry) => {
            entry.logId.keyId = transparencyLog().id.toString('base64');
          },
        },
      ],
    },
  },
  {
    name: 'entry-missing',
    why: 'there is no log entry',
    sign: { entries: [], timestamps: [{}] },
    classes: ['untrusted'],
  },
  {
    name: 'rekor2-time-of-its-own',
    why: 'nobody signs the integrated time of Rekor v2, and there is no other',
    sign: {
      timestamps: [],
      entries: [
        {
          change: (entry) => {
            entry.integratedTime = String(after(0).getTime() / 1000);
          },
        },
      ],
    },
    classes: ['untrusted'],
  },
  {
    name: 'rekor1-time-without-promise',
    why: 'nobody has signed the integrated time of an entry that has a proof alone',
    sign: { log: 1, entries: [{ promise: false }], timestamps: [] },
    classes: ['untrusted'],
  },
  {
    name: 'threshold-entry-twice',
    why: 'two log entries are asked for, and one stands there twice',
    known: 'CVE-2026-49834',
    sign: { entries: [{}, {}] },
    thresholds: { transparencyLogEntries: 2 },
    classes: ['invalid', 'untrusted'],
  },
  {
    name: 'threshold-entry-twice-under-two-indices',
    why: 'the same entry under two indices is one entry',
    known: 'CVE-2026-49834',
    sign: {
      log: 1,
      entries: [{ promise: false }, { promise: false, change: (entry) => (entry.logIndex = '8') }],
      timestamps: [{}],
    },
    thresholds: { transparencyLogEntries: 2 },
    classes: ['invalid', 'untrusted'],
  },
  {
    name: 'threshold-two-entries-of-one-log',
    why: 'two logs are asked for, and both entries are of one',
    known: 'CVE-2026-49834',
    sign: { entries: [{ kind: 'dsse/0.0.2' }, { kind: 'hashedrekord/0.0.2', before: 5 }] },
    thresholds: { transparencyLogEntries: 2 },
    classes: ['invalid', 'untrusted'],
  },
];

const TIMES: readonly Case[] = [
  {
    name: 'timestamp-over-another-signature',
    why: 'the timestamp is over another signature',
    sign: { timestamps: [{ over: OTHER.signature }] },
  },
  {
    name: 'timestamp-without-purpose',
    why: "the authority's certificate has no extended key usage",
    world: { tsas: [{ purposes: [] }] },
    sign: {},
  },
  {
    name: 'timestamp-for-code-signing',
    why: "the authority's certificate is for code signing",
    world: { tsas: [{ purposes: ['codeSigning'] }] },
    sign: {},
  },
  {
    name: 'timestamp-purpose-not-critical',
    why: 'RFC 3161, 2.3: the purpose has to be critical',
    world: { tsas: [{ critical: false }] },
    sign: {},
  },
  {
    name: 'timestamp-for-more-than-time',
    why: 'RFC 3161, 2.3: the certificate has to be for timestamps alone',
    world: { tsas: [{ purposes: ['timeStamping', 'codeSigning'] }] },
    sign: {},
  },
  {
    name: 'timestamp-authority-expired',
    why: "the authority's certificate had expired",
    world: { tsas: [{ to: after(-DAY) }] },
    sign: {},
  },
  {
    name: 'timestamp-authority-root-expired',
    why: 'the root of the timestamp authority had expired',
    known: 'CVE-2024-56138',
    world: { tsas: [{ root: { to: after(-DAY) } }] },
    sign: {},
  },
  {
    name: 'timestamp-authority-outside-its-window',
    why: 'the trusted root vouches for the timestamp authority until the day before',
    world: { tsas: [{ valid: { from: after(-YEAR), to: after(-DAY) } }] },
    sign: {},
  },
  {
    name: 'timestamp-by-another-key',
    why: 'another key has signed the timestamp',
    sign: { timestamps: [{ signWith: key('another authority') }] },
  },
  {
    name: 'timestamp-by-another-certificate',
    why: 'the authority of the same name and number, with another key, has signed',
    known: 'CVE-2026-39984',
    sign: { timestamps: [{ by: { ...timestampAuthority().chain[0], key: key('another authority') } }] },
  },
  {
    name: 'timestamp-digest-of-another-content',
    why: 'the signed attributes are for another content',
    sign: { timestamps: [{ messageDigest: digest('sha256', Buffer.from('another')) }] },
  },
  {
    name: 'timestamp-of-another-content-type',
    why: 'what is signed is no timestamp',
    sign: { timestamps: [{ contentType: '1.2.840.113549.1.7.1' }] },
  },
  {
    name: 'timestamp-rejected',
    why: 'the response says that the request was rejected',
    sign: { timestamps: [{ status: 2 }] },
  },
  {
    name: 'timestamp-of-an-unknown-authority',
    why: 'the trusted root does not know the timestamp authority',
    sign: { timestamps: [{ by: timestampAuthority({ name: 'stranger' }).chain[0] }] },
    classes: ['undetermined', 'untrusted'],
  },
  {
    name: 'timestamp-missing',
    why: 'there is no verified time',
    sign: { timestamps: [] },
    classes: ['untrusted'],
  },
  {
    name: 'threshold-timestamp-twice',
    why: 'two timestamps are asked for, and one stands there twice',
    known: 'CVE-2026-49834',
    sign: { timestamps: [{}, {}] },
    thresholds: { timestamps: 2 },
    classes: ['invalid', 'untrusted'],
  },
  {
    name: 'threshold-timestamps-of-one-authority',
    why: 'two timestamps are asked for, and both are of one authority',
    known: 'CVE-2026-49834',
    sign: { timestamps: [{}, { at: after(MINUTE) }] },
    thresholds: { timestamps: 2 },
    classes: ['invalid', 'untrusted'],
  },
  {
    name: 'threshold-log-time-for-timestamp',
    why: 'a signed timestamp is asked for, and only the log promises a time',
    sign: { log: 1 },
    thresholds: { timestamps: 1 },
    classes: ['untrusted'],
  },
];

export function logAndTimeGuards(): readonly Guard[] {
  return [
    ...LOGS.map((one) => made(one, ['invalid'])),
    // A timestamp that does not verify may count as one that is not there.
    ...TIMES.map((one) => made(one, ['invalid', 'untrusted'])),
  ];
}

function made({ sign, world = {}, classes, ...rest }: Case, usual: Guard['classes']): Guard {
  const instance = forge(world);
  return {
    ...rest,
    classes: classes ?? usual,
    evidence: instance.bundle(sign),
    trustedRoot: instance.trustedRoot(),
  };
}
