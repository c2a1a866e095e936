import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  basedOn,
  diffId,
  type LayeredImage,
  type LayeredRegistry,
  packedAs,
  serveLayered,
} from '../src/evidence/layered-registry.fixture.ts';
import type { Descriptor } from '../src/registry/registry.ts';
import { cyclonedx, LOG4J } from '../src/sweep/sboms.fixture.ts';
import { directory, pod, run } from './fake-io.fixture.ts';

/** Where the images of the run are, and a registry that nothing of it comes from. */
let ours: LayeredRegistry;
let theirs: LayeredRegistry;
let cwd: string;
// Of the time of no test.
beforeAll(async () => {
  await import('./sweep.ts');
  await import('./evidence-commands.ts');
}, 60_000);
beforeEach(async () => {
  ours = await serveLayered();
  theirs = await serveLayered();
  cwd = directory();
});
afterEach(async () => {
  await ours.close();
  await theirs.close();
});

const DEBIAN = ['debian'];
const PYTHON = ['debian', 'python'];
const APP = ['debian', 'python', 'app'];
const UNASKED = /was not asked for, as no image of this run is from that registry; --base-images/;
const DISPROVED = /is named as its base, and its layers are not those below the image's own$/;
const UNNAMED = 'nothing says which image is its base, and no other of this run is';

/** An SBOM of an image with log4j-core in a layer, as Syft and as Trivy write it. */
function sbom(layer: string | null, path = '/app/log4j.jar'): object {
  const properties = [
    { name: 'syft:location:0:path', value: path },
    ...(layer === null ? [] : [{ name: 'syft:location:0:layerID', value: layer }]),
  ];
  return cyclonedx([{ ...LOG4J, properties }]);
}

function provenance(...images: readonly (readonly [string, Descriptor])[]) {
  return (subject: Descriptor): object => ({
    _type: 'https://in-toto.io/Statement/v0.1',
    subject: [{ name: 'app', digest: { sha256: subject.digest.slice(7) } }],
    predicateType: 'https://slsa.dev/provenance/v0.2',
    predicate: {
      builder: { id: 'https://ci.example/' },
      buildType: 'https://mobyproject.org/buildkit@v1',
      materials: images.map(([uri, { digest }]) => ({ uri, digest: { sha256: digest.slice(7) } })),
    },
  });
}

interface App extends Partial<LayeredImage> {
  /** In which layer the package is; the base's if it is not said. */
  readonly at?: string | null;
  readonly path?: string;
  readonly provenance?: ReturnType<typeof provenance>;
  readonly repository?: string;
}

/** Pushes an image with log4j-core in one of its layers. */
function pushApp({
  at = diffId('python'),
  path,
  provenance: stated,
  repository = 'app',
  ...image
}: App = {}) {
  const app = ours.push(repository, { layers: APP, tag: 'v1', ...image });
  ours.attach(repository, app, 'application/vnd.cyclonedx+json', sbom(at, path));
  if (stated) ours.attach(repository, app, 'application/vnd.in-toto+json', stated(app));
  return app;
}

const Component = z.object({
  origin: z.string(),
  originReason: z.string().nullable(),
  base: z.string().nullable(),
  layer: z.string().nullable(),
  layers: z.array(
    z.object({ index: z.int().nullable(), createdBy: z.string().nullable(), origin: z.string() }),
  ),
});
const Report = z.object({
  metadata: z.object({ hosts: z.array(z.string()) }),
  undetermined: z.array(z.unknown()),
  notes: z.array(z.string()),
  hits: z.array(z.object({ image: z.string(), component: Component })),
});

const QUERY = ['--package', 'log4j-core', '-o', 'json'];
const NO_POLICY = ['--policy', 'none'];

async function sweep(images: readonly string[], args: readonly string[] = [], policy = NO_POLICY) {
  const manifests = images.map((image, at) => pod(image, `app-${at}`)).join('---\n');
  const { stdout, stderr } = await run(['sweep', '-f', '-', ...QUERY, ...policy, ...args], {
    stdin: manifests,
    cwd,
  });
  expect(stderr).toBe('');
  return Report.parse(JSON.parse(stdout));
}

