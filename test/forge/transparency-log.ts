import { json } from '@sigstore/core';
import { auditPath, leafHash, treeRoot } from '../sigstore/merkle.ts';
import { digest, key, type Key, type KeyKind } from './keys.ts';
import { type EntryKind, logBody } from './log-body.ts';
import type { Signed } from './signed.ts';
import { after, type Period, SIGNED_AT, YEAR } from './times.ts';

export interface LogKnobs {
  readonly name?: string;
  /** 1 signs its promises and puts everything under one index; 2 signs checkpoints alone. */
  readonly version?: 1 | 2;
  readonly keyKind?: KeyKind;
  readonly valid?: Period;
}

/** What is said of an entry; every knob that is left out says what is true. */
export interface EntryKnobs {
  readonly kind?: EntryKind;
  /** What the entry is of, where that is not all the signature's own. */
  readonly of?: Partial<Signed>;
  /** The body, where it is not the canonical one of its kind. */
  readonly body?: (body: Buffer) => Buffer;
  /** Leaves in the tree before and behind the entry. */
  readonly before?: number;
  readonly behind?: number;
  readonly integratedTime?: Date;
  /** The signed entry timestamp; not there in Rekor v2. */
  readonly promise?: boolean;
  readonly promiseBy?: Key;
  readonly proof?: boolean;
  /** Who signs the checkpoint, under which name. */
  readonly checkpointBy?: { readonly key: Key; readonly name: string };
  /** Further lines of signatures in the checkpoint, before and behind the log's own. */
  readonly witnesses?: readonly { readonly name: string; readonly key: Key; readonly first?: boolean }[];
  /** The checkpoint, where it is not of this tree; it is signed as it is given here. */
  readonly checkpoint?: { readonly size?: number; readonly root?: Buffer; readonly origin?: string };
  /** The last word on the entry, as JSON. */
  readonly change?: (entry: LogEntry) => void;
}

/** A log entry as a bundle holds it (protobuf-specs, sigstore_rekor.proto, as JSON). */
export interface LogEntry {
  logIndex: string;
  logId: { keyId: string };
  kindVersion: { kind: string; version: string };
  integratedTime?: string;
  inclusionPromise?: { signedEntryTimestamp: string };
  inclusionProof?: {
    logIndex: string;
    rootHash: string;
    treeSize: string;
    hashes: string[];
    checkpoint: { envelope: string };
  };
  canonicalizedBody: string;
}

export interface TransparencyLog {
  readonly url: string;
  readonly name: string;
  readonly version: 1 | 2;
  readonly key: Key;
  readonly id: Buffer;
  readonly valid: Period;
  readonly enter: (signed: Signed, knobs?: EntryKnobs) => LogEntry;
}

/** Rekor v1 counts over all of its trees; this one began before the present tree did. */
const EARLIER_ENTRIES = 1_000;

export function transparencyLog(knobs: LogKnobs = {}): TransparencyLog {
  const { version = 2, name = version === 1 ? 'rekor.sigstore.test' : 'log2026.rekor.sigstore.test' } = knobs;
  const { keyKind = version === 1 ? 'p256' : 'ed25519', valid = { from: after(-YEAR), to: null } } = knobs;
  const own = key(`transparency log ${name}`, keyKind);
  const log = { url: `https://${name}`, name, version, key: own, id: logId(own, name, version), valid };
  return { ...log, enter: (signed, how = {}) => enter(log, signed, how) };
}

/** Rekor v1 is known by the hash of its key, Rekor v2 as the signed note's key hash has it (C2SP, signed-note.md). */
function logId(own: Key, name: string, version: 1 | 2): Buffer {
  if (version === 1 || own.kind !== 'ed25519') return digest('sha256', own.spki);
  return digest('sha256', Buffer.from(`${name}\n\u0001`), own.raw);
}

