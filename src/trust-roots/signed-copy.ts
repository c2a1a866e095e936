import { createHash } from 'node:crypto';
import { Metadata, MetadataKind } from '@tufjs/models';
import { z } from 'zod';
import { copyIn, type CopyStore, type Kept, readKept } from './copy-store.ts';
import { type KeptRoot, repositoryId } from './kept-root.ts';

/** The target of a Sigstore TUF repository that says whom to trust. */
const TARGET = 'trusted_root.json';
const json = z.record(z.string(), z.json());

/**
 * A store that knows of a repository what came with evidence, where nothing else is here: no copy that TUF has brought, and none that
 * came with the program. What came is outside data, and taken only if the repository has signed it by the root.json that the policy names.
 */
export function withCarried(store: CopyStore | null, carried: Readonly<Record<string, unknown>>): CopyStore {
  return {
    directory: store?.directory ?? '',
    read(root) {
      const kept = store?.read(root) ?? null;
      if (copyIn(kept) || root.shipped()) return kept;
      const came = readKept(carried[repositoryId(root)]);
      return came && isSigned(root, came) ? came : kept;
    },
    write: (...asked) => store?.write(...asked) ?? false,
  };
}

/**
 * Whether a repository has signed what is said of it (TUF specification, 5.3 to 5.7): from the first root.json over the one that came to
 * the trusted root, every signature, threshold, version, length and hash. Only expiry is not held against it: where evidence is carried
 * to, nobody can ask for what is newer.
 */
function isSigned({ firstRoot }: KeptRoot, { metadata, trustedRoot }: Kept): boolean {
  const file = (name: string): Buffer => Buffer.from(metadata[name] ?? '');
  const parsed = (bytes: Uint8Array) => json.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  try {
    const first = Metadata.fromJSON(MetadataKind.Root, parsed(firstRoot));
    const root = Metadata.fromJSON(MetadataKind.Root, parsed(file('root.json')));
    // Of the versions between them nothing is kept: their keys must have signed the last one as well.
    first.verifyDelegate(MetadataKind.Root, first);
    first.verifyDelegate(MetadataKind.Root, root);
    root.verifyDelegate(MetadataKind.Root, root);
    if (root.signed.version < first.signed.version) return false;

    const timestamp = Metadata.fromJSON(MetadataKind.Timestamp, parsed(file('timestamp.json')));
    root.verifyDelegate(MetadataKind.Timestamp, timestamp);
    timestamp.signed.snapshotMeta.verify(file('snapshot.json'));
    const snapshot = Metadata.fromJSON(MetadataKind.Snapshot, parsed(file('snapshot.json')));
    root.verifyDelegate(MetadataKind.Snapshot, snapshot);
    if (snapshot.signed.version !== timestamp.signed.snapshotMeta.version) return false;
    const listed = snapshot.signed.meta['targets.json'];
    listed?.verify(file('targets.json'));
    const targets = Metadata.fromJSON(MetadataKind.Targets, parsed(file('targets.json')));
    root.verifyDelegate(MetadataKind.Targets, targets);
    if (targets.signed.version !== listed?.version) return false;

    const target = targets.signed.targets[TARGET];
    const bytes = Buffer.from(trustedRoot?.text ?? '');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return target?.hashes['sha256'] === sha256 && target.length === bytes.length;
  } catch {
    return false;
  }
}