const live = () => ['--plain-http', ours.host, '--plain-http', theirs.host, '--cache-dir', 'none'];

/** What is said of the package in the image at `app:v1`. */
async function origin(args: readonly string[] = [], others: readonly string[] = []) {
  const { hits } = await sweep([`${ours.host}/app:v1`, ...others], [...live(), ...args]);
  const found = hits.find(({ image }) => image.endsWith('/app:v1'));
  if (!found) throw new Error('no hit');
  return found.component;
}

describe('the layer of a package', () => {
  it('is the base image’s where that is named and has it, and the application’s behind it', async () => {
    const base = ours.push('python', { layers: PYTHON });
    const annotations = basedOn(`${ours.host}/python:3.12`, base);
    pushApp({ annotations });
    const image = `${ours.host}/python@${base.digest}`;
    expect(await origin()).toEqual({
      origin: 'base',
      originReason: null,
      base: image,
      layer: diffId('python'),
      layers: [{ index: 1, createdBy: 'COPY python /', origin: 'base' }],
    });
    pushApp({ annotations, at: diffId('app'), architecture: 'arm64' });
    expect(await origin()).toMatchObject({
      origin: 'application',
      base: image,
      layers: [{ index: 2, createdBy: 'COPY app /' }],
    });
  });

  it.each<[string, (base: Descriptor) => App]>([
    ['labels of its configuration', (base) => ({ labels: basedOn(`${ours.host}/python`, base) })],
    [
      'provenance that nobody has signed',
      (base) => ({ provenance: provenance([`pkg:docker/${ours.host}/python@3.12`, base]) }),
    ],
    [
      'provenance with other stages',
      (base) => ({
        provenance: provenance(
          [`pkg:docker/${ours.host}/golang@1.25`, ours.push('golang', { layers: ['debian', 'golang'] })],
          [`pkg:docker/${ours.host}/debian@12`, ours.push('debian', { layers: DEBIAN })],
          [`pkg:oci/python?repository_url=${ours.host}/python`, base],
          ['pkg:docker/docker/dockerfile@1', theirs.push('x', { layers: ['x'] })],
        ),
      }),
    ],
  ])('is told by %s', async (_what, app) => {
    const base = ours.push('python', { layers: PYTHON });
    pushApp({ at: diffId('app'), ...app(base) });
    const component = await origin();
    expect(component).toMatchObject({ origin: 'application', originReason: null });
    expect(component.base).toBe(`${ours.host}/python@${base.digest}`);
  });

  it('is known by its packed digest too, and shown by that of its contents', async () => {
    const base = ours.push('python', { layers: PYTHON, packed: 'zstd' });
    pushApp({ at: packedAs('python'), annotations: basedOn(`${ours.host}/python`, base) });
    expect(await origin()).toMatchObject({ origin: 'base', layer: diffId('python') });
  });

  it('is told of an image of the run that is the base of another, whoever says nothing', async () => {
    pushApp({ repository: 'python', layers: PYTHON });
    pushApp();
    expect(await origin()).toMatchObject({ origin: 'unknown', originReason: UNNAMED });
    const base = await origin([], [`${ours.host}/python:v1`]);
    expect(base).toMatchObject({ origin: 'base', originReason: null });
    expect(base.base).toMatch(/\/python@sha256:/);
  });

  it('of a base index is held against the child of its platform', async () => {
    const children = ['amd64', 'arm64'].map((architecture) => ({
      ...ours.push('python', { layers: ['debian', `python for ${architecture}`], architecture }),
      architecture,
    }));
    const base = ours.pushIndex('python', { children });
    const app = (architecture: string): App => ({
      layers: ['debian', 'python for arm64', 'app'],
      at: diffId('app'),
      annotations: basedOn(`${ours.host}/python`, base),
      architecture,
    });
    pushApp(app('arm64'));
    expect(await origin()).toMatchObject({ origin: 'application' });
    pushApp(app('amd64'));
    expect((await origin()).originReason).toMatch(DISPROVED);
    pushApp(app('s390x'));
    expect((await origin()).originReason).toMatch(/has nothing for linux\/s390x$/);
  });

  it('of a base index is known although another child for the platform is not', async () => {
    const of = (layers: readonly string[], more: object = {}) => ({
      ...ours.push('python', { layers, ...more }),
      architecture: 'amd64',
    });
    const broken = of(DEBIAN, { config: { rootfs: {} } });
    const base = ours.pushIndex('python', { children: [broken, of(PYTHON)] });
    const annotations = basedOn(`${ours.host}/python`, base);
    pushApp({ annotations });
    expect(await origin()).toMatchObject({ origin: 'base' });
    // What the other one has may be the application's as well.
    pushApp({ annotations, at: diffId('app'), architecture: 'amd64', config: { author: 'x' } });
    expect((await origin()).originReason).toMatch(/does not say which layers it has$/);
  });

  it('of an index is told by the annotations of the index and of its descriptors', async () => {
    const base = ours.push('python', { layers: PYTHON });
    const annotations = basedOn(`${ours.host}/python`, base);
    for (const on of ['index', 'descriptor'] as const) {
      const app = ours.push('app', { layers: APP, architecture: 'arm64', config: { author: on } });
      ours.attach('app', app, 'application/vnd.cyclonedx+json', sbom(diffId('app')));
      const child = { ...app, architecture: 'arm64', ...(on === 'descriptor' && { annotations }) };
      ours.pushIndex('app', { children: [child], tag: 'v1', ...(on === 'index' && { annotations }) });
      expect(await origin()).toMatchObject({ origin: 'application', originReason: null });
    }
  });
});

