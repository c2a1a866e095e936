import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dump } from 'js-yaml';
import { type LargeSbom, largeSboms } from './large-sboms.ts';
import { type Cost, measured } from './measured.ts';
import { type Row, table } from './table.ts';

/**
 * The largest resident set of the program while it holds images with a large SBOM against a policy, out of saved evidence: for each format
 * attached by itself, in a Sigstore bundle, and in cosign's older envelope; and for many such images at once.
 */
const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '60' },
    images: { type: 'string', default: '20' },
    only: { type: 'string', default: '' },
  },
});
const TARGET_MEBIBYTES = 300 * (1e6 / 1024 ** 2);
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const NAME = 'io.containerd.image.name';
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const DSSE = 'application/vnd.dsse.envelope.v1+json';
const IN_TOTO = 'application/vnd.in-toto+json';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const workdir = mkdtempSync(join(tmpdir(), 'supplychain-bench-memory-'));
const policy = join(workdir, 'policy.yaml');
writeFileSync(join(workdir, 'key.pub'), pair.publicKey.export({ type: 'spki', format: 'pem' }));

interface Layer {
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An OCI layout of images, each with what is attached to it; returns their references. */
function layout(directory: string, images: number, attach: (digest: string) => Layer): readonly string[] {
  const blobs = join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (mediaType: string, bytes: Buffer) => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(blobs, hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const config = put('application/vnd.oci.empty.v1+json', Buffer.from('{}'));
  const manifest = (content: object) =>
    put(
      OCI_MANIFEST,
      Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, ...content })),
    );
  const all = Array.from({ length: images }, (_, at) => {
    const name = `registry.example.com/large/image-${at}:v1`;
    const image = manifest({ layers: [put('application/vnd.oci.image.layer.v1.tar', Buffer.from(name))] });
    const { mediaType, bytes, annotations } = attach(image.digest);
    const referrer = manifest({
      artifactType: mediaType,
      layers: [{ ...put(mediaType, bytes), ...(annotations && { annotations }) }],
      subject: image,
    });
    return { name, image, referrer: { ...referrer, artifactType: mediaType } };
  });
  writeFileSync(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  const manifests = all.flatMap(({ name, image, referrer }) => [
    { ...image, annotations: { [NAME]: name } },
    { ...referrer, annotations: { [NAME]: `${name.replace(/:v1$/, '')}@${referrer.digest}` } },
  ]);
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  return all.map(({ name, image }) => `${name}@${image.digest}`);
}

type Place = (sbom: LargeSbom) => (digest: string) => Layer;

const PLACES: Readonly<Record<string, Place>> = {
  alone: ({ mediaType, text }) => {
    const bytes = Buffer.from(text);
    return () => ({ mediaType, bytes });
  },
  'in a bundle': (sbom) => (digest) => {
    const bundle = {
      mediaType: BUNDLE,
      verificationMaterial: { publicKey: { hint: '' } },
      dsseEnvelope: envelope(sbom, digest),
    };
    return { mediaType: BUNDLE, bytes: Buffer.from(JSON.stringify(bundle)) };
  },
  'in an envelope': (sbom) => (digest) => ({
    mediaType: DSSE,
    bytes: Buffer.from(JSON.stringify(envelope(sbom, digest))),
  }),
};

/** As `cosign attest` writes it: a document that is no JSON becomes a text. */
function envelope({ text, predicateType }: LargeSbom, digest: string) {
  const predicate = text.startsWith('{') ? text : JSON.stringify(text);
  const subject = [{ name: 'large', digest: { sha256: digest.slice('sha256:'.length) } }];
  const head = JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject, predicateType });
  const payload = Buffer.from(`${head.slice(0, -1)},"predicate":${predicate}}`);
  const signed = Buffer.concat([
    Buffer.from(`DSSEv1 ${IN_TOTO.length} ${IN_TOTO} ${payload.length} `),
    payload,
  ]);
  const sig = sign('sha256', signed, pair.privateKey).toString('base64');
  return { payloadType: IN_TOTO, payload: payload.toString('base64'), signatures: [{ sig }] };
}

function writePolicy(sbom: object): void {
  const key = { path: './key.pub', transparencyLog: false };
  const spec = { default: 'allow', authorities: [{ name: 'ci', key }], rules: [{ name: 'large', sbom }] };
  const head = { apiVersion: 'kubectl-supplychain/v1alpha1', kind: 'Policy', metadata: { name: 'large' } };
  writeFileSync(policy, dump({ ...head, spec }));
}

/** The program has to find that every image passes. */
async function judge(images: readonly string[], evidence: string): Promise<Cost> {
  const args = [
    'dist/main.mjs',
    'verify',
    ...images,
    '--evidence',
    evidence,
    '--policy',
    policy,
    // While one is judged, which takes seconds, the others wait.
    '--timeout',
    '10m',
  ];
  return measured(process.execPath, args, { env: { HOME: workdir } });
}

const rows: Row[] = [];

async function row(what: string, images: number, sbom: LargeSbom, place: Place): Promise<void> {
  console.error(what);
  const directory = mkdtempSync(join(workdir, 'evidence-'));
  const references = layout(directory, images, place(sbom));
  const cost = await judge(references, directory);
  rmSync(directory, { recursive: true });
  rows.push({
    what,
    ours: `${cost.peakMebibytes.toFixed(0)} MiB, ${cost.cpuSeconds.toFixed(1)} s of CPU`,
    peer: '',
    ratio: '',
    target: { text: '≤ 286 MiB (300 MB)', met: cost.peakMebibytes <= TARGET_MEBIBYTES },
  });
  console.error(`  ${rows.at(-1)?.ours}`);
}

try {
  const bytes = Number(values.megabytes) * 1e6;
  for (const sbom of largeSboms(bytes)) {
    for (const [name, place] of Object.entries(PLACES)) {
      const what = `${sbom.format}, ${name}`;
      if (!what.includes(values.only)) continue;
      writePolicy(name === 'alone' ? { allowUnsigned: true } : { signedBy: ['ci'] });
      await row(what, 1, sbom, place);
    }
  }
  for (const sbom of largeSboms(bytes)) {
    const what = `${values.images} images at once: ${sbom.format}, in a bundle`;
    if (sbom.format !== 'SPDX 2.3 JSON' || !what.includes(values.only)) continue;
    writePolicy({ signedBy: ['ci'] });
    await row(what, Number(values.images), sbom, PLACES['in a bundle'] ?? fail());
  }
  console.log(table(rows));
} finally {
  rmSync(workdir, { recursive: true, force: true });
}

function fail(): never {
  throw new Error('no such place');
}
