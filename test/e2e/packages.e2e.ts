import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Image, pushImage } from '../../testdata/make/build.ts';
import { describe as described, MANIFEST } from '../../testdata/make/client.ts';
import { until } from '../cluster/cluster.ts';
import { mustRun } from '../sigstore/run.ts';
import { buildTools } from './bench.ts';
import { type ClusterBench, startClusterBench } from './cluster-bench.ts';
import { namespace, pod, tagged } from './cluster-objects.ts';
import { cyclonedx, PLANTED } from './log4j-sboms.ts';

/**
 * "Are we affected?" asked of a cluster: log4j-core 2.14.1 in every format of SBOM, one image for each; and images that cannot be judged,
 * one for each reason.
 */
let bench: ClusterBench;
let base: Image;
const NAMESPACE = 'log4shell';
const GUAVA = cyclonedx('1.6', 'pkg:maven/com.google.guava/guava@32.0.0');
const BASH = cyclonedx('1.6', 'pkg:deb/debian/bash@5.2?distro=debian-12');
const FIXED = cyclonedx('1.6', 'pkg:maven/org.apache.logging.log4j/log4j-core@2.17.1');
const NIGHTLY = cyclonedx('1.6', 'pkg:maven/org.apache.logging.log4j/log4j-core@nightly');

/** What is done to an image after it was pushed, and what is then not known of it. */
const UNKNOWN: Readonly<Record<string, (image: Image) => Promise<void>>> = {
  NoSbom: () => Promise.resolve(),
  SbomUnsigned: (image) => attach(image, CYCLONEDX, JSON.stringify(GUAVA)),
  SbomForOtherImage: (image) =>
    bench.attest(image, { ...GUAVA, metadata: { component: { type: 'container', name: 'x', purl: OTHER } } }),
  EcosystemNotCatalogued: (image) => bench.attest(image, BASH),
  SbomTruncated: (image) => bench.attest(image, { ...GUAVA, compositions: [{ aggregate: 'incomplete' }] }),
  SbomUnreadable: (image) => attach(image, CYCLONEDX, '{"bomFormat": "CycloneDX"'),
  VersionUnknown: (image) => bench.attest(image, NIGHTLY),
};
const CYCLONEDX = 'application/vnd.cyclonedx+json';
const OTHER = `pkg:oci/x@sha256%3A${'0'.repeat(64)}`;

/** Attaches an SBOM as a referrer that nobody has signed. */
async function attach({ client, repository, digest }: Image, mediaType: string, text: string): Promise<void> {
  const layer = { mediaType, bytes: Buffer.from(text) };
  const config = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') };
  for (const { bytes } of [layer, config]) await client.pushBlob(repository, bytes);
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: mediaType,
    config: described(config),
    layers: [described(layer)],
    subject: { mediaType: MANIFEST, digest, size: await sizeOf({ client, repository, digest }) },
  };
  await client.pushManifest(repository, {
    mediaType: MANIFEST,
    bytes: Buffer.from(JSON.stringify(manifest)),
  });
}

async function sizeOf({
  client,
  repository,
  digest,
}: Pick<Image, 'client' | 'repository' | 'digest'>): Promise<number> {
  return (await client.manifest(repository, digest)).bytes.length;
}

const Report = z.object({
  summary: z.object({ affected: z.int(), undetermined: z.int(), notAffected: z.int() }),
  hits: z.array(
    z.object({
      name: z.string(),
      component: z.object({
        version: z.string(),
        fixedIn: z.string().nullable(),
        sbom: z.object({ standing: z.string() }),
      }),
    }),
  ),
  undetermined: z.array(z.object({ name: z.string(), reason: z.string() })),
});

/** Images that crane builds on another one, as their annotations say; in which of the layers left-pad is, and what is said of that. */
const BUILT = { 'in-base': 'base', 'in-application': 'application' } as const;
const Config = z.object({ rootfs: z.object({ diff_ids: z.array(z.string()) }) });

/** Appends a layer to an image as crane does, and attaches an SBOM by which left-pad is in one of both. */
async function buildOn(base: Image, name: keyof typeof BUILT): Promise<Image> {
  const crane = join(buildTools('crane'), 'crane');
  const home = bench.home(`log4shell/${name}`);
  const layer = join(bench.workdir, `${name}.tar`);
  writeFileSync(join(bench.workdir, name), name);
  await mustRun('tar', ['-cf', layer, '-C', bench.workdir, name]);
  const image = `${home.host}/${home.repository}:v1`;
  const from = ['--base', `${base.host}/${base.repository}:v1`, '--set-base-image-annotations'];
  const env = { HOME: bench.workdir };
  await mustRun(crane, ['append', ...from, '--new_layer', layer, '--new_tag', image], { env });
  const { stdout: digest } = await mustRun(crane, ['digest', image], { env });
  const { stdout: config } = await mustRun(crane, ['config', image], { env });
  const [lower = '', upper = ''] = Config.parse(JSON.parse(config)).rootfs.diff_ids;
  const properties = [{ name: 'syft:location:0:layerID', value: BUILT[name] === 'base' ? lower : upper }];
  const built = { ...home, digest: digest.trim(), children: [] };
  const purl = 'pkg:npm/left-pad@1.3.0';
  const component = { type: 'library', name: 'left-pad', version: '1.3.0', purl, properties };
  const placed = { ...cyclonedx('1.6'), components: [component] };
  await attach(built, CYCLONEDX, JSON.stringify(placed));
  return built;
}

