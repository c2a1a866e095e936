import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { notationPolicy } from '../cmd/notation-config.ts';
import { readBounded } from '../cmd/policy-files.ts';
import { audit } from '../src/audit.ts';
import { COLLECTORS } from '../src/evidence/collectors.ts';
import { recordedRevocation, recordRevocation } from '../src/evidence/recorded-revocation.ts';
import { createRevocationClient, type RevocationClient } from '../src/evidence/revocation-client.ts';
import { REQUEST_MS } from '../src/limits.ts';
import { loadPolicy } from '../src/policy/load.ts';
import { saveAt } from '../src/registry/evidence-archive.ts';
import { mergeEvidence } from '../src/registry/evidence-merge.ts';
import { digestOf } from '../src/registry/digest.ts';
import { openLayout } from '../src/registry/layout.ts';
import { writeLayout } from '../src/registry/layout-writer.ts';
import { recordRegistry } from '../src/registry/recording.ts';
import type { Registry } from '../src/registry/registry.ts';
import { readTrustStore } from '../src/trust-roots/notation-store.ts';
import { publicGoodRoot } from '../src/verify/public-good.ts';
import { createImageSource } from '../src/workloads/images.ts';
import { IMAGE, REPOSITORY } from './forge/notation.ts';
import { type OnDisk, writeCase } from './notation/disk.ts';
import { type RevocationCase, revocationCases } from './notation/revocation-cases.ts';
import { close, listen } from './sigstore/loopback.ts';

const NOW = new Date();
const IN_TWO_DAYS = new Date(NOW.getTime() + 2 * 86_400_000);

let server: Server;
let base = '';
let served: RevocationCase['served'] = {};
let asked = 0;
let scratch = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    asked += 1;
    const path = Object.keys(served).find((one) => request.url?.startsWith(one));
    const answer = path === undefined ? 404 : (served[path] ?? 404);
    if (typeof answer === 'number') response.writeHead(answer).end();
    else response.end(answer);
  });
  base = await listen(server);
});
afterAll(() => close(server));
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'revocation-'));
  asked = 0;
});
afterEach(() => rmSync(scratch, { recursive: true }));

/** As a report is read on either side of an air gap: all of it but `metadata`. */
async function report(
  config: string,
  registry: Registry,
  revocation: RevocationClient | null,
  judgedAt = NOW,
): Promise<string> {
  const files = [notationPolicy(config, { cwd: '/' })];
  const read = (path: string, limit: number) => readBounded(path, path, limit);
  const loaded = loadPolicy(files, [publicGoodRoot()], read, undefined, readTrustStore);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const said = await audit({
    source: createImageSource([`${REPOSITORY}@${IMAGE.digest}`]),
    registry,
    collectors: COLLECTORS,
    policy: loaded.policy,
    trust: loaded.policy.trust,
    revocation,
    platform: null,
    concurrency: 1,
    timeout: 30_000,
    failOn: 'unknown',
    generatedAt: NOW,
    judgedAt,
    tool: 'test',
  });
  return JSON.stringify({ ...said, metadata: null }, null, 1);
}

async function open(path: string) {
  const layout = await openLayout(path);
  if (!layout.ok) throw new Error(layout.fault.message);
  return layout.value;
}

/** What an audit says that saves its evidence in `into`. */
async function saving({ config, layout }: OnDisk, into: string): Promise<string> {
  const clock = () => NOW;
  const client = createRevocationClient({
    clock,
    insecure: new Set(),
    allowRedirect: new Set([new URL(base).host]),
    userAgent: 'test',
    concurrencyPerHost: 8,
    requestMs: REQUEST_MS,
  });
  try {
    const recorder = recordRegistry(await open(layout), clock);
    const asking = recordRevocation(client, clock);
    const said = await report(config, recorder.registry, asking.client);
    const { answers, contents } = asking.recorded();
    const recording = {
      ...recorder.recorded(),
      revocation: answers,
      contents: new Map([...recorder.recorded().contents, ...contents]),
    };
    const saved = await saveAt(into, (directory) => writeLayout(directory, recording, null, 'test'));
    expect(saved).toMatchObject({ ok: true });
    return said;
  } finally {
    await client.close();
  }
}

