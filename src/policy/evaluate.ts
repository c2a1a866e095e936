import { imagesOf } from '../workloads/running-images.ts';
import type { Container, Workload } from '../workloads/source.ts';
import {
  type Evaluate,
  type Finding,
  type Judgement,
  judgeReference,
  type Status,
  worst,
} from './finding.ts';
import { withException } from './exceptions.ts';
import type { Assumed } from './match.ts';
import { judgeWithoutPolicy } from './no-policy.ts';
import type { Policy, Rule } from './policy.ts';
import { oncePerImage, type OncePerImage } from './once-per-image.ts';
import { type Place, placesOf } from './places.ts';
import { type JudgedImage, withoutEvidence } from './subject.ts';

/** A container with what was found of its image; `image` is the message where its reference is none. */
export interface JudgedContainer {
  readonly container: Container;
  /** Where its pods run several images, the one that most of them run. */
  readonly image: JudgedImage | { readonly invalid: string };
  /** The others that its pods run: findings are of all of them. */
  readonly others?: readonly JudgedImage[] | undefined;
  readonly findings: readonly Finding[];
  readonly status: Status;
}

export interface JudgedWorkload {
  readonly workload: Workload;
  readonly containers: readonly JudgedContainer[];
  readonly status: Status;
}

/** The time that evidence is judged at, and the real time, which ends exceptions. */
export interface Times {
  readonly judgedAt: Date;
  readonly now: Date;
}

/**
 * Holds a policy, or none, against everything that was found. Pure: images come with their verified evidence, by the text
 * of their reference. What is found depends on the image and on the rules that apply to it alone, so a thousand workloads of one
 * image cost little more than one; where each stands matters to rules and exceptions only.
 */
export function evaluate(
  policy: Policy | null,
  workloads: readonly Workload[],
  images: ReadonlyMap<string, JudgedContainer['image']>,
  times: Times,
): JudgedWorkload[] {
  return evaluation(policy, workloads, times).judged(images);
}

/** A policy, or none, that is held against one image after the other. */
export interface Evaluation {
  /** Judges the image of this name wherever it stands, and gives it back without its evidence, which nobody needs any more. */
  readonly settle: (name: string, image: JudgedImage) => JudgedImage;
  /** Everything that was found, of images that are settled, or come with their evidence. */
  readonly judged: (images: ReadonlyMap<string, JudgedContainer['image']>) => JudgedWorkload[];
}

/** As `evaluate`, for images that come one after the other. */
export function evaluation(
  policy: Policy | null,
  workloads: readonly Workload[],
  { judgedAt, now }: Times,
): Evaluation {
  const judge = memoised(judgedAt);
  const once = oncePerImage<readonly Finding[]>();
  const places = placesOf(workloads);
  const settled = new WeakMap<JudgedImage, JudgedImage>();
  return {
    settle(name, image) {
      for (const place of places.get(name) ?? [])
        findingsOf(policy, { ...place, image }, judge, once.of, now);
      const bare = settled.get(image) ?? withoutEvidence(image);
      settled.set(image, bare);
      once.settle(image, bare);
      return bare;
    },
    judged: (images) => judgeAll(policy, workloads, images, judge, once.of, now),
  };
}

function judgeAll(
  policy: Policy | null,
  workloads: readonly Workload[],
  images: ReadonlyMap<string, JudgedContainer['image']>,
  judge: Judge,
  once: OnceForAll,
  now: Date,
): JudgedWorkload[] {
  return workloads.map((workload) => {
    const containers = workload.containers.map((container): JudgedContainer => {
      const [image = NOT_LOOKED_AT, ...more] = imagesOf(container).flatMap(
        ({ key }) => images.get(key) ?? invalidReferenceIn(images.get(container.image)),
      );
      if ('invalid' in image) {
        const findings = [withoutImage(policy, container, image.invalid), ...refusal(workload)];
        return { container, image, findings, status: worst(findings.map(({ status }) => status)) };
      }
      const others = more.flatMap((one) => ('invalid' in one ? [] : [one]));
      const ofImages = [image, ...others].flatMap((one) => {
        const found = findingsOf(policy, { workload, container, image: one }, judge, once, now);
        return others.length === 0 ? found : found.map((finding) => ofRunning(finding, one));
      });
      const findings = [...ofImages, ...refusal(workload)];
      return { container, image, others, findings, status: worst(findings.map(({ status }) => status)) };
    });
    return { workload, containers, status: worst(containers.map(({ status }) => status)) };
  });
}

/** What is wrong with a reference is wrong whoever asks; what is found of an image is not. */
function invalidReferenceIn(image: JudgedContainer['image'] | undefined) {
  return image && 'invalid' in image ? image : [];
}

const NOT_LOOKED_AT = { invalid: 'the image was not looked at' };

/** What speaks against a workload whatever its images are: neither a rule's enforcement nor an exception softens it. */
function refusal({ refused }: Workload): Finding[] {
  if (!refused) return [];
  const judgement = judgeReference('fail', refused.reason, refused.message, refused.remediation);
  return [{ ...judgement, check: 'policy', rule: null, enforcement: 'enforce', exception: null }];
}

/** A finding of one of several images that a container runs says which. */
function ofRunning(finding: Finding, { running, resolution }: JudgedImage): Finding {
  const digest = resolution.ok ? resolution.value.digest : null;
  const which = running ? `its pods run ${running.imageID}` : 'its other pods wait for the image';
  return {
    ...finding,
    message: `${finding.message} (${which})`,
    subject: finding.subject ?? (digest === null ? null : { digest, platform: null }),
    details: { ...finding.details, running: running?.imageID ?? null },
  };
}

