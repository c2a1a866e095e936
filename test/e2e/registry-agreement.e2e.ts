import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { COLLECTORS } from '../../src/evidence/collectors.ts';
import type { Outcome } from '../../src/reasons.ts';
import { createAuthorization } from '../../src/registry/authorization.ts';
import { noCredentials } from '../../src/registry/credential.ts';
import { createDistributionRegistry } from '../../src/registry/distribution.ts';
import { createEndpoints } from '../../src/registry/endpoint.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { createSession } from '../../src/registry/session.ts';
import { readTagList } from '../../src/registry/tag-list.ts';
import { createTransport } from '../../src/registry/transport.ts';
import { createWire } from '../../src/registry/wire.ts';
import { type Client, connect } from '../../testdata/make/client.ts';
import {
  type LoopbackRegistry,
  startCraneRegistry,
  startDockerRegistry,
  startOlareg,
} from '../sigstore/registry.ts';
import { run } from '../sigstore/run.ts';
import type { Running } from '../sigstore/servers.ts';
import { buildTools, temporaryDirectory } from './bench.ts';
import { fallbackTag, withFallbackTags } from './fallback.ts';
import { restore } from './restore.ts';

/** Signatures as referrers; as tags; both; and no evidence at all. */
const REPOSITORIES = ['shop/cart', 'shop/checkout', 'shop/wishlist', 'shop/frontend'];
const SUFFIXES = ['sig', 'att', 'sbom'];
const KINDS = ['olareg', 'docker-registry', 'crane registry serve'] as const;

const Listed = z.object({ manifests: z.array(z.object({ digest: z.string() })) });

interface Populated {
  readonly server: LoopbackRegistry;
  readonly client: Client;
  /** The digest of each repository's `v1`. */
  readonly digests: ReadonlyMap<string, string>;
}

const { path: directory, remove } = temporaryDirectory();
const running: Running[] = [];
const places = new Map<string, Populated>();
let crane: string;

beforeAll(async () => {
  const toolsBin = buildTools();
  crane = join(toolsBin, 'crane');
  const servers = [
    await startOlareg({ workdir: directory, toolsBin }),
    await startDockerRegistry({ workdir: directory }),
    await startCraneRegistry({ workdir: directory, toolsBin }),
  ];
  running.push(...servers);
  for (const [at, server] of servers.entries()) {
    const plain = connect(server.url);
    const hasApi = (await fetch(`${server.url}/v2/x/referrers/sha256:${'0'.repeat(64)}`)).status === 200;
    const client = hasApi ? plain : withFallbackTags(plain);
    const digests = new Map<string, string>();
    for (const repository of REPOSITORIES)
      digests.set(
        repository,
        await restore(`registry.example.com/${repository}`, { client, host: server.host, repository }),
      );
    places.set(KINDS[at] ?? '', { server, client, digests });
  }
});

afterAll(async () => {
  for (const service of running.toReversed()) await service.stop();
  remove();
});

function placeOf(kind: string): Populated {
  const place = places.get(kind);
  if (!place) throw new Error(kind);
  return place;
}

function options({ server }: Populated) {
  return {
    clock: () => new Date(),
    credentials: noCredentials,
    plainHttp: new Set([server.host]),
    insecure: new Set<string>(),
    userAgent: 'test',
    concurrencyPerHost: 4,
  };
}

async function using<T>(place: Populated, work: (registry: Registry) => Promise<T>): Promise<T> {
  const registry = createDistributionRegistry(options(place));
  try {
    return await work(registry);
  } finally {
    await registry.close();
  }
}

async function tagList(place: Populated, repository: string): Promise<readonly string[] | null> {
  const wire = createWire({ ...options(place), requestMs: 5_000, transferMs: 5_000 });
  const clock = () => new Date();
  const transport = createTransport(wire, clock, undefined);
  const authorization = createAuthorization(transport, noCredentials, clock);
  const session = createSession(transport, authorization, createEndpoints(new Set([place.server.host])));
  const tags = await readTagList(session, repository);
  await wire.close();
  return tags === null ? null : [...tags].sort();
}

