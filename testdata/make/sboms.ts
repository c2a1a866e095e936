// Makes testdata/sboms: node testdata/make/sboms.ts SYFT, with the path of Syft 1.42.0 (go install -ldflags '-X main.version=1.42.0' github.com/anchore/syft/cmd/syft@v1.42.0).
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { describe, digestOf, INDEX, MANIFEST } from './client.ts';

const OUT = resolve(import.meta.dirname, '../sboms');

/** The file system of a small image: a distribution's package with a source of another name, and one package of npm and of Python. */
const FILES: Readonly<Record<string, string>> = {
  'etc/os-release': 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
  'var/lib/dpkg/status':
    'Package: libssl3\nStatus: install ok installed\nMaintainer: Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>\n' +
    'Architecture: amd64\nSource: openssl (3.0.11-1~deb12u2)\nVersion: 3.0.11-1~deb12u2+b1\nDescription: Secure Sockets Layer toolkit\n\n',
  'app/node_modules/express/package.json':
    '{"name":"express","version":"4.19.2","license":"MIT","dependencies":{}}',
  'usr/lib/python3/dist-packages/requests-2.31.0.dist-info/METADATA':
    'Metadata-Version: 2.1\nName: requests\nVersion: 2.31.0\nLicense: Apache-2.0\n',
  'usr/lib/python3/dist-packages/requests-2.31.0.dist-info/RECORD': '',
};

/** Formats by the file that they are written to. */
const FORMATS: Readonly<Record<string, string>> = {
  'syft.json': 'syft-json',
  'spdx-2.3.json': 'spdx-json@2.3',
  'spdx-2.2.json': 'spdx-json@2.2',
  'spdx-2.3.spdx': 'spdx-tag-value@2.3',
  'cyclonedx-1.6.json': 'cyclonedx-json@1.6',
  'cyclonedx-1.6.xml': 'cyclonedx-xml@1.6',
};

const [syft] = process.argv.slice(2);
if (syft === undefined) throw new Error('usage: node testdata/make/sboms.ts SYFT');
const cwd = mkdtempSync(join(tmpdir(), 'sboms-'));
const layout = join(cwd, 'image');
try {
  await writeImage(layout);
  mkdirSync(OUT, { recursive: true });
  const outputs = Object.entries(FORMATS).flatMap(([file, format]) => ['-o', `${format}=${join(OUT, file)}`]);
  const env = { PATH: process.env['PATH'], HOME: cwd, SYFT_CHECK_FOR_APP_UPDATE: 'false' };
  const args = ['scan', 'oci-dir:image', '--source-name', 'registry.example.com/shop/cart', ...outputs];
  const { status, stderr } = spawnSync(resolve(syft), args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  // Syft writes where it keeps its cache, which is no part of what it found.
  const json = join(OUT, 'syft.json');
  writeFileSync(json, readFileSync(json, 'utf8').replaceAll(cwd, '/home/user'));
} finally {
  rmSync(cwd, { recursive: true, force: true });
}

/** An image of one layer as an OCI layout. */
async function writeImage(directory: string): Promise<void> {
  const tar = pack();
  for (const [name, text] of Object.entries(FILES)) tar.entry({ name, mtime: new Date(0) }, text);
  tar.finalize();
  const layer = await buffer(tar);
  const json = (value: object) => Buffer.from(JSON.stringify(value));
  mkdirSync(join(directory, 'blobs/sha256'), { recursive: true });
  const stored = (mediaType: string, bytes: Buffer) => {
    writeFileSync(join(directory, 'blobs/sha256', digestOf(bytes).slice('sha256:'.length)), bytes);
    return describe({ mediaType, bytes });
  };
  const config = stored(
    'application/vnd.oci.image.config.v1+json',
    json({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    }),
  );
  const layers = [stored('application/vnd.oci.image.layer.v1.tar', layer)];
  const manifest = stored(MANIFEST, json({ schemaVersion: 2, mediaType: MANIFEST, config, layers }));
  writeFileSync(join(directory, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(
    join(directory, 'index.json'),
    json({ schemaVersion: 2, mediaType: INDEX, manifests: [manifest] }),
  );
}