interface PlacedImage extends Place {
  readonly image: JudgedImage;
}

function findingsOf(
  policy: Policy | null,
  { workload, container, image }: PlacedImage,
  judge: Judge,
  once: OnceForAll,
  now: Date,
): readonly Finding[] {
  if (policy === null) return once(image, container.type, () => [signedByWhom(container, image, judge)]);
  const scope = { image: image.reference, containerType: container.type, workload };
  // A node may have an image from another repository than the one that is written: the rules of both apply.
  const scopes = image.running?.also ? [scope, { ...scope, image: image.running.also }] : [scope];
  const digest = image.resolution.ok ? image.resolution.value.digest : null;
  const applying = policy.rules.flatMap((rule, index): Applying[] => {
    const [assumed] = scopes.flatMap((one) => {
      const found = rule.matches(one);
      return found === null ? [] : [found];
    });
    return assumed === undefined ? [] : [{ rule, index, assumed }];
  });
  const alike = JSON.stringify([container.type, applying.map(({ index, assumed }) => [index, assumed])]);
  const findings = once(image, alike, () => underRules(policy, applying, container, image, judge));
  return findings.map((finding) => withException(finding, policy.exceptions, scopes, digest, now));
}

function signedByWhom(container: Container, image: JudgedImage, judge: Judge): Finding {
  return advisory(container, {
    ...judge(judgeWithoutPolicy, image),
    check: 'signature',
    rule: null,
    enforcement: 'enforce',
    exception: null,
  });
}

interface Applying {
  readonly rule: Rule;
  readonly index: number;
  readonly assumed: Assumed;
}

/** What these rules find of an image, wherever it stands: of the container only its type counts. */
function underRules(
  policy: Policy,
  applying: readonly Applying[],
  container: Container,
  image: JudgedImage,
  judge: Judge,
): Finding[] {
  const findings = applying.flatMap(({ rule, assumed }) =>
    rule.checks.flatMap(({ name, evaluate }) => {
      const { beside = [], ...judgement } = judge(evaluate, image);
      return [judgement, ...beside].map((one): Finding => {
        const { beside: _, ...said } = assuming(one, assumed);
        const finding = {
          ...said,
          check: name,
          rule: rule.name,
          enforcement: rule.enforcement,
          exception: null,
        };
        return enforced(rule.enforcesArguments ? finding : advisory(container, finding));
      });
    }),
  );
  return applying.some(({ rule }) => asksForVouching(rule))
    ? findings
    : [...findings, advisory(container, byDefault(policy))];
}

/** An image in an argument or variable may never be pulled: what is said of it is never worse than a warning. */
function advisory({ type }: Container, finding: Finding): Finding {
  if (type !== 'argument') return finding;
  const worse = finding.status === 'fail' || finding.status === 'unknown';
  return { ...finding, enforcement: 'warn', status: worse ? 'warn' : finding.status };
}

/** A rule that applies because nothing says that it does not: the finding says so. */
function assuming(judgement: Judgement, assumed: Assumed): Judgement {
  if (assumed.length === 0) return judgement;
  return {
    ...judgement,
    message: `${judgement.message}; the rule applies because the ${assumed.join(' and the ')} cannot be known here`,
    details: { ...judgement.details, assumed },
  };
}

function asksForVouching(rule: Rule): boolean {
  return rule.enforcement === 'enforce' && rule.checks.some((check) => check.vouches);
}

/** `enforcement: warn` turns a failure into a warning; an unknown stays what it is, and only its weight changes (see the verdict). */
function enforced(finding: Finding): Finding {
  return finding.enforcement === 'warn' && finding.status === 'fail'
    ? { ...finding, status: 'warn' }
    : finding;
}

const DEFAULTS: Readonly<Record<Policy['default'], Judgement>> = {
  deny: judgeReference(
    'fail',
    'NoRuleMatches',
    'no enforcing rule asks for a signature of this image, and the policy denies such images',
    'add a rule that says who must sign it',
  ),
  warn: judgeReference(
    'warn',
    'NoRuleMatches',
    'no enforcing rule asks for a signature of this image',
    'add a rule that says who must sign it',
  ),
  allow: judgeReference(
    'skip',
    'DefaultAllow',
    'no enforcing rule asks for a signature of this image, and the policy allows that',
  ),
};

function byDefault(policy: Policy): Finding {
  return {
    ...DEFAULTS[policy.default],
    check: 'policy',
    rule: null,
    enforcement: 'enforce',
    exception: null,
  };
}

/** Which rules apply to a reference that is none cannot be known: one that holds arguments to it counts for all. */
function withoutImage(policy: Policy | null, container: Container, message: string): Finding {
  const finding = invalidReference(container, message);
  return policy?.rules.some((rule) => rule.enforcesArguments) ? finding : advisory(container, finding);
}

function invalidReference({ field }: Container, message: string): Finding {
  const judgement = judgeReference(
    'fail',
    'ImageReferenceInvalid',
    field === '' ? message : `${field}: ${message}`,
    'write a reference that a container runtime can pull',
  );
  return { ...judgement, check: 'policy', rule: null, enforcement: 'enforce', exception: null };
}

type Judge = (evaluate: Evaluate, image: JudgedImage) => Judgement;

function memoised(judgedAt: Date): Judge {
  const once = oncePerImage<Judgement, Evaluate>();
  return (evaluate, image) => once.of(image, evaluate, () => evaluate(image, judgedAt));
}

type OnceForAll = OncePerImage<readonly Finding[], string>['of'];
