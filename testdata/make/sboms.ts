// Makes testdata/sboms anew with the real Syft and Trivy: node testdata/make/sboms.ts. The first time both are built, which takes half an hour.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startOlareg } from '../../test/sigstore/registry.ts';
import { connect } from './client.ts';
import { pushCart, pushTools } from './sbom-images.ts';

const OUT = resolve(import.meta.dirname, '../sboms');
const BUILD = resolve(import.meta.dirname, '../../test/tools/build.sh');

/** What each tool calls a format, by the file that it is written to. */
const SYFT: Readonly<Record<string, string>> = {
  'syft.json': 'syft-json',
  'syft.spdx-2.3.json': 'spdx-json@2.3',
  'syft.spdx-2.2.json': 'spdx-json@2.2',
  'syft.spdx': 'spdx-tag-value@2.3',
  'syft.cdx.json': 'cyclonedx-json@1.6',
  'syft.cdx.xml': 'cyclonedx-xml@1.6',
};
const TRIVY: Readonly<Record<string, string>> = {
  'trivy.cdx.json': 'cyclonedx',
  'trivy.spdx.json': 'spdx-json',
  'trivy.spdx': 'spdx',
};
/** Of the second image, one format says it all. */
const ONE = new Set(['syft.cdx.json', 'trivy.cdx.json']);

const bin = run('bash', [
  BUILD,
  'olareg',
  ...['syft', 'trivy'].map((tool) => join(import.meta.dirname, 'scanners', tool)),
]).trim();
const cwd = mkdtempSync(join(tmpdir(), 'sboms-'));
const registry = await startOlareg({ workdir: cwd, toolsBin: bin });
try {
  withoutJavaIndex(join(cwd, 'trivy'));
  for (const name of ['cart', 'tools']) rmSync(join(OUT, name), { recursive: true, force: true });
  const client = connect(registry.url);
  const images = { cart: await pushCart(client, 'shop/cart'), tools: await pushTools(client, 'shop/tools') };
  for (const [name, { digest }] of Object.entries(images)) {
    const image = `${registry.host}/shop/${name}@${digest}`;
    const wanted = (file: string) => name === 'cart' || ONE.has(file);
    mkdirSync(join(OUT, name), { recursive: true });
    for (const [file, format] of Object.entries(SYFT).filter(([one]) => wanted(one)))
      write(join(OUT, name, file), run('syft', ['scan', `registry:${image}`, '--quiet', '--output', format]));
    for (const [file, format] of Object.entries(TRIVY).filter(([one]) => wanted(one)))
      write(
        join(OUT, name, file),
        run('trivy', [
          'image',
          '--quiet',
          '--image-src',
          'remote',
          '--offline-scan',
          '--format',
          format,
          image,
        ]),
      );
  }
  writeFileSync(join(OUT, 'images.json'), `${JSON.stringify(images, null, 2)}\n`);
} finally {
  await registry.stop();
  rmSync(cwd, { recursive: true, force: true });
}

/** Trivy scans no Java archive without its index of them: an empty one does where archives say what they are. */
function withoutJavaIndex(cache: string): void {
  mkdirSync(join(cache, 'java-db'), { recursive: true });
  writeFileSync(join(cache, 'java-db/trivy-java.db'), '');
  const [then, later] = ['2026-01-15T09:00:00Z', '2099-01-01T00:00:00Z'];
  const metadata = { Version: 1, NextUpdate: later, UpdatedAt: then, DownloadedAt: then };
  writeFileSync(join(cache, 'java-db/metadata.json'), JSON.stringify(metadata));
}

/** Runs a program; the scanners with nothing of this user's. */
function run(command: string, args: readonly string[]): string {
  const quiet = { SYFT_CHECK_FOR_APP_UPDATE: 'false', TRIVY_SKIP_VERSION_CHECK: 'true' };
  const own =
    command === 'bash'
      ? process.env
      : { PATH: bin, HOME: cwd, TRIVY_CACHE_DIR: join(cwd, 'trivy'), ...quiet };
  const { status, stdout, stderr } = spawnSync(command, args, { env: own, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return stdout;
}

/** The registry's address and the directory of caches are this machine's. */
function write(file: string, text: string): void {
  const [address, port] = registry.host.split(':');
  const written = [':', '-', '%3A'].map((between) => `${address}${between}${port}`);
  const own = written.reduce((said, one) => said.replaceAll(one, 'registry.example.com'), text);
  writeFileSync(file, own.replaceAll(cwd, '/home/user'));
}
