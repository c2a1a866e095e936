import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { run } from '../../cmd/fake-io.fixture.ts';
import { connect } from '../../testdata/make/client.ts';
import { type LoopbackRegistry, startOlareg } from '../sigstore/registry.ts';
import { freePorts } from '../sigstore/servers.ts';
import { buildTools, temporaryDirectory } from './bench.ts';
import { REPOSITORY_ROOT } from './program.ts';
import { restore } from './restore.ts';

const Report = z.object({
  metadata: z.object({ hosts: z.array(z.string()) }),
  workloads: z.tuple([
    z.object({
      containers: z.tuple([
        z.object({
          image: z.object({ reference: z.string(), repository: z.string(), digest: z.string().nullable() }),
          findings: z.array(
            z.object({ check: z.string(), status: z.string(), reason: z.string(), message: z.string() }),
          ),
        }),
      ]),
    }),
  ]),
});

const { path: directory, remove } = temporaryDirectory();
let server: LoopbackRegistry;
/** Where nothing listens: a registry that an air gap hides. */
let hidden: string;
let digest: string;
let other: string;

beforeAll(async () => {
  server = await startOlareg({ workdir: directory, toolsBin: buildTools() });
  const [port = 0] = await freePorts(1);
  hidden = `127.0.0.1:${port}`;
  const client = connect(server.url);
  const home = (repository: string) => ({ client, host: server.host, repository });
  digest = await restore('registry.example.com/shop/refund', home('mirror/shop/refund'));
  await restore('registry.example.com/shop/refund', home('origin/shop/refund'));
  // In the mirror `moved` is what nobody has signed.
  other = await restore('registry.example.com/shop/frontend', home('mirror/shop/moved'));
  await restore('registry.example.com/shop/refund', home('origin/shop/moved'));
});

afterAll(async () => {
  await server.stop();
  remove();
});

interface Mirrored {
  readonly prefix: string;
  readonly mirror: string;
  readonly pullFromMirror?: string;
}

function policy(...registryMirrors: readonly Mirrored[]): string {
  const testdata = join(REPOSITORY_ROOT, 'testdata');
  const path = join(directory, 'policy.yaml');
  const key = { path: join(testdata, 'keys', 'release.pub'), trustRoot: 'acme' };
  const spec = {
    trustRoots: [{ name: 'acme', sigstore: { trustedRoot: join(testdata, 'trusted-root.json') } }],
    authorities: [{ name: 'release', key }],
    rules: [
      {
        name: 'signed',
        registries: { allow: [`${hidden}/**`, `${server.host}/origin/**`] },
        signature: { anyOf: ['release'] },
        sbom: { allowUnsigned: true },
      },
    ],
    registryMirrors,
  };
  const head = { apiVersion: 'kubectl-supplychain/v1alpha1', kind: 'Policy', metadata: { name: 'mirrors' } };
  writeFileSync(path, dump({ ...head, spec }));
  return path;
}

async function verify(image: string, path: string, ...flags: readonly string[]) {
  const args = ['verify', image, '--policy', path, '--offline', '-q', '-o', 'json', ...flags];
  const { stdout, stderr, exitCode } = await run(args, { env: { CI: '1' } });
  if (stdout === '') throw new Error(stderr);
  const { metadata, workloads } = Report.parse(JSON.parse(stdout));
  const { image: seen, findings } = workloads[0].containers[0];
  const reasons = Object.fromEntries(
    findings.map(({ check, status, reason }) => [check, `${status} ${reason}`]),
  );
  const messages = findings.map(({ message }) => message).join('\n');
  return { exitCode, hosts: metadata.hosts, image: seen, reasons, messages, stdout };
}

const overTheGap = (): Mirrored => ({ prefix: hidden, mirror: `${server.host}/mirror` });

describe('an image by its digest, whose registry cannot be reached', () => {
  it('is vouched for by what its mirror has; what the mirror lacks stays unknown', async () => {
    const reference = `${hidden}/shop/refund@${digest}`;
    const { hosts, image, reasons } = await verify(reference, policy(overTheGap()));
    expect(reasons).toMatchObject({
      registry: 'pass RegistryAllowed',
      signature: 'pass SignatureVerified',
      sbom: 'unknown RegistryUnreachable',
    });
    expect(image).toEqual({ reference, repository: `${hidden}/shop/refund`, digest });
    expect(hosts).toEqual([hidden, server.host].sort());
  });

  it('is judged the same out of saved evidence', async () => {
    const reference = `${hidden}/shop/refund@${digest}`;
    const path = policy(overTheGap());
    const saved = join(directory, 'saved');
    const live = await verify(reference, path, '--save-evidence', saved, '--at', '2026-01-01');
    const replayed = await verify(reference, path, '--evidence', saved, '--at', '2026-01-01');
    const timeless = (text: string) => text.replaceAll(/"metadata": \{[\s\S]*?\n {2}\},\n/g, '');
    expect(timeless(replayed.stdout)).toBe(timeless(live.stdout));
    expect(replayed.hosts).toEqual([]);
  });

  it('is unknown without a mirror, and where the mirror cannot be reached either, which is named', async () => {
    const reference = `${hidden}/shop/refund@${digest}`;
    expect((await verify(reference, policy({ prefix: 'x.example', mirror: server.host }))).exitCode).toBe(3);
    const [port = 0] = await freePorts(1);
    const mirror = `127.0.0.1:${port}/mirror`;
    const { exitCode, messages } = await verify(reference, policy({ prefix: hidden, mirror }));
    expect(exitCode).toBe(3);
    expect(messages).toContain(`its mirror ${mirror}/shop/refund failed: `);
  });
});

describe('an image by its tag', () => {
  it('is unknown where only the mirror knows it, unless the policy takes its word', async () => {
    const reference = `${hidden}/shop/refund:v1`;
    const strict = await verify(reference, policy(overTheGap()));
    expect(strict.reasons['signature']).toBe('unknown RegistryUnreachable');
    const all = await verify(reference, policy({ ...overTheGap(), pullFromMirror: 'all' }));
    expect(all.reasons['signature']).toBe('pass SignatureVerified');
    expect(all.image).toEqual({ reference, repository: `${hidden}/shop/refund`, digest });
  });

  it('is what its registry says, whatever the mirror says', async () => {
    const reference = `${server.host}/origin/shop/moved:v1`;
    const mirror = { prefix: `${server.host}/origin`, mirror: `${server.host}/mirror` };
    expect((await verify(reference, policy(mirror))).image.digest).toBe(digest);
    const all = await verify(reference, policy({ ...mirror, pullFromMirror: 'all' }));
    expect(all.image.digest).toBe(other);
    expect(all.reasons['signature']).toBe('fail SignatureMissing');
  });
});
