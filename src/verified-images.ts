import type { GatheredImage, GatheredManifest, ImageRequest } from './evidence/gather.ts';
import type { JudgedImage, JudgedManifest } from './policy/subject.ts';
import { ok, type Outcome } from './reasons.ts';
import type { AskFor } from './revocation-answers.ts';
import { type ImageReference, parseReference } from './registry/reference.ts';
import { parsePlatform } from './registry/platform.ts';
import type { TrustMaterial } from './verify/verifier.ts';
import { verifyEvidence } from './verify/verify-evidence.ts';
import { imagesOf, type RunningOne } from './workloads/running-images.ts';
import type { Workload } from './workloads/source.ts';

/** An image of the run: `text` names it, and `written` is the reference that stands in the workload. */
interface RunImage extends ImageRequest {
  readonly written?: ImageReference | undefined;
  /** What the cluster names beside the running digest, where that is another repository. */
  readonly also?: ImageReference | undefined;
}

/** The images of a run, by their names: references, and what is wrong with those that are none. */
export interface References {
  readonly valid: readonly RunImage[];
  readonly invalid: ReadonlyMap<string, string>;
}

/** Reads each distinct image once. */
export function parseReferences(workloads: readonly Workload[]): References {
  const valid = new Map<string, RunImage>();
  const invalid = new Map<string, string>();
  for (const { containers } of workloads)
    for (const container of containers)
      for (const { key, running } of imagesOf(container)) {
        if (valid.has(key) || invalid.has(container.image)) continue;
        const parsed = parseReference(container.image);
        if (!parsed.ok) invalid.set(container.image, parsed.message);
        else valid.set(key, running ? runningImage(key, parsed.value, running) : parsed.value);
      }
  return { valid: [...valid.values()], invalid };
}

function runningImage(text: string, written: ImageReference, running: RunningOne): RunImage {
  const other = running.repository === null ? null : parseReference(running.repository);
  const also =
    other?.ok && other.value.repository !== written.repository
      ? { ...other.value, tag: null, digest: running.digest, text: running.imageID }
      : undefined;
  const platforms = running.platforms.flatMap((platform) => parsePlatform(platform) ?? []);
  return { ...written, text, written, also, running: { ...running, platforms } };
}

/** Verifies what was gathered, each digest once, and puts it into the form in which it is judged. Pure. */
export function verifyImages(
  { valid, invalid }: References,
  gathered: ReadonlyMap<string, Outcome<GatheredImage>>,
  trust: TrustMaterial,
  { judgedAt, ask }: { readonly judgedAt: Date; readonly ask: AskFor },
): Map<string, JudgedImage | { readonly invalid: string }> {
  const verified = new Map<string, JudgedManifest>();
  const verify = (
    repository: string,
    { digest, platform, evidence, faults, config }: GatheredManifest,
  ): JudgedManifest => {
    const key = `${repository}@${digest}`;
    const manifest = verified.get(key) ?? {
      digest,
      platform,
      faults,
      config,
      verdicts: evidence.map((one) =>
        verifyEvidence(one, trust, { repository, judgedAt, ask: (question) => ask(question, repository) }),
      ),
    };
    verified.set(key, manifest);
    // One digest was found over several ways, and each has its own faults.
    return { ...manifest, platform, faults, config };
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
          root: verify(outcome.value.resolved.reference.repository, outcome.value.root),
          runnable: outcome.value.resolved.runnable,
          children: outcome.value.children.map((child) =>
            verify(outcome.value.resolved.reference.repository, child),
          ),
        })
      : outcome;
    const { text, written, also, running } = reference;
    const meant = outcome.ok ? outcome.value.meant : outcome;
    const ran = running && { imageID: running.imageID, also };
    images.set(text, { text, reference: written ?? reference, resolution, running: ran, meant });
  }
  return images;
}
