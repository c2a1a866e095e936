import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from '../forge/certificate.ts';
import { pem } from '../forge/keys.ts';
import {
  EMPTY_BYTES,
  IMAGE,
  IMAGE_BYTES,
  type NotationKnobs,
  notationSignature,
  trustPolicyText,
} from '../forge/notation.ts';
import { chain, type NotationCase } from './case.ts';

/** A case as Notation finds it on disk. */
export interface OnDisk {
  /** What XDG_CONFIG_HOME is for Notation, and the directory of its configuration in it. */
  readonly home: string;
  readonly config: string;
  readonly layout: string;
}

const homes: string[] = [];
process.once('exit', () => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

/** A directory that is gone when the process is. */
export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'notation-'));
  homes.push(home);
  return home;
}

/** Writes the image with its signatures as an OCI layout, and the trust policy with its trust stores. */
export function writeCase({ signature = {}, trust = {}, store }: NotationCase): OnDisk {
  const home = temporaryHome();
  const [config, layout] = [join(home, 'notation'), join(home, 'layout')];
  const stores = trust.stores ?? { 'ca:acme': chain().slice(-1) };
  for (const [name, certificates] of Object.entries(stores)) writeStore(config, name, certificates ?? []);
  writeFileSync(join(config, 'trustpolicy.json'), trustPolicyText(trust, Object.keys(stores)));
  writeLayout(layout, (Array.isArray(signature) ? signature : [signature]) as readonly NotationKnobs[]);
  store?.(join(config, 'truststore', 'x509'));
  return { home, config, layout };
}

function writeStore(config: string, name: string, certificates: readonly Certificate[]): void {
  const directory = join(config, 'truststore', 'x509', ...name.split(':'));
  mkdirSync(directory, { recursive: true });
  for (const [at, { der }] of certificates.entries())
    writeFileSync(join(directory, `${at}.pem`), pem('CERTIFICATE', der));
}

/** Writes the image with its signatures as an OCI layout, as oras does. */
export function writeLayout(directory: string, signatures: readonly NotationKnobs[]): void {
  const blobs = join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (bytes: Uint8Array) => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(blobs, hex), bytes);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  put(EMPTY_BYTES);
  put(IMAGE_BYTES);
  const attached = signatures.map((knobs) => {
    const { bytes, carrier } = notationSignature({ chain: chain(), ...knobs });
    put(bytes);
    const { kind: _, ...manifest } = carrier?.manifest ?? { kind: 'manifest' };
    const text = JSON.stringify({ schemaVersion: 2, mediaType: IMAGE.mediaType, ...manifest });
    return { mediaType: IMAGE.mediaType, ...put(Buffer.from(text)) };
  });
  const image = { ...IMAGE, annotations: { 'org.opencontainers.image.ref.name': 'v1' } };
  const index = { schemaVersion: 2, manifests: [image, ...attached] };
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(directory, 'index.json'), JSON.stringify(index));
}
