import type { EvidenceFault } from '../evidence/collector.ts';
import type { ImageConfig } from '../evidence/image-config.ts';
import { ok, type Outcome } from '../reasons.ts';
import type { ImageReference } from '../registry/reference.ts';
import type { Platform } from '../registry/registry.ts';
import type { Verdict } from '../verify/verifier.ts';

/** One manifest of an image with what was found attached to it. */
export interface JudgedManifest {
  readonly digest: string;
  readonly platform: Platform | null;
  readonly verdicts: readonly Verdict[];
  readonly faults: readonly EvidenceFault[];
  /** What it says of itself, where a policy asks. */
  readonly config?: Outcome<ImageConfig> | undefined;
}

/** What an image reference resolved to: one manifest, or an index with the children that are judged; and what is known of each. */
export interface Resolution<Manifest = JudgedManifest> {
  readonly digest: string;
  readonly root: Manifest;
  /** Empty for a single manifest. */
  readonly children: readonly Manifest[];
  /** The digests of all that may run out of the index, judged or not: what is said of the index may be about any of them. */
  readonly runnable: readonly string[];
}

/** A distinct image of the run, as the checks see it. */
export interface JudgedImage {
  readonly text: string;
  readonly reference: ImageReference;
  readonly resolution: Outcome<Resolution>;
  /** Of an image that pods of a live cluster run: `resolution` is of what runs, whatever the reference means now. */
  readonly running?: RunningJudged | undefined;
  /** What the reference means now: a digest and what may run out of it; null where it means nothing any more. */
  readonly meant?:
    | Outcome<{ readonly digest: string; readonly children: readonly string[] } | null>
    | undefined;
}

interface RunningJudged {
  readonly imageID: string;
  /** What the cluster names beside the running digest, where that is in another repository: the rules of both apply. */
  readonly also: ImageReference | undefined;
}

/** What is left of an image that was judged: its digests and platforms. */
export function withoutEvidence(image: JudgedImage): JudgedImage {
  const { resolution } = image;
  if (!resolution.ok) return { ...image };
  const bare = ({ digest, platform }: JudgedManifest): JudgedManifest => ({
    digest,
    platform,
    verdicts: [],
    faults: [],
  });
  const { root, children } = resolution.value;
  return {
    ...image,
    resolution: ok({ ...resolution.value, root: bare(root), children: children.map(bare) }),
  };
}
