import type { ImageRequest } from '../evidence/gather.ts';
import type { RunningImage } from '../evidence/running-image.ts';
import type { Policy } from '../policy/policy.ts';
import type { Outcome } from '../reasons.ts';
import type { Container, Workload } from '../workloads/source.ts';
import { allOf, type Answer } from './answer.ts';
import type { ImageFacts } from './facts.ts';

/** What a registry has to be asked for before a predicate can answer; `reference` is in the workload itself. */
type Need = 'reference' | 'resolution' | 'evidence' | 'contents';

/** What a reference stands for. */
export interface Resolved {
  readonly digest: string;
  readonly isIndex: boolean;
  /** The digests of all that may run out of an index. */
  readonly runnable: readonly string[];
}

/** An image, as far as it was asked for: `null` is "not asked", which is never "nothing there". */
export interface SweptImage {
  readonly reference: ImageRequest;
  readonly resolved: Outcome<Resolved> | null;
  /** What everything says that is attached, verified or not. */
  readonly attached: Outcome<ImageFacts> | null;
  /** What the node says of it, where that is a configuration's digest, or another repository than the reference's. */
  readonly running?: RunningImage | undefined;
}

/** What a predicate is held against: one image of one container of one workload. */
export interface Subject {
  readonly workload: Workload;
  readonly container: Container;
  readonly image: SweptImage;
  /** What the container's reference names, where pods run something by a digest; the tag may lead elsewhere by now. */
  readonly named: SweptImage | null;
  /** Indexes by the digests that may run out of them, as far as this run has seen them. */
  readonly indexes: ReadonlyMap<string, readonly string[]>;
  /** Whom the user trusts; null where nobody has said, or nobody has been asked yet. */
  readonly policy: Policy | null;
}

/** One kind of question. Its values are alternatives, which it joins itself. */
export interface Predicate {
  readonly needs: Need;
  /** Sees all that it is going to be asked, once everything of it is known. */
  readonly survey?: (subjects: readonly Subject[]) => void;
  readonly ask: (subject: Subject) => Answer;
}

/** All of its predicates have to hold. */
export interface Query {
  readonly predicates: readonly Predicate[];
  /** As the report shows it: by flag, what was asked for. */
  readonly asked: Asked;
  /** What bounds any answer to it, in sentences. */
  readonly notes: readonly string[];
}

export interface Asked {
  readonly digest?: readonly string[];
  readonly image?: readonly string[];
  readonly signer?: readonly string[];
  readonly issuer?: readonly string[];
  readonly sourceRepository?: readonly string[];
  readonly builder?: readonly string[];
  readonly unsigned?: true;
  readonly package?: readonly string[];
  /** Within which versions, as `>=2.0,<2.17.1`. */
  readonly range?: string;
  readonly ecosystem?: string;
  readonly vulnerability?: readonly string[];
  /** Whose word is taken for "not affected" beside that of the policy's authorities. */
  readonly accept?: 'unsigned';
}

/** Whether what is attached to images has to be fetched and verified for it, and their SBOMs read. */
export function asksEvidence({ predicates }: Query): {
  readonly evidence: boolean;
  readonly contents: boolean;
} {
  const needs = new Set(predicates.map((predicate) => predicate.needs));
  const contents = needs.has('contents');
  return { evidence: contents || needs.has('evidence'), contents };
}

export function answer({ predicates }: Query, subject: Subject): Answer {
  return allOf(predicates.map(({ ask }) => ask(subject)));
}

/** Thousands of containers run the same few images: what depends on the image alone is asked once of each. */
export function oncePerImage({ needs, ask }: Predicate): Predicate {
  const known = new WeakMap<SweptImage, Map<SweptImage | null, Answer>>();
  return {
    needs,
    ask(subject) {
      const { image, named } = subject;
      const ofImage = known.get(image) ?? new Map<SweptImage | null, Answer>();
      known.set(image, ofImage);
      const said = ofImage.get(named) ?? ask(subject);
      ofImage.set(named, said);
      return said;
    },
  };
}