/** What crane prints, or nothing where it fails. */
async function asCrane(...args: readonly string[]): Promise<string | null> {
  const { code, stdout } = await run(crane, args, { cwd: directory, env: { HOME: directory } });
  return code === 0 ? stdout : null;
}

function given<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(outcome.fault.message);
}

describe.each(KINDS)('%s', (kind) => {
  it.each(REPOSITORIES)('lists the tags of %s as crane says', async (path) => {
    const place = placeOf(kind);
    const repository = `${place.server.host}/${path}`;
    const listed = (await asCrane('ls', repository))?.trim().split('\n').sort();
    expect(await tagList(place, repository)).toEqual(listed);
    expect(listed).toContain('v1');
  });

  it.each(REPOSITORIES)('has behind each tag of %s what crane says, by tag and by digest', async (path) => {
    const place = placeOf(kind);
    const repository = `${place.server.host}/${path}`;
    const absent = SUFFIXES.map((suffix) => `sha256-${'0'.repeat(64)}.${suffix}`);
    const tags = [...((await asCrane('ls', repository))?.trim().split('\n') ?? []), ...absent];
    await using(place, async (registry) => {
      for (const tag of tags) {
        const found = given(await registry.tag(repository, tag));
        expect(found?.digest ?? null).toBe((await asCrane('digest', `${repository}:${tag}`))?.trim() ?? null);
        const text = found && Buffer.from(found.bytes).toString();
        expect(text).toBe(await asCrane('manifest', `${repository}:${tag}`));
        if (found === null) continue;
        const byDigest = await using(place, (other) => other.manifest(repository, found.digest));
        expect(given(byDigest)?.bytes).toEqual(found.bytes);
      }
    });
  });

  it.each(REPOSITORIES)('has the referrers of %s that it keeps, each as crane reads it', async (path) => {
    const place = placeOf(kind);
    const repository = `${place.server.host}/${path}`;
    const digest = place.digests.get(path) ?? '';
    await using(place, async (registry) => {
      const { via, descriptors } = given(await registry.referrers(repository, digest));
      expect(descriptors.map((one) => one.digest).sort()).toEqual(
        [...(await place.client.referrers(path, digest))].sort(),
      );
      const kept = via === 'tag' && descriptors.length > 0 ? fallbackTag(digest) : null;
      const index = kept === null ? null : await asCrane('manifest', `${repository}:${kept}`);
      const listed = index === null ? descriptors : Listed.parse(JSON.parse(index)).manifests;
      expect(descriptors.map((one) => one.digest)).toEqual(listed.map((one) => one.digest));
      for (const one of descriptors) {
        const manifest = given(await registry.manifest(repository, one.digest));
        expect(manifest && Buffer.from(manifest.bytes).toString()).toBe(
          await asCrane('manifest', `${repository}@${one.digest}`),
        );
        expect(manifest?.content.subject?.digest).toBe(digest);
      }
    });
  });

  it('gives the same evidence of each image alone and among others of one repository', async () => {
    const place = placeOf(kind);
    const repository = `${place.server.host}/shop/all`;
    const home = { client: place.client, host: place.server.host, repository: 'shop/all' };
    const digests: string[] = [];
    for (const one of REPOSITORIES) digests.push(await restore(`registry.example.com/${one}`, home));
    const collect = (registry: Registry, digest: string) =>
      Promise.all(COLLECTORS.map((collector) => collector.collect(registry, repository, digest)));
    const alone = await Promise.all(
      digests.map((digest) => using(place, (registry) => collect(registry, digest))),
    );
    for (const order of [digests, digests.toReversed()]) {
      const together = await using(place, (registry) =>
        Promise.all(order.map((digest) => collect(registry, digest))),
      );
      expect(order === digests ? together : together.toReversed()).toEqual(alone);
    }
  });
});
