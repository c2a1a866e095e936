import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { renderKustomization } from './kustomize.ts';
import { createManifestSource } from './manifests.ts';

const POD =
  'apiVersion: v1\nkind: Pod\nmetadata:\n  name: cart\nspec:\n  containers:\n  - name: app\n    image: app\n';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kustomize-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

async function write(name: string, content: string, mode = 0o644): Promise<void> {
  await writeFile(join(directory, name), content, { mode });
}

/** Puts a program of that text before all others called kubectl. */
async function pretend(script: string): Promise<void> {
  await write('kubectl', `#!/bin/sh\n${script}\n`, 0o755);
  vi.stubEnv('PATH', `${directory}:${process.env['PATH'] ?? ''}`);
}

/** Without kubectl the tests that need it are shown as skipped. */
const kubectl = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((path) => join(path, 'kubectl'))
  .find((path) => existsSync(path));

describe.skipIf(kubectl === undefined)('with a real kubectl', () => {
  it('reads what a kustomization renders, under the name of its directory', async () => {
    await write(
      'kustomization.yaml',
      'resources: [pod.yaml]\nnamespace: shop\nimages: [{name: app, newName: ghcr.io/acme/app, newTag: v2}]\n',
    );
    await write('pod.yaml', POD);
    const found = await createManifestSource({
      paths: [],
      kustomize: directory,
      recursive: false,
      namespace: null,
      stdin: () => {
        throw new Error('standard input is not asked for');
      },
    }).discover();
    expect(found.gaps).toEqual([]);
    expect(found.workloads).toMatchObject([
      {
        namespace: 'shop',
        name: 'cart',
        containers: [
          {
            image: 'ghcr.io/acme/app:v2',
            location: { file: directory, line: 8, document: 1 },
          },
        ],
      },
    ]);
  });

  it.each<[string, string, RegExp]>([
    ['holds none', '', /^DIR cannot be rendered: .*kustomization/],
    ['names a file that is not there', 'resources: [gone.yaml]\n', /^DIR cannot be rendered: .*gone\.yaml/],
    ['is no YAML', 'resources: [', /^DIR cannot be rendered: /],
  ])('tells of a directory that %s', async (_, kustomization, message) => {
    if (kustomization !== '') await write('kustomization.yaml', kustomization);
    const gap = await renderKustomization(directory);
    expect(gap).toMatchObject({ scope: 'file', name: directory, reason: 'InputInvalid', wrongInput: true });
    const text = typeof gap === 'string' ? gap : gap.message;
    expect(text.replaceAll(directory, 'DIR')).toMatch(message);
    expect(text).not.toMatch(/\p{Cc}/u);
  });
});

it('takes no directory for a flag', async () => {
  await pretend('echo "$@"');
  expect(await renderKustomization(directory)).toBe(`kustomize -- ${directory}\n`);
});

it('tells that there is no kubectl', async () => {
  vi.stubEnv('PATH', directory);
  expect(await renderKustomization(directory)).toMatchObject({
    reason: 'FileUnreadable',
    wrongInput: true,
    message: `${directory} cannot be rendered: kubectl is not on PATH`,
  });
});

it.each<[string, string, object]>([
  [
    'fails with colours and several lines',
    String.raw`printf '\n\033[31merror: no\tgood\033[0m\nmore\n' >&2; exit 3`,
    { reason: 'InputInvalid', wrongInput: true, message: 'DIR cannot be rendered: [31merror: no good [0m' },
  ],
  [
    'logs its error',
    `echo 'E1122 20:57:00.497742   24601 run.go:72] "command failed" err="no good"' >&2; exit 1`,
    { message: 'DIR cannot be rendered: "no good"' },
  ],
  [
    'fails silently',
    'exit 3',
    { reason: 'InputInvalid', message: 'DIR cannot be rendered: kubectl failed (3)' },
  ],
  [
    'says very much',
    'head -c 5000 /dev/zero | tr "\\0" x >&2; exit 1',
    { message: `DIR cannot be rendered: ${'x'.repeat(300)}…` },
  ],
  [
    'never ends',
    'exec sleep 60',
    { reason: 'TimedOut', wrongInput: false, message: 'DIR was not rendered within 1 s' },
  ],
  [
    'writes without end',
    'exec cat /dev/zero',
    { reason: 'LimitExceeded', wrongInput: false, message: 'DIR is larger than 64 MiB' },
  ],
  [
    'writes no text',
    String.raw`printf 'a\377b'`,
    { reason: 'InputInvalid', message: 'DIR is no UTF-8 text' },
  ],
])('tells of a kubectl that %s', async (_, script, expected) => {
  await pretend(script);
  const gap = await renderKustomization(directory, 1000);
  expect(typeof gap).toBe('object');
  expect(JSON.parse(JSON.stringify(gap).replaceAll(directory, 'DIR'))).toMatchObject({
    name: 'DIR',
    ...expected,
  });
});

it.each<[string, string, string]>([
  ['a directory that is not there', 'gone', 'DIR/gone does not exist'],
  ['a file', 'file', 'DIR/file is no directory'],
])('does not ask kubectl for %s', async (_, name, message) => {
  await write('file', '');
  await pretend('echo asked');
  const gap = await renderKustomization(join(directory, name));
  expect(typeof gap === 'string' ? gap : gap.message.replaceAll(directory, 'DIR')).toBe(message);
});
