import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MANIFEST_FILE_BYTES } from '../limits.ts';
import { createManifestSource } from './manifests.ts';
import type { ManifestOptions } from './manifests.ts';
import type { Discovery } from './source.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'manifests-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(directory, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

function discover(paths: string[], options: Partial<ManifestOptions> = {}): Promise<Discovery> {
  const stdin = (): Readable => Readable.from([]);
  return createManifestSource({ paths, recursive: false, stdin, namespace: null, ...options }).discover();
}

function discoverText(text: string, options: Partial<ManifestOptions> = {}): Promise<Discovery> {
  return discover(['-'], { stdin: () => Readable.from([Buffer.from(text)]), ...options });
}

function pod(name: string, image = name): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\nspec:\n  containers:\n  - name: main\n    image: ${image}\n`;
}

function names({ workloads }: Discovery): string[] {
  return workloads.map(({ name }) => name);
}

function messages({ gaps }: Discovery): string[] {
  return gaps.map(({ message }) => message.replaceAll(directory, 'DIR'));
}

describe('a workload', () => {
  it('carries all that its object says', async () => {
    const { workloads, gaps } = await discoverText(`# header
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
  labels: {team: a, "app.kubernetes.io/name": cart}
spec:
  replicas: 3
  template:
    metadata:
      labels: {tier: prod}
    spec:
      containers:
      - name: app
        image: ghcr.io/acme/cart:v1
`);
    expect(gaps).toEqual([]);
    expect(workloads).toEqual([
      {
        cluster: null,
        namespace: 'shop',
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        name: 'cart',
        uid: null,
        labels: { team: 'a', 'app.kubernetes.io/name': 'cart' },
        templateLabels: { tier: 'prod' },
        replicas: { desired: 3, running: null },
        state: 'manifestOnly',
        location: { file: '-', line: 2, document: 1 },
        containers: [
          {
            name: 'app',
            type: 'container',
            image: 'ghcr.io/acme/cart:v1',
            field: 'spec.template.spec.containers[0].image',
            location: { file: '-', line: 16, document: 1 },
          },
        ],
      },
    ]);
  });

  it.each<[string, string | null, string]>([
    ['  namespace: own\n', 'given', 'own'],
    ['', 'given', 'given'],
    ['', null, 'default'],
    ['  namespace:\n', null, 'default'],
  ])(
    'has its own namespace, else the given one, else default (%j, %j)',
    async (line, namespace, expected) => {
      const { workloads } = await discoverText(pod('a').replace('  name: a\n', `  name: a\n${line}`), {
        namespace,
      });
      expect(workloads[0]?.namespace).toBe(expected);
    },
  );

  it('without a name goes by the one that is generated from', async () => {
    expect(names(await discoverText(pod('a').replace('name: a', 'generateName: job-')))).toEqual(['job-']);
  });

  it('that is a pod matches selectors by its own labels', async () => {
    const { workloads } = await discoverText(
      pod('a').replace('  name: a\n', '  name: a\n  labels: {tier: prod}\n'),
    );
    expect(workloads[0]?.templateLabels).toEqual({ tier: 'prod' });
  });

  it.each<[string, string, string, number | null]>([
    ['apps/v1', 'Deployment', '', 1],
    ['apps/v1', 'StatefulSet', 'replicas: 0', 0],
    ['v1', 'ReplicationController', 'replicas: ', 1],
    ['apps/v1', 'ReplicaSet', 'replicas: 7', 7],
    ['apps/v1', 'DaemonSet', 'replicas: 7', null],
    ['batch/v1', 'Job', '', null],
  ])('of kind %s %s with "%s" wants %j pods', async (apiVersion, kind, replicas, desired) => {
    const { workloads } = await discoverText(
      `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: a}, spec: {template: {spec: {containers: []}}, ${replicas}}}`,
    );
    expect(workloads[0]?.replicas.desired).toBe(desired);
  });

  it('is found in a CronJob and a PodTemplate', async () => {
    const spec = '{containers: [{name: a, image: b}]}';
    const { workloads } = await discoverText(`
{apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {jobTemplate: {spec: {template: {spec: ${spec}}}}}}
---
{apiVersion: v1, kind: PodTemplate, metadata: {name: b}, template: {spec: ${spec}}}`);
    expect(workloads.map(({ containers }) => containers[0]?.field)).toEqual([
      'spec.jobTemplate.spec.template.spec.containers[0].image',
      'template.spec.containers[0].image',
    ]);
  });
});

describe('lists', () => {
  const spec = 'spec: {containers: [{name: a, image: b}]}';

  it('are followed, also within lists, and name fields from the object on', async () => {
    const found = await discoverText(`
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Service, metadata: {name: none}}
- {apiVersion: v1, kind: Pod, metadata: {name: one}, ${spec}}
- apiVersion: v1
  kind: List
  items:
  - {apiVersion: v1, kind: Pod, metadata: {name: two}, ${spec}}
