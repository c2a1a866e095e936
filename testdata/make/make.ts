// Makes testdata/: node testdata/make/make.ts
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDockerRegistry, startOlareg } from '../../test/sigstore/registry.ts';
import { mustRun } from '../../test/sigstore/run.ts';
import type { Running } from '../../test/sigstore/servers.ts';
import { type Sigstore, startSigstore } from '../../test/sigstore/start.ts';
import { bundleOf } from './attached.ts';
import type { Home, Image } from './build.ts';
import { connect } from './client.ts';
import { askCosign } from './crosscheck.ts';
import { expectedRows, type Made, readme, strayImages } from './documents.ts';
import { createLayout, type Layout } from './export.ts';
import { ABSENT, type Case, CASES, pushCase } from './images.ts';
import { ELSEWHERE, signing } from './sign.ts';
import type { Bench } from './steps.ts';

const testdata = join(import.meta.dirname, '..');
const HOST = 'registry.example.com';
const OLD_HOST = 'old-registry.example.com';
const TRUSTED_KEYS = ['release', 'archive'];

const workdir = mkdtempSync(join(tmpdir(), 'testdata-'));
process.on('exit', () => rmSync(workdir, { recursive: true, force: true }));
const running: Running[] = [];
try {
  await make();
} finally {
  for (const service of running.toReversed()) await service.stop();
}

async function make(): Promise<void> {
  const tools = await mustRun('bash', [join(testdata, '..', 'test', 'tools', 'build.sh')], {
    env: inherited(),
  });
  const toolsBin = tools.stdout.trim();
  const registry = await startOlareg({ workdir, toolsBin });
  const oldRegistry = await startDockerRegistry({ workdir });
  running.push(registry, oldRegistry);
  const registries = { [HOST]: registry.url, [OLD_HOST]: oldRegistry.url };
  const sigstore = await startSigstore({ workdir, toolsBin, registries, otherIssuers: [ELSEWHERE] });
  running.push(sigstore);
  for (const key of [...TRUSTED_KEYS, 'intruder']) {
    await sigstore.cosign(['generate-key-pair', `--output-key-prefix=${key}`]);
  }

  const client = connect(registry.url);
  const oldClient = connect(oldRegistry.url);
  const bench: Bench = {
    signing: signing(sigstore, workdir),
    scratch: (name) => ({ client, host: HOST, repository: `scratch/${name}` }),
  };
  const home = ({ name, oldRegistry: old }: Case): Home => ({
    client: old ? oldClient : client,
    host: old ? OLD_HOST : HOST,
    repository: `shop/${name}`,
  });
  const layout = createLayout(join(workdir, 'layout'));
  const made: Made[] = [];
  for (const one of CASES) made.push(await makeCase(one, home(one), bench, sigstore, layout));
  layout.finish();
  // Only a whole run replaces what is there.
  rmSync(join(testdata, 'layout'), { recursive: true, force: true });
  cpSync(join(workdir, 'layout'), join(testdata, 'layout'), { recursive: true });
  writeDocuments(made, sigstore);
}

async function makeCase(
  one: Case,
  home: Home,
  bench: Bench,
  sigstore: Sigstore,
  layout: Layout,
): Promise<Made> {
  const image = await pushCase(one, home);
  for (const step of one.steps) await step(bench, image, one.name);
  const cosign = await askCosign(sigstore, workdir, image);
  const row = [
    one.name,
    one.expectation.expect,
    one.expectation.reason,
    cosign.authority ?? cosign.message.slice(0, 150),
  ];
  console.log(row.map((cell, at) => cell.padEnd([12, 8, 24][at] ?? 0)).join(' '));
  const agrees = cosign.authority === one.expectation.authority;
  if (agrees !== (one.cosignDiffers === undefined))
    throw new Error(`${one.name}: not what the table says of cosign`);
  await layout.add(home);
  if (one.damaged) layout.damage(await bundleBlob(image));
  return { case: one, image: `${home.host}/${home.repository}:v1`, digest: image.digest, cosign };
}

async function bundleBlob(image: Image): Promise<string> {
  const { manifest } = await bundleOf(image);
  return manifest.layers[0]?.digest ?? '';
}

function writeDocuments(made: readonly Made[], sigstore: Sigstore): void {
  const keys = join(testdata, 'keys');
  mkdirSync(keys, { recursive: true });
  for (const key of TRUSTED_KEYS) cpSync(join(workdir, `${key}.pub`), join(keys, `${key}.pub`));
  const trustedRoot: unknown = JSON.parse(readFileSync(sigstore.trustedRootPath, 'utf8'));
  write('trusted-root.json', `${JSON.stringify(trustedRoot, null, 2)}\n`);
  const rows = expectedRows(made, ABSENT);
  write('expected.json', `${JSON.stringify(rows, null, 2)}\n`);
  write('README.md', readme(made, ABSENT, toolVersions()));
  const complaints = strayImages(join(testdata, 'manifests'), rows);
  for (const complaint of complaints) console.error(complaint);
  if (complaints.length > 0) process.exitCode = 1;
}

function write(name: string, text: string): void {
  writeFileSync(join(testdata, name), text);
}

/** The pinned versions of the tools, from their modules. */
function toolVersions(): string {
  const version = (tool: string): string => {
    const text = readFileSync(join(testdata, '..', 'test', 'tools', tool, 'go.mod'), 'utf8');
    const name = /^tool (\S+)/m.exec(text)?.[1] ?? '';
    const line = [...text.matchAll(/^\t?(?:require )?(\S+) (v\S+)/gm)].find(([, path = '']) =>
      name.startsWith(path),
    );
    return `${tool} ${line?.[2] ?? 'of unknown version'}`;
  };
  return ['cosign', 'fulcio', 'rekor-tiles', 'timestamp-authority', 'olareg'].map(version).join(', ');
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
