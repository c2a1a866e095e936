import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { zipOf } from '../../src/osv/zip.fixture.ts';
import { type Client, describe, digestOf, MANIFEST } from './client.ts';

type Files = Readonly<Record<string, string | Buffer>>;

/** What of an image its SBOMs have to agree with. */
export interface PushedImage {
  readonly digest: string;
  /** Digests of the layers' contents, the lowest first. */
  readonly diffIds: readonly string[];
}

const DEBIAN: Files = {
  'etc/os-release': 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
  'etc/debian_version': '12.5\n',
  'var/lib/dpkg/status':
    'Package: libssl3\nStatus: install ok installed\nMaintainer: Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>\n' +
    'Architecture: amd64\nSource: openssl (3.0.11-1~deb12u2)\nVersion: 3.0.11-1~deb12u2+b1\nDescription: Secure Sockets Layer toolkit\n\n',
};

const MAVEN = 'META-INF/maven/org.apache.logging.log4j/log4j-core';
const LOG4J = zipOf([
  { name: 'META-INF/MANIFEST.MF', text: 'Manifest-Version: 1.0\r\n\r\n', stored: true },
  {
    name: `${MAVEN}/pom.properties`,
    text: 'groupId=org.apache.logging.log4j\nartifactId=log4j-core\nversion=2.14.1\n',
    stored: true,
  },
]);

const APPLICATION: Files = {
  'app/lib/log4j-core-2.14.1.jar': LOG4J,
  'app/node_modules/express/package.json':
    '{"name":"express","version":"4.19.2","license":"MIT","dependencies":{}}',
  'usr/lib/python3/dist-packages/requests-2.31.0.dist-info/METADATA':
    'Metadata-Version: 2.1\nName: requests\nVersion: 2.31.0\nLicense: Apache-2.0\n',
  'usr/lib/python3/dist-packages/requests-2.31.0.dist-info/RECORD': '',
};

/** A library whose source has another name, as Alpine's database has it. */
const ALPINE: Files = {
  'etc/os-release': 'ID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n',
  'etc/alpine-release': '3.20.3\n',
  'lib/apk/db/installed':
    'C:Q1o6MYdVQ1ATCoVg4nhzKNJZhLDzM=\nP:libcrypto3\nV:3.3.2-r0\nA:x86_64\nS:1\nI:1\nT:Crypto library from openssl\n' +
    'U:https://www.openssl.org/\nL:Apache-2.0\no:openssl\nm:Natanael Copa <ncopa@alpinelinux.org>\nt:1\nc:a\n\n',
};

/** Debian below, an application of Java, JavaScript, Python and Go above. */
export function pushCart(client: Client, repository: string): Promise<PushedImage> {
  return push(client, repository, [DEBIAN, { ...APPLICATION, 'usr/local/bin/cart': goProgram() }]);
}

/** Alpine alone. */
export function pushTools(client: Client, repository: string): Promise<PushedImage> {
  return push(client, repository, [ALPINE]);
}

async function push(client: Client, repository: string, layers: readonly Files[]): Promise<PushedImage> {
  const archives = await Promise.all(layers.map(archived));
  const diffIds = archives.map((archive) => digestOf(archive));
  const config = stored('application/vnd.oci.image.config.v1+json', {
    created: '2026-01-15T09:00:00Z',
    architecture: 'amd64',
    os: 'linux',
    config: {},
    history: layers.map(() => ({ created: '2026-01-15T09:00:00Z', created_by: 'COPY . /' })),
    rootfs: { type: 'layers', diff_ids: diffIds },
  });
  const blobs = archives.map((bytes) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar', bytes }));
  for (const { bytes } of [config, ...blobs]) await client.pushBlob(repository, bytes);
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: describe(config),
    layers: blobs.map((blob) => describe(blob)),
  };
  const { digest } = await client.pushManifest(repository, stored(MANIFEST, manifest), 'v1');
  return { digest, diffIds };
}

function stored(mediaType: string, value: object): { mediaType: string; bytes: Buffer } {
  return { mediaType, bytes: Buffer.from(JSON.stringify(value)) };
}

function archived(files: Files): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files))
    tar.entry({ name, mode: 0o755, mtime: new Date(0) }, content);
  tar.finalize();
  return buffer(tar);
}

/** A program that says of itself which modules it was built of. */
function goProgram(): Buffer {
  const cwd = mkdtempSync(join(tmpdir(), 'cart-'));
  try {
    writeFileSync(join(cwd, 'go.mod'), 'module example.com/shop/cart\n\ngo 1.24\n');
    writeFileSync(join(cwd, 'main.go'), 'package main\n\nfunc main() {}\n');
    const env = {
      ...process.env,
      GOOS: 'linux',
      GOARCH: 'amd64',
      CGO_ENABLED: '0',
      GOFLAGS: '-buildvcs=false',
    };
    const built = spawnSync('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', 'cart'], { cwd, env });
    if (built.status !== 0) throw new Error(built.stderr?.toString() ?? 'go is not there');
    return readFileSync(join(cwd, 'cart'));
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