describe('a base that is not proven', () => {
  it.each<[string, () => App, RegExp]>([
    [
      'has other layers than those that are below',
      () => ({
        annotations: basedOn(`${ours.host}/alpine`, ours.push('alpine', { layers: ['alpine'] })),
      }),
      DISPROVED,
    ],
    [
      'has the same layers in another order',
      () => ({
        annotations: basedOn(`${ours.host}/python`, ours.push('python', { layers: PYTHON.toReversed() })),
      }),
      DISPROVED,
    ],
    [
      'is the image itself',
      () => ({ annotations: basedOn(`${ours.host}/copy`, ours.push('copy', { layers: APP })) }),
      DISPROVED,
    ],
    [
      'has no layers, and would be under every image',
      () => ({ annotations: basedOn(`${ours.host}/scratch`, ours.push('scratch', { layers: [] })) }),
      DISPROVED,
    ],
    [
      'is not there any more',
      () => ({ annotations: basedOn(`${ours.host}/gone`, { digest: diffId('gone') }) }),
      /gone@sha256:\w+ is not in its registry any more/,
    ],
    [
      'says of itself what cannot be',
      () => ({
        annotations: basedOn(
          `${ours.host}/odd`,
          ours.push('odd', { layers: PYTHON, config: { rootfs: { diff_ids: [diffId('debian')] } } }),
        ),
      }),
      /has 1 layers, and its manifest 2$/,
    ],
  ])('%s', async (_what, app, reason) => {
    pushApp(app());
    const component = await origin();
    expect(component).toMatchObject({ origin: 'unknown', base: null });
    expect(component.originReason).toMatch(reason);
    expect(component.layers).toMatchObject([{ index: 1, createdBy: 'COPY python /' }]);
  });

  it('leaves what is behind a shorter one unknown, and not what is in that', async () => {
    const debian = ours.push('debian', { layers: DEBIAN });
    const stated = provenance(
      [`pkg:docker/${ours.host}/debian@12`, debian],
      [`pkg:docker/${theirs.host}/python@3.12`, theirs.push('python', { layers: PYTHON })],
    );
    pushApp({ provenance: stated });
    expect((await origin()).originReason).toMatch(UNASKED);
    pushApp({ provenance: stated, at: diffId('debian'), architecture: 'arm64' });
    expect(await origin()).toMatchObject({ origin: 'base', originReason: null });
  });

  it.each<[string, App, string]>([
    ['its SBOM names no layer', { at: null }, 'its SBOM names no layer of it'],
    ['its SBOM names a layer that the image lacks', { at: diffId('x') }, 'is no layer of the image'],
    [
      'its SBOM names the layer of a database that each layer writes anew',
      { at: diffId('app'), path: '/lib/apk/db/installed' },
      'it may have been there before',
    ],
    [
      'its own layers are not known',
      { config: { rootfs: { type: 'layers' } } },
      'does not say which layers it has',
    ],
  ])('is of no use where %s', async (_what, app, reason) => {
    const base = ours.push('python', { layers: PYTHON });
    pushApp({ annotations: basedOn(`${ours.host}/python`, base), ...app });
    const component = await origin();
    expect(component.origin).toBe('unknown');
    expect(component.originReason).toContain(reason);
    expect(component.layers.map(({ createdBy }) => createdBy ?? null)).not.toContain('COPY app /');
  });
});