`);
    expect(found.gaps).toEqual([]);
    expect(found.workloads.map(({ name, location }) => [name, location?.line])).toEqual([
      ['one', 6],
      ['two', 10],
    ]);
    expect(found.workloads[1]?.containers[0]?.field).toBe('spec.containers[0].image');
  });

  it('of one kind say the type of items that do not', async () => {
    const found = await discoverText(
      `{apiVersion: v1, kind: PodList, items: [{metadata: {name: one}, ${spec}}]}`,
    );
    expect(found.workloads).toMatchObject([{ apiVersion: 'v1', kind: 'Pod', name: 'one' }]);
    expect(found.gaps).toEqual([]);
  });

  it.each<[string, string, string[], string[]]>([
    [
      'a null item',
      `apiVersion: v1\nkind: List\nitems:\n- null\n- {apiVersion: v1, kind: Pod, metadata: {name: one}, ${spec}}`,
      ['one'],
      ['-:4: items[0] must be an object, found null'],
    ],
    [
      'items that are no list',
      'apiVersion: v1\nkind: List\nitems: {a: 1}',
      [],
      ['-:3: items must be a list, found an object'],
    ],
    ['missing items', 'apiVersion: v1\nkind: PodList', [], ['-:1: items must be a list, found nothing']],
    [
      'an item without a kind',
      'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1',
      [],
      ['-:4: items[0].kind must name a kind, found nothing'],
    ],
    [
      'a custom kind that only ends like a list',
      'apiVersion: example.com/v1\nkind: AllowList\nitems: {}',
      [],
      [],
    ],
  ])('with %s', async (_, text, workloads, gaps) => {
    const found = await discoverText(text);
    expect(names(found)).toEqual(workloads);
    expect(messages(found)).toEqual(gaps);
  });
});

describe('wrong input', () => {
  it.each<[string, string, string[]]>([
    [
      'broken YAML',
      'a: [',
      ['-:10:5: this is not valid YAML: unexpected end of the stream within a flow collection'],
    ],
    [
      'a document that is a text',
      'just text',
      ['-:10: the document must be an object, found the text "just text"'],
    ],
    ['a document that is a list', '- a: 1', ['-:10: the document must be an object, found a list']],
    ['an object without a kind', 'apiVersion: v1', ['-:10: kind must name a kind, found nothing']],
    [
      'an object without an apiVersion',
      'kind: Pod',
      ['-:10: apiVersion must name a version of the API, found nothing'],
    ],
    [
      'a kind that is a number',
      'apiVersion: v1\nkind: 1',
      ['-:11: kind must name a kind, found the number 1'],
    ],
    [
      'an unclosed quote',
      'a: "b\n',
      ['-:10:6: this is not valid YAML: unexpected end of the stream within a double quoted scalar'],
    ],
    ['a duplicate key', 'a: 1\na: 2', ['-:11:1: the key "a" is given twice']],
    [
      'an image that is a number',
      pod('x', '42').trimEnd(),
      ['-:17: spec.containers[0].image must be a string, found the number 42'],
    ],
    [
      'an empty image',
      pod('x', '""').trimEnd(),
      ['-:17: spec.containers[0].image must not be empty, found an empty text'],
    ],
    [
      'a name that is a number',
      pod('3', 'x').trimEnd(),
      ['-:13: metadata.name must name the object, found the number 3'],
    ],
    [
      'no metadata',
      'apiVersion: v1\nkind: Pod\nspec: {containers: []}',
      ['-:10: metadata.name must name the object, found nothing'],
    ],
    [
      'labels that are no text',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: x, labels: {a.b/c: 1, d: }}\nspec: {containers: []}',
      ['-:12: metadata.labels["a.b/c"] must be a string, found the number 1'],
    ],
    [
      'a namespace that is no text',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: [a]}\nspec: {containers: []}',
      ['-:12: metadata.namespace must be a string, found a list'],
    ],
    [
      'a missing template',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}',
      ['-:10: spec.template.spec must be an object, found nothing'],
    ],
    [
      'replicas that are no number',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {replicas: "2", template: {spec: {containers: []}}}',
      ['-:13: spec.replicas must be a number of pods, found the text "2"'],
    ],
  ])('between two good documents: %s', async (_, wrong, gaps) => {
    const found = await discoverText(`${pod('before')}---\n${wrong}\n---\n${pod('after')}`);
    expect(messages(found)).toEqual(gaps);
    expect(names(found)).toEqual(expect.arrayContaining(['before', 'after']));
    for (const gap of found.gaps)
      expect(gap).toMatchObject({ scope: 'file', name: '-', wrongInput: true, reason: 'InputInvalid' });
  });

  it.each<[string, string]>([
    ['ten megabytes of aliases', `a: &a x\nb: [${'*a,'.repeat(3_500_000)}]`],
    [
      'aliases of aliases',
      ['a0: &a0 [x]', ...Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`)].join(
        '\n',
      ),
    ],
  ])('built to exhaust memory: %s', { timeout: 20_000 }, async (_, text) => {
    const found = await discoverText(`${pod('before')}---\n${text}\n---\n${pod('after')}`);
    expect(names(found)).toEqual(['before', 'after']);
    expect(found.gaps).toMatchObject([{ reason: 'LimitExceeded', wrongInput: true }]);
  });
});

