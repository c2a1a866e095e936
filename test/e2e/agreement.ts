import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Home, type Image, pushImage, pushIndex, reference } from '../../testdata/make/build.ts';
import { writePolicy } from './asked.ts';
import type { Loopback, RegistryKind } from './bench.ts';
import type { AttestationCase, Cosigns, SignatureCase } from './case.ts';
import { keptIn, signaturesOf } from './places.ts';
import { verifyImage } from './program.ts';

const KINDS: readonly RegistryKind[] = ['referrers API', 'fallback tag'];

/** A test per case and registry: the image is made, both programs are asked, and what was asked for goes into `made`. */
export function signatureTests(
  family: string,
  cases: readonly SignatureCase[],
  loopback: () => Loopback,
  made: string[],
): void {
  for (const [at, one] of cases.entries()) {
    for (const kind of one.on ?? KINDS) {
      it(`${one.name} (${kind})`, async () => {
        const image = await make(loopback(), kind, `${family}-${at}`, one);
        const asked = one.reference?.(image) ?? reference(image, image.digest);
        const { signatureRepository: told } = one;
        const whom = told && told !== 'cosign' ? keptIn(one.asked, signaturesOf(image)) : one.asked;
        const env = told && told !== 'ours' ? { COSIGN_REPOSITORY: signaturesOf(image) } : {};
        const policy = writePolicy(loopback().workdir, [whom]);
        const [ours, cosign] = await Promise.all([
          verifyImage(asked, policy, loopback().workdir),
          askCosign(loopback(), ['verify', ...one.asked.flags, asked], one.cosign, env),
        ]);
        made.push(asked);
        const { status, reason, message } = ours;
        expect({ ours: [status, reason], cosign, message }).toEqual({
          ours: one.ours,
          cosign: said(one.cosign),
          message,
        });
        expect(ours.exitCode).toBe({ pass: 0, fail: 1, unknown: 3 }[one.ours[0]]);
      });
    }
  }
}

/** The same for attestations, which the program lists as evidence whether or not a check asks for them. */
export function attestationTests(
  family: string,
  cases: readonly AttestationCase[],
  loopback: () => Loopback,
): void {
  for (const [at, one] of cases.entries()) {
    for (const kind of one.on ?? KINDS) {
      it(`${one.name} (${kind})`, async () => {
        const image = await make(loopback(), kind, `${family}-${at}`, one);
        const asked = reference(image, image.digest);
        const policy = writePolicy(loopback().workdir, [one.asked]);
        const type = `--type=${one.predicate.cosign}`;
        const [{ evidence }, cosign] = await Promise.all([
          verifyImage(asked, policy, loopback().workdir),
          askCosign(loopback(), ['verify-attestation', type, ...one.asked.flags, asked], one.cosign),
        ]);
        const verified = evidence.some(
          ({ kind: what, predicateType, signer, result }) =>
            what === 'attestation' &&
            result === 'verified' &&
            predicateType === one.predicate.type &&
            signer?.subject === one.subject,
        );
        const refused = evidence.find(({ result }) => result === 'refused');
        const ours = verified ? 'verified' : (refused?.reason ?? 'absent');
        const message = refused?.message;
        expect({ ours, cosign, message }).toEqual({ ours: one.ours, cosign: said(one.cosign), message });
      });
    }
  }
}

/** What users are told of the differences. */
const DIFFERENCES = readFileSync(join(import.meta.dirname, '../../docs/cosign.md'), 'utf8');

/** The table's own rule: each difference is explained, on the side that it is on and to users, and no agreement is. */
export function differenceTests(cases: readonly (SignatureCase | AttestationCase)[]): void {
  it.each(cases)('says why, where the two differ: $name', ({ ours, cosign, stricter, wider }) => {
    const weAccept = ours === 'verified' || ours[0] === 'pass';
    const cosignAccepts = cosign === 'accepts';
    expect({ stricter: stricter !== undefined, wider: wider !== undefined }).toEqual({
      stricter: cosignAccepts && !weAccept,
      wider: weAccept && !cosignAccepts,
    });
    expect(DIFFERENCES).toContain(stricter ?? wider ?? '');
  });
}

async function make(
  loopback: Loopback,
  kind: RegistryKind,
  name: string,
  { index, steps }: Pick<SignatureCase, 'index' | 'steps'>,
): Promise<Image> {
  const home: Home = loopback.home(kind, `e2e/${name}`);
  const image = await (index === undefined
    ? pushImage(home, name)
    : pushIndex(home, name, index === 'buildkit'));
  for (const step of steps) await step(loopback.bench(kind), image, name);
  return image;
}

/** `accepts`, the expected refusal's source, or what cosign said instead. */
async function askCosign(
  { sigstore }: Loopback,
  [command = '', ...args]: readonly string[],
  expected: Cosigns,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const trust = `--trusted-root=${sigstore.trustedRootPath}`;
  const { code, stderr } = await sigstore.cosign([command, trust, ...args], env);
  if (code === 0) return 'accepts';
  return expected !== 'accepts' && expected.test(stderr) ? said(expected) : stderr;
}

function said(cosign: Cosigns): string {
  return cosign === 'accepts' ? cosign : `refuses: ${cosign.source}`;
}