describe('the registry of a base image', () => {
  const elsewhere = (): string => {
    const base = theirs.push('python', { layers: PYTHON });
    pushApp({ annotations: basedOn(`${theirs.host}/python`, base), at: diffId('app') });
    theirs.take();
    return `${theirs.host}/python@${base.digest}`;
  };

  it('is not asked where nothing of the run is from it, but with --base-images', async () => {
    const base = elsewhere();
    const { hits, metadata } = await sweep([`${ours.host}/app:v1`], live());
    expect(hits[0]?.component.originReason).toMatch(UNASKED);
    expect({ asked: theirs.take(), hosts: metadata.hosts }).toEqual({ asked: [], hosts: [ours.host] });
    const wider = await sweep([`${ours.host}/app:v1`], [...live(), '--base-images']);
    expect(wider.hits[0]?.component).toMatchObject({ origin: 'application', base });
    expect(wider.metadata.hosts).toEqual([ours.host, theirs.host].toSorted());
    expect(theirs.take()).toHaveLength(2);
  });

  it('is asked where another image of the run is from it', async () => {
    elsewhere();
    expect(await origin([], [`${theirs.host}/other:v1`])).toMatchObject({ origin: 'application' });
  });

  it('is replaced by a mirror that the policy names', async () => {
    const base = ours.push('mirrored/python', { layers: PYTHON });
    pushApp({ annotations: basedOn(`${theirs.host}/python`, base), at: diffId('app') });
    theirs.take();
    const policy = `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: mirrored }
spec:
  registryMirrors: [{ prefix: "${theirs.host}", mirror: "${ours.host}/mirrored" }]
  rules: [{ name: all, registries: { allow: ["**"] } }]
  default: allow
`;
    const path = join(directory({ 'policy.yaml': policy }), 'policy.yaml');
    const { hits } = await sweep([`${ours.host}/app:v1`], live(), ['--policy', path]);
    expect(hits[0]?.component).toMatchObject({ origin: 'application' });
    expect(theirs.take()).toEqual([]);
  });

  it('that does not answer leaves everything else as it is', async () => {
    pushApp({ annotations: basedOn('127.0.0.1:1/python', { digest: diffId('x') }) });
    const { hits, undetermined } = await sweep(
      [`${ours.host}/app:v1`],
      [...live(), '--base-images', '--timeout', '5s'],
    );
    expect(hits).toMatchObject([{ component: { origin: 'unknown', originReason: /127\.0\.0\.1:1/ } }]);
    expect(undetermined).toEqual([]);
  });

  it('is asked once for a base of many images', async () => {
    const base = ours.push('python', { layers: PYTHON });
    const names = ['a', 'b', 'c'];
    for (const name of names)
      pushApp({
        repository: name,
        layers: [...PYTHON, name],
        annotations: basedOn(`${ours.host}/python`, base),
      });
    ours.take();
    const { hits } = await sweep(
      names.map((name) => `${ours.host}/${name}:v1`),
      live(),
    );
    expect(hits.map(({ component }) => component.origin)).toEqual(['base', 'base', 'base']);
    expect(ours.take().filter((path) => path.includes('/python/'))).toHaveLength(2);
  });
});