/** What an audit of saved evidence says. */
async function replayed({ config }: OnDisk, from: string, judgedAt = NOW): Promise<string> {
  const saved = await open(from);
  try {
    const client = saved.revocation ? recordedRevocation(saved.revocation) : null;
    return await report(config, saved, client, judgedAt);
  } finally {
    await saved.close();
  }
}

function made(name: string): OnDisk {
  const one = revocationCases(base).find(
    (each) => each.name.replace(/^revocation: /, '') === name.replace(/^revocation: /, ''),
  );
  if (!one) throw new Error(`no case is named ${name}`);
  ({ served } = one);
  return writeCase(one);
}

const TYPICAL = [
  ['a list that does not name it', 'SignatureVerified'],
  ['a list that names it', 'CertificateRevoked'],
  ['changes that name it', 'CertificateRevoked'],
  ['changes that are not there', 'RevocationUnknown'],
  ['a responder that says good', 'SignatureVerified'],
  ['a responder that is down', 'RevocationUnknown'],
  ['a list that names it where the responder is down', 'CertificateRevoked'],
] as const;

describe('an audit of saved evidence', () => {
  it.each(TYPICAL)('says of %s what the audit said that saved it, and asks nobody', async (name, reason) => {
    const disk = made(name);
    const first = await saving(disk, scratch);
    expect(first).toContain(`"${reason}"`);
    asked = 0;
    expect(await replayed(disk, scratch)).toBe(first);
    expect(asked).toBe(0);
  });

  it.each(['a list that does not name it', 'a responder that says good'])(
    'holds %s against the time that it judges at',
    async (name) => {
      const disk = made(name);
      expect(await saving(disk, scratch)).toContain('"SignatureVerified"');
      const later = await replayed(disk, scratch, IN_TWO_DAYS);
      expect(later).toContain('"RevocationUnknown"');
      expect(later).toContain('it held until');
    },
  );

  it('knows of revocation what came along in an archive, and what was added from another save', async () => {
    const disk = made('a list that names it');
    const archive = join(scratch, 'evidence.tar.gz');
    const first = await saving(disk, archive);
    expect(await replayed(disk, archive)).toBe(first);
    const [from, into] = [join(scratch, 'from'), join(scratch, 'into')];
    await saving(disk, from);
    expect(await mergeEvidence(from, into, 'test')).toMatchObject({ ok: true });
    expect(await replayed(disk, into)).toBe(first);
  });

  it('is complete for whoever copies what the layout names', async () => {
    await saving(made('changes that name it'), scratch);
    const named = new Set<string>();
    const follow = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      if ('digest' in value && typeof value.digest === 'string' && !named.has(value.digest)) {
        named.add(value.digest);
        if ('mediaType' in value && /manifest|index/.test(String(value.mediaType)))
          follow(JSON.parse(readFileSync(join(scratch, 'blobs', ...value.digest.split(':')), 'utf8')));
      }
      for (const one of Object.values(value)) follow(one);
    };
    follow(JSON.parse(readFileSync(join(scratch, 'index.json'), 'utf8')));
    const lists = Object.values(served).flatMap((one) => (Buffer.isBuffer(one) ? [one] : []));
    expect(lists).toHaveLength(2);
    for (const list of lists) expect(named).toContain(digestOf(list));
  });

  it('does not believe a list that was changed since', async () => {
    const disk = made('a list that does not name it');
    await saving(disk, scratch);
    const list = Object.values(served)[0];
    if (!Buffer.isBuffer(list)) throw new Error('no list is served');
    const hex = createHash('sha256').update(list).digest('hex');
    writeFileSync(join(scratch, 'blobs', 'sha256', hex), list.toReversed());
    expect(await replayed(disk, scratch)).toContain('"RevocationUnknown"');
  });

  it('says of what was not saved what is said where nobody is asked', async () => {
    const { config, layout } = made('a list that does not name it');
    const registry = await open(layout);
    const said = await report(config, registry, null);
    expect(said).toContain('nobody is asked with --offline and --evidence');
    expect(
      await report(
        config,
        registry,
        recordedRevocation(() => null),
      ),
    ).toBe(said);
  });
});
