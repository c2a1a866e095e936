import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { canonicalize } from '@tufjs/canonical-json';

/** A key of a TUF role. */
export interface TufKey {
  readonly id: string;
  readonly public: {
    readonly keytype: string;
    readonly scheme: string;
    readonly keyval: { readonly public: string };
  };
  readonly private: KeyObject;
}

export function tufKey(): TufKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
  const key = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: raw } };
  return { id: sha256(canonicalize(key)), public: key, private: privateKey };
}

/** What a repository says; every test changes what it wants to go wrong. */
interface TufState {
  rootVersion: number;
  rootKeys: readonly TufKey[];
  /** The keys that sign root.json, where they are not `rootKeys`. */
  rootSigners: readonly TufKey[] | null;
  rootThreshold: number;
  key: TufKey;
  /** The key that signs timestamp.json, where it is not `key`. */
  timestampSigner: TufKey | null;
  version: number;
  expires: string;
  target: Buffer;
  /** The bytes that are served in place of the target's. */
  served: Buffer | null;
}

const FUTURE = '2999-01-01T00:00:00Z';
export const PAST = '2001-01-01T00:00:00Z';

type Handler = (path: string) => 'hang' | 'endless' | { readonly redirect: string } | number | null;

/** A TUF repository on loopback, signed anew whenever it is published. */
export interface TufRepository {
  readonly mirror: string;
  readonly state: TufState;
  /** The paths that were asked for. */
  readonly asked: string[];
  /** The first root.json. */
  readonly firstRoot: Buffer;
  /** Publishes the state; root.json gets a file of its own for each version. */
  publish(): void;
  /** What is done instead of an honest answer. */
  misbehave: Handler;
  close(): Promise<void>;
}

export async function tufRepository(target: Buffer): Promise<TufRepository> {
  const files = new Map<string, Buffer>();
  const state: TufState = {
    rootVersion: 1,
    rootKeys: [tufKey(), tufKey()],
    rootSigners: null,
    rootThreshold: 2,
    key: tufKey(),
    timestampSigner: null,
    version: 1,
    expires: FUTURE,
    target,
    served: null,
  };
  const asked: string[] = [];
  const publish = (): void => {
    for (const [path, bytes] of signedFiles(state)) files.set(path, bytes);
  };
  publish();
  const firstRoot = files.get('/1.root.json') ?? Buffer.alloc(0);
  const repository = { misbehave: (() => null) as Handler };
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const wrong = repository.misbehave(path);
    const bytes = files.get(path);
    if (wrong === 'hang') return;
    if (wrong === 'endless') {
      const drip = () => {
        while (response.write(Buffer.alloc(65_536, ' ')));
        response.once('drain', drip);
      };
      drip();
    } else if (typeof wrong === 'number') response.writeHead(wrong).end('no');
    else if (wrong !== null) response.writeHead(302, { location: wrong.redirect }).end();
    else if (bytes) response.end(bytes);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(repository, {
    mirror: `http://127.0.0.1:${port}`,
    state,
    asked,
    firstRoot,
    publish,
    close: () => stop(server),
  });
}

function signedFiles(state: TufState): [string, Buffer][] {
  const { key, version, expires, target } = state;
  const common = { spec_version: '1.0.31', version, expires };
  const root = rootOf(state);
  const targets = signed(
    {
      ...common,
      _type: 'targets',
      targets: { 'trusted_root.json': { length: target.length, hashes: { sha256: sha256(target) } } },
    },
    [key],
  );
  const snapshot = signed(
    {
      ...common,
      _type: 'snapshot',
      meta: { 'targets.json': { version, length: targets.length, hashes: { sha256: sha256(targets) } } },
    },
    [key],
  );
  const timestamp = signed(
    {
      ...common,
      _type: 'timestamp',
      meta: { 'snapshot.json': { version, length: snapshot.length, hashes: { sha256: sha256(snapshot) } } },
    },
    [state.timestampSigner ?? key],
  );
  return [
    [`/${state.rootVersion}.root.json`, root],
    ['/timestamp.json', timestamp],
    [`/${version}.snapshot.json`, snapshot],
    [`/${version}.targets.json`, targets],
    [`/targets/${sha256(target)}.trusted_root.json`, state.served ?? target],
  ];
}

function rootOf({ rootVersion, rootKeys, rootSigners, rootThreshold, key }: TufState): Buffer {
  const role = { keyids: [key.id], threshold: 1 };
  const root = {
    _type: 'root',
    spec_version: '1.0.31',
    version: rootVersion,
    expires: FUTURE,
    consistent_snapshot: true,
    keys: Object.fromEntries([...rootKeys, key].map((one) => [one.id, one.public])),
    roles: {
      root: { keyids: rootKeys.map(({ id }) => id), threshold: rootThreshold },
      timestamp: role,
      snapshot: role,
      targets: role,
    },
  };
  return signed(root, rootSigners ?? rootKeys);
}

function signed(body: object, keys: readonly TufKey[]): Buffer {
  const bytes = Buffer.from(canonicalize(body));
  const signatures = keys.map((key) => ({
    keyid: key.id,
    sig: sign(null, bytes, key.private).toString('hex'),
  }));
  return Buffer.from(JSON.stringify({ signatures, signed: body }));
}

function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
