import type { Evidence } from './evidence/collector.ts';
import {
  type GatheredImage,
  type GatheredManifest,
  type ImageRequest,
  requestKey,
} from './evidence/gather.ts';
import type { JudgedImage, JudgedManifest } from './policy/subject.ts';
import { ok, type Outcome } from './reasons.ts';
import type { AskFor } from './revocation-answers.ts';
import { type ImageReference, parseReference } from './registry/reference.ts';
import { parsePlatform } from './registry/platform.ts';
import type { TrustMaterial, Verdict } from './verify/verifier.ts';
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
      for (const { key, text, running } of imagesOf(container)) {
        if (valid.has(key) || invalid.has(container.image)) continue;
        const parsed = parseReference(container.image);
        if (!parsed.ok) invalid.set(container.image, parsed.message);
        else {
          const image = running ? runningImage(text, parsed.value, running) : parsed.value;
          const { pullSecrets } = container;
          valid.set(key, pullSecrets === undefined ? image : { ...image, key, pullSecrets });
        }
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

/** The names of an image by which it may be trusted: as it is written, and as the cluster has it. */
export function repositoriesOf({ written, also, repository }: RunImage): readonly string[] {
  return [written?.repository ?? repository, ...(also ? [also.repository] : [])];
}

/** Verifies what was gathered, and puts it into the form in which it is judged. Pure. */
export function verifyImages(
  { valid, invalid }: References,
  gathered: ReadonlyMap<string, Outcome<GatheredImage>>,
  trust: TrustMaterial,
  { judgedAt, ask }: { readonly judgedAt: Date; readonly ask: AskFor },
): Map<string, JudgedImage | { readonly invalid: string }> {
  const verify = imageVerifier(trust, judgedAt);
  const images = new Map<string, JudgedImage | { readonly invalid: string }>(invalidImages(invalid));
  for (const reference of valid) {
    const outcome = gathered.get(requestKey(reference));
    if (outcome) images.set(requestKey(reference), verify(reference, outcome, ask));
  }
  return images;
}

export function invalidImages(
  invalid: References['invalid'],
): [text: string, image: { readonly invalid: string }][] {
  return [...invalid].map(([text, message]) => [text, { invalid: message }]);
}

type VerifyImage = (reference: RunImage, outcome: Outcome<GatheredImage>, ask: AskFor) => JudgedImage;

/** Verifies one image after the other, and a piece of evidence in its repository once, as long as somebody holds it. */
export function imageVerifier(trust: TrustMaterial, judgedAt: Date): VerifyImage {
  const verified = new Map<string, WeakMap<Evidence, Verdict>>();
  const judged = new WeakMap<Outcome<GatheredImage>, Map<string, JudgedImage>>();
  return (reference, outcome, ask) => {
    const verify = (
      repository: string,
      { digest, platform, evidence, faults, config }: GatheredManifest,
    ): JudgedManifest => {
      const names = [...new Set([repository, ...repositoriesOf(reference)])];
      const known = verified.get(names.join(' ')) ?? new WeakMap<Evidence, Verdict>();
      verified.set(names.join(' '), known);
      const asking = {
        repository,
        alsoNamed: names.slice(1),
        judgedAt,
        ask: (question: Parameters<AskFor>[0]) => ask(question, repository),
      };
      const verdictOf = (one: Evidence): Verdict => {
        const verdict = known.get(one) ?? verifyEvidence(one, trust, asking);
        known.set(one, verdict);
        return verdict;
      };
      return { digest, platform, faults, config, verdicts: evidence.map(verdictOf) };
    };
    // Pods that pull with different secrets and were answered alike run one image.
    const { text } = reference;
    const alike = judged.get(outcome) ?? new Map<string, JudgedImage>();
    judged.set(outcome, alike);
    const image = alike.get(text) ?? judgedImage(reference, outcome, verify);
    alike.set(text, image);
    return image;
  };
}

function judgedImage(
  { text, written, also, running, key: _key, pullSecrets: _secrets, ...reference }: RunImage,
  outcome: Outcome<GatheredImage>,
  verify: (repository: string, manifest: GatheredManifest) => JudgedManifest,
): JudgedImage {
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
  const meant = outcome.ok ? outcome.value.meant : outcome;
  const ran = running && { imageID: running.imageID, also };
  return { text, reference: written ?? { ...reference, text }, resolution, running: ran, meant };
}