function enter(log: Omit<TransparencyLog, 'enter'>, signed: Signed, knobs: EntryKnobs): LogEntry {
  const {
    kind = defaultKind(log.version, signed),
    before = 2,
    behind = 1,
    integratedTime = SIGNED_AT,
  } = knobs;
  const canonical = logBody(kind, { ...signed, ...knobs.of });
  const body = knobs.body?.(canonical) ?? canonical;
  const other = (index: number): Buffer => leafHash(Buffer.from(`another entry of ${log.name}: ${index}`));
  const leaves = [
    ...Array.from({ length: before }, (_, index) => other(index)),
    leafHash(body),
    ...Array.from({ length: behind }, (_, index) => other(before + 1 + index)),
  ];
  const [name = '', version = ''] = kind.split('/');
  const rekor1 = log.version === 1;
  const entry: LogEntry = {
    logIndex: String(rekor1 ? EARLIER_ENTRIES + before : before),
    logId: { keyId: log.id.toString('base64') },
    kindVersion: { kind: name, version },
    ...(rekor1 ? { integratedTime: String(seconds(integratedTime)) } : {}),
    canonicalizedBody: body.toString('base64'),
  };
  if (knobs.promise ?? rekor1) {
    const promised = json.canonicalize({
      body: entry.canonicalizedBody,
      integratedTime: seconds(integratedTime),
      logID: log.id.toString('hex'),
      logIndex: Number(entry.logIndex),
    });
    const promise = (knobs.promiseBy ?? log.key).sign(Buffer.from(promised), 'sha256');
    entry.inclusionPromise = { signedEntryTimestamp: promise.toString('base64') };
  }
  if (knobs.proof ?? true) {
    const root = treeRoot(leaves);
    entry.inclusionProof = {
      logIndex: String(before),
      rootHash: root.toString('base64'),
      treeSize: String(leaves.length),
      hashes: auditPath(leaves, before).map((hash) => hash.toString('base64')),
      checkpoint: { envelope: checkpoint(log, { size: leaves.length, root, ...knobs.checkpoint }, knobs) },
    };
  }
  knobs.change?.(entry);
  return entry;
}

const seconds = (time: Date): number => Math.floor(time.getTime() / 1000);

function defaultKind(version: 1 | 2, { payloadType }: Signed): EntryKind {
  if (version === 2) return 'hashedrekord/0.0.2';
  return payloadType === null ? 'hashedrekord/0.0.1' : 'dsse/0.0.1';
}

/** C2SP, tlog-checkpoint.md: origin, size and root, signed as a note. */
function checkpoint(
  log: Omit<TransparencyLog, 'enter'>,
  tree: { readonly size: number; readonly root: Buffer; readonly origin?: string },
  { checkpointBy = { key: log.key, name: log.name }, witnesses = [] }: EntryKnobs,
): string {
  const { origin = log.version === 1 ? `${log.name} - 2605736670972794746` : log.name } = tree;
  const note = `${origin}\n${tree.size}\n${tree.root.toString('base64')}\n`;
  const own = noteSignature(
    checkpointBy.name,
    logId(checkpointBy.key, checkpointBy.name, log.version).subarray(0, 4),
    checkpointBy.key.sign(Buffer.from(note), 'sha256'),
  );
  const lines = (first: boolean): string =>
    witnesses
      .filter((witness) => (witness.first ?? false) === first)
      .map((witness) => cosignature(witness.name, witness.key, note))
      .join('');
  return `${note}\n${lines(true)}${own}${lines(false)}`;
}

/** C2SP, signed-note.md: a line of a signature. */
function noteSignature(name: string, hint: Buffer, signature: Buffer): string {
  return `\u2014 ${name} ${Buffer.concat([hint, signature]).toString('base64')}\n`;
}

/** C2SP, tlog-cosignature.md: a witness vouches for having seen the checkpoint. */
function cosignature(name: string, by: Key, note: string): string {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(seconds(SIGNED_AT)));
  const hint = digest('sha256', Buffer.from(`${name}\n\u0004`), by.raw).subarray(0, 4);
  const message = `cosignature/v1\ntime ${seconds(SIGNED_AT)}\n${note}`;
  return noteSignature(name, hint, Buffer.concat([time, by.sign(Buffer.from(message))]));
}