describe('the line of an image', () => {
  it.each<[string, string, number]>([
    ['in a file with CRLF', pod('a').replaceAll('\n', '\r\n'), 8],
    [
      'in JSON',
      '{"apiVersion": "v1", "kind": "Pod",\n"metadata": {"name": "a"},\n"spec": {"containers": [{\n"image": "a"}]}}',
      4,
    ],
    [
      'that an alias brings is where the alias stands',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nx-image: &image a\nspec:\n  containers:\n  - name: a\n    image: *image\n',
      8,
    ],
    [
      'that a merge key brings is where the merge key stands',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nx: &x {image: a}\nspec:\n  containers:\n  - name: a\n    <<: *x\n',
      8,
    ],
    ["that stands below its key is the key's", pod('a').replace('image: a', 'image:\n      a'), 8],
  ])('%s', async (_, text, line) => {
    const { workloads, gaps } = await discoverText(text);
    expect(gaps).toEqual([]);
    expect(workloads[0]?.containers).toMatchObject([{ image: 'a', location: { line } }]);
  });
});

describe('files', () => {
  it('of a directory are read in sorted order, its subdirectories only on demand', async () => {
    await write('b.yml', pod('b'));
    await write('a.yaml', pod('a'));
    await write(
      'c.json',
      JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'c' }, spec: { containers: [] } }),
    );
    await write('notes.txt', 'not: [yaml');
    await write('aa/d.yaml', pod('d'));
    expect(names(await discover([directory]))).toEqual(['a', 'b', 'c']);
    expect(names(await discover([directory], { recursive: true }))).toEqual(['a', 'd', 'b', 'c']);
  });

  it('that are named are read whatever their extension, each once', async () => {
    const path = await write('rendered', pod('a'));
    expect(names(await discover([path, path]))).toEqual(['a']);
  });

  it('are located as they were named', async () => {
    await write('sub/a.yaml', pod('a'));
    const { workloads } = await discover([`${directory}/`], { recursive: true });
    expect(workloads[0]?.location).toEqual({ file: join(directory, 'sub', 'a.yaml'), line: 1, document: 1 });
  });

  it('behind links are read, as a mounted ConfigMap has them, each once', async () => {
    await write('..2026_01_01/a.yaml', pod('a'));
    await symlink('..2026_01_01', join(directory, '..data'));
    await symlink('..data/a.yaml', join(directory, 'a.yaml'));
    const found = await discover([directory], { recursive: true });
    expect(found.workloads.map(({ location }) => location?.file)).toEqual([join(directory, 'a.yaml')]);
    expect(found.gaps).toEqual([]);
  });

  it('are not looked for in circles', async () => {
    await write('sub/a.yaml', pod('a'));
    await symlink('..', join(directory, 'sub', 'up'));
    expect(names(await discover([directory], { recursive: true }))).toEqual(['a']);
  });

  it('of a linked directory are read if the link is named', async () => {
    await write('real/a.yaml', pod('a'));
    await symlink('real', join(directory, 'link'));
    expect(names(await discover([join(directory, 'link')]))).toEqual(['a']);
  });

  it.each<[string, (path: string) => Promise<unknown>, Partial<Discovery['gaps'][number]>]>([
    [
      'does not exist',
      () => Promise.resolve(),
      { reason: 'FileUnreadable', message: 'DIR/x.yaml does not exist', wrongInput: true },
    ],
    [
      'is a link to nothing',
      (path) => symlink('gone', path),
      { reason: 'FileUnreadable', message: 'DIR/x.yaml does not exist', wrongInput: true },
    ],
    [
      'is an empty directory',
      (path) => mkdir(path),
      { reason: 'InputInvalid', message: 'DIR/x.yaml holds no .yaml, .yml or .json file', wrongInput: true },
    ],
    [
      'is no text',
      (path) => writeFile(path, Buffer.from([0x61, 0xff, 0x62])),
      { reason: 'InputInvalid', message: 'DIR/x.yaml is no UTF-8 text', wrongInput: true },
    ],
    [
      'is too large',
      (path) => writeFile(path, Buffer.alloc(MANIFEST_FILE_BYTES + 1, '\n')),
      { reason: 'LimitExceeded', message: 'DIR/x.yaml is larger than 64 MiB', wrongInput: false },
    ],
  ])('that %s is a gap beside what else was named', async (_, make, gap) => {
    const good = await write('good.yaml', pod('good'));
    await make(join(directory, 'x.yaml'));
    const found = await discover([join(directory, 'x.yaml'), good]);
    expect(names(found)).toEqual(['good']);
    expect(found.gaps).toMatchObject([{ scope: 'file', name: join(directory, 'x.yaml'), cluster: null }]);
    expect({ ...found.gaps[0], message: messages(found)[0] }).toMatchObject(gap);
  });

  it('within a directory that cannot be read do not hide the others', async () => {
    await mkdir(join(directory, 'real'));
    await symlink('real', join(directory, 'a.yaml'));
    await symlink('gone', join(directory, 'b.yaml'));
    await write('c.yaml', pod('c'));
    const found = await discover([directory]);
    expect(names(found)).toEqual(['c']);
    expect(messages(found)).toEqual(['DIR/a.yaml is a link to a directory', 'DIR/b.yaml does not exist']);
  });

  it('in subdirectories are pointed at where -R is missing', async () => {
    await write('sub/a.yaml', pod('a'));
    const { gaps } = await discover([directory]);
    expect(gaps).toMatchObject([{ remediation: 'add -R to read its subdirectories', wrongInput: true }]);
  });

  it('without any workload leave nothing to report here', async () => {
    await write('a.yaml', '# nothing\n');
    await write('b.yaml', 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\n');
    expect(await discover([directory])).toEqual({ workloads: [], gaps: [] });
  });

  it.each<[string, Buffer]>([
    ['UTF-16 from a Windows shell', Buffer.from(`\uFEFF${pod('a')}`, 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\uFEFF${pod('a')}`, 'utf16le').swap16()],
    ['a byte order mark', Buffer.from(`\uFEFF${pod('a')}`)],
  ])('in %s are read', async (_, bytes) => {
    const { workloads, gaps } = await discover([await write('a.yaml', bytes)]);
    expect(gaps).toEqual([]);
    expect(workloads[0]?.containers[0]).toMatchObject({ image: 'a', location: { line: 8 } });
  });
});

describe('standard input', () => {
  it('is read once, in several pieces', async () => {
    const bytes = Buffer.from(pod('grün'));
    const pieces = [bytes.subarray(0, 41), bytes.subarray(41)];
    const found = await discover(['-', '-'], { stdin: () => Readable.from(pieces) });
    expect(names(found)).toEqual(['grün']);
  });

  it('is a gap if it breaks off or is too large', async () => {
    const broken = new Readable({ read: (): void => void broken.destroy(new Error('pipe broke')) });
    expect(messages(await discover(['-'], { stdin: () => broken }))).toEqual([
      '- cannot be read: pipe broke',
    ]);
    const large = (): Readable =>
      Readable.from(Array.from({ length: 65 }, () => Buffer.alloc(1024 * 1024, '\n')));
    expect(messages(await discover(['-'], { stdin: large }))).toEqual(['- is larger than 64 MiB']);
  });
});

it('reads a thousand workloads of one file', async () => {
  const text = Array.from({ length: 1000 }, (_, index) => pod(`pod-${index}`)).join('---\n');
  const { workloads } = await discoverText(text);
  expect(workloads).toHaveLength(1000);
  expect(workloads[999]?.containers[0]?.location?.line).toBe(999 * 9 + 8);
});