const Origins = z.object({
  hits: z.array(
    z.object({
      name: z.string(),
      component: z.object({
        origin: z.string(),
        base: z.string().nullable(),
        layers: z.array(z.object({ index: z.int(), createdBy: z.string().nullable() })),
      }),
    }),
  ),
});

beforeAll(async () => {
  bench = await startClusterBench();
  const push = (name: string) => pushImage(bench.home(`log4shell/${name}`), name);
  const pods: object[] = [];
  const runs = (name: string, image: Image) => pods.push(pod(NAMESPACE, name, tagged(image)));
  for (const planted of PLANTED) {
    const image = await push(planted.format);
    await attach(image, planted.mediaType, planted.textOf(image.digest));
    runs(planted.format, image);
  }
  const signed = await push('signed');
  await bench.attest(signed, cyclonedx('1.6'));
  runs('signed', signed);
  for (const [name, document] of [
    ['clean', GUAVA],
    ['fixed', FIXED],
  ] as const) {
    const image = await push(name);
    await bench.attest(image, document);
    runs(name, image);
  }
  for (const [reason, prepare] of Object.entries(UNKNOWN)) {
    const name = reason.toLowerCase();
    const image = await push(name);
    await prepare(image);
    runs(name, image);
  }
  base = await push('base');
  for (const name of ['in-base', 'in-application'] as const) runs(name, await buildOn(base, name));
  const gone = await push('gone');
  runs('unreachable', { ...gone, host: '127.0.0.1:1' });
  await bench.cluster.apply([namespace(NAMESPACE), ...pods]);
  await until('all pods run', async () => {
    const phases = ['get', 'pods', '-n', NAMESPACE, '-o', 'jsonpath={.items[*].status.phase}'];
    const all = (await bench.cluster.mustKubectl(phases)).split(' ');
    return all.length === pods.length && all.every((phase) => phase === 'Running');
  });
});
afterAll(() => bench?.stop());

describe('the question of Log4Shell', () => {
  it('finds the package in every format of SBOM, and names every image of which it cannot tell', async () => {
    const ask = ['--package', 'org.apache.logging.log4j:log4j-core', '--from', '2.0', '--below', '2.17.1'];
    const flags = ['-n', NAMESPACE, '--policy', bench.policy(), '-o', 'json'];
    const { code, stdout, stderr } = await bench.supplychain(['sweep', ...ask, ...flags]);
    expect({ code, stderr }).toMatchObject({ code: 1 });
    const { summary, hits, undetermined } = Report.parse(JSON.parse(stdout));
    const standing = new Map(hits.map(({ name, component }) => [name, component]));
    const unsigned = { version: '2.14.1', fixedIn: '2.17.1', sbom: { standing: 'unsigned' } };
    expect(Object.fromEntries(standing)).toEqual({
      ...Object.fromEntries(PLANTED.map(({ format }) => [format, unsigned])),
      signed: { ...unsigned, sbom: { standing: 'accepted' } },
    });
    const reasons = Object.fromEntries(undetermined.map(({ name, reason }) => [name, reason]));
    expect(reasons).toEqual({
      ...Object.fromEntries(Object.keys(UNKNOWN).map((reason) => [reason.toLowerCase(), reason])),
      ...Object.fromEntries(Object.keys(BUILT).map((name) => [name, 'SbomUnsigned'])),
      unreachable: 'Unreachable',
    });
    expect(summary).toEqual({
      affected: PLANTED.length + 1,
      // Nobody has signed the SBOMs of those that were built on another image.
      undetermined: Object.keys(UNKNOWN).length + 1 + Object.keys(BUILT).length,
      notAffected: 2,
    });
  });
});

describe('the base image of what runs', () => {
  it('has the package or not, as the layers that crane has stacked prove; from saved evidence too', async () => {
    const image = `${base.host}/${base.repository}@${base.digest}`;
    const ask = ['--package', 'pkg:npm/left-pad', '--policy', bench.policy(), '-o', 'json'];
    const live = await bench.supplychain(['sweep', '-n', NAMESPACE, ...ask]);
    const { hits } = Origins.parse(JSON.parse(live.stdout));
    const found = Object.fromEntries(hits.map(({ name, component }) => [name, component]));
    expect(found).toMatchObject({
      'in-base': {
        origin: 'base',
        base: image,
        layers: [{ index: 0, createdBy: 'COPY etc/motd /etc/motd' }],
      },
      'in-application': { origin: 'application', base: image, layers: [{ index: 1 }] },
    });
    const saved = await bench.supplychain(['evidence', 'save', 'kept', '-n', NAMESPACE]);
    expect(saved.stdout).toContain('in kept');
    const offline = await bench.supplychain(['sweep', '--evidence', 'kept', ...ask]);
    expect(Origins.parse(JSON.parse(offline.stdout)).hits).toEqual(hits);
  });
});