describe('the origin of a package in a table', () => {
  const table = async (columns: number | null, format = 'table') => {
    const base = ours.push('python', { layers: PYTHON });
    const history = [{ created_by: 'ADD a' }, { created_by: 'RUN \u001B[2Jpip' }, { created_by: 'COPY app' }];
    for (const [name, at] of [
      ['a', 'python'],
      ['b', 'b'],
      ['c', 'x'],
    ] as const)
      pushApp({
        repository: name,
        layers: [...PYTHON, name],
        at: diffId(at),
        annotations: basedOn(`${ours.host}/python`, base),
        history,
      });
    const stdin = ['a', 'b', 'c'].map((name) => pod(`${ours.host}/${name}:v1`, name)).join('---\n');
    const asked = ['sweep', '-f', '-', '--package', 'log4j-core', ...NO_POLICY, ...live(), '-o', format];
    return (await run(asked, { stdin, cwd, columns })).stdout;
  };

  it('is in a column that stays on a narrow screen, and a note says why it is not known', async () => {
    const narrow = await table(80);
    expect(narrow).toMatch(
      /Pod\/a .* base +unsigned\n.*Pod\/b .* application +unsigned\n.*Pod\/c .* - +unsigned/,
    );
    expect(narrow.replaceAll('\n', ' ')).toContain(
      `note: whether it came with the base image is not known of 1 of 3 packages found: its SBOM names ${diffId('x')}`,
    );
  });

  it('is beside what created the layer where there is room, with no sign that moves the cursor', async () => {
    const wide = await table(null, 'wide');
    expect(wide).toMatch(/LAYER CREATED BY\n.*RUN \\u\{1b\}\[2Jpip/);
    const [, ...rows] = (await table(null, 'csv')).trim().split('\n');
    expect(rows.map((row) => row.split(',').slice(-6, -5))).toEqual([['base'], ['application'], ['unknown']]);
    expect(rows[0]).toMatch(/\/python@sha256:\w+,RUN \\u\{1b\}\[2Jpip\r?$/);
  });
});

describe('saved evidence', () => {
  const save = (images: readonly string[], args: readonly string[] = []) => {
    const manifests = images.map((image, at) => pod(image, `app-${at}`)).join('---\n');
    return run(['evidence', 'save', 'kept', '-f', '-', ...live(), ...args], { stdin: manifests, cwd });
  };
  const kept = async () => {
    const asked = ['sweep', '--evidence', 'kept', ...QUERY, ...NO_POLICY];
    const { stdout } = await run(asked, { cwd, env: { HOME: cwd } });
    return Report.parse(JSON.parse(stdout));
  };

  it('has the base images that were asked for, and answers as registries did', async () => {
    const base = theirs.push('python', { layers: PYTHON });
    pushApp({ annotations: basedOn(`${theirs.host}/python`, base) });
    const images = [`${ours.host}/app:v1`];
    await save(images);
    expect((await kept()).hits[0]?.component.originReason).toMatch(/was saved without asking for/);
    await save(images, ['--base-images']);
    ours.take();
    theirs.take();
    const offline = await kept();
    expect([...ours.take(), ...theirs.take()]).toEqual([]);
    const online = await sweep(images, [...live(), '--base-images']);
    expect(offline.hits).toEqual(online.hits);
    expect(offline.hits[0]?.component.origin).toBe('base');
    expect((await kept()).hits).toEqual(offline.hits);
  });

  it('has the bases that provenance names', async () => {
    const base = theirs.push('python', { layers: PYTHON });
    pushApp({ provenance: provenance([`pkg:docker/${theirs.host}/python@3.12`, base]), at: diffId('app') });
    await save([`${ours.host}/app:v1`], ['--base-images']);
    expect((await kept()).hits[0]?.component).toMatchObject({ origin: 'application' });
  });

  it('knows of images that run and are the base of another, without the package in them too', async () => {
    ours.push('python', { layers: PYTHON, tag: 'v1' });
    pushApp({ at: diffId('app') });
    await save([`${ours.host}/app:v1`, `${ours.host}/python:v1`]);
    for (const _run of ['verified', 'kept'])
      expect((await kept()).hits[0]?.component).toMatchObject({ origin: 'application' });
    expect(readdirSync(join(cwd, 'kept')).some((name) => name.startsWith('contents-'))).toBe(true);
  });
});

it('is refused where no registry is asked', async () => {
  const asked = ['sweep', '--evidence', 'kept', ...QUERY, ...NO_POLICY, '--base-images'];
  const { exitCode, stderr } = await run(asked, { cwd });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('--base-images asks registries');
});
