import type { GatheredImage, GatheredManifest } from './evidence/gather.ts';
import type { JudgedImage, JudgedManifest } from './policy/subject.ts';
import { ok, type Outcome } from './reasons.ts';
import { type ImageReference, parseReference } from './registry/reference.ts';
import type { TrustMaterial } from './verify/verifier.ts';
import { verifyEvidence } from './verify/verify-evidence.ts';
import type { Workload } from './workloads/source.ts';

/** The images of a run, by their texts: references, and what is wrong with those that are none. */
export interface References {
  readonly valid: readonly ImageReference[];
  readonly invalid: ReadonlyMap<string, string>;
}

/** Reads each distinct image text once. */
export function parseReferences(workloads: readonly Workload[]): References {
  const texts = new Set(workloads.flatMap(({ containers }) => containers.map(({ image }) => image)));
  const valid: ImageReference[] = [];
  const invalid = new Map<string, string>();
  for (const text of texts) {
    const parsed = parseReference(text);
    if (parsed.ok) valid.push(parsed.value);
    else invalid.set(text, parsed.message);
  }
  return { valid, invalid };
}

/** Verifies what was gathered, each digest once, and puts it into the form in which it is judged. Pure. */
export function verifyImages(
  { valid, invalid }: References,
  gathered: ReadonlyMap<string, Outcome<GatheredImage>>,
  trust: TrustMaterial,
): Map<string, JudgedImage | { readonly invalid: string }> {
  const verified = new Map<string, JudgedManifest>();
  const verify = (
    repository: string,
    { digest, platform, evidence, faults }: GatheredManifest,
  ): JudgedManifest => {
    const key = `${repository}@${digest}`;
    const manifest = verified.get(key) ?? {
      digest,
      platform,
      faults,
      verdicts: evidence.map((one) => verifyEvidence(one, trust)),
    };
    verified.set(key, manifest);
    return { ...manifest, platform };
  };
  const images = new Map<string, JudgedImage | { readonly invalid: string }>(
    [...invalid].map(([text, message]) => [text, { invalid: message }]),
  );
  for (const reference of valid) {
    const outcome = gathered.get(reference.text);
    if (!outcome) continue;
    const resolution = outcome.ok
      ? ok({
          digest: outcome.value.resolved.digest,
          root: verify(reference.repository, outcome.value.root),
          runnable: outcome.value.resolved.runnable,
          children: outcome.value.children.map((child) => verify(reference.repository, child)),
        })
      : outcome;
    images.set(reference.text, { text: reference.text, reference, resolution });
  }
  return images;
}
