import { type ImageReference, parseReference } from '../registry/reference.ts';
import type { Container, Location, Workload } from '../workloads/source.ts';
import { CHECKS } from './checks.ts';
import { hasExpired } from './exceptions.ts';
import type { Enforcement } from './finding.ts';
import { decidingPattern } from './glob.ts';
import { imagePattern } from './image-pattern.ts';
import { explainMatch, type PartAnswer, type Scope } from './match.ts';
import type { OpenPolicy } from './policy-file.ts';
import type { Policy } from './policy.ts';
import type { ExceptionFile, RuleFile } from './schema.ts';

/** What a policy says of one container before anything is known of its image but its reference. */
export interface Explained {
  readonly namespace: string | null;
  readonly kind: string;
  readonly workload: string;
  readonly container: string;
  readonly type: Container['type'];
  readonly image: string;
  /** The repository as patterns see it; null where the reference is none, which no rule is asked about. */
  readonly repository: string | null;
  /** Why the reference is none. */
  readonly invalid: string | null;
  readonly location: Location | null;
  readonly rules: readonly ExplainedRule[];
  readonly exceptions: readonly ExplainedException[];
  readonly default: { readonly applies: boolean; readonly value: Policy['default']; readonly why: string };
}

export interface ExplainedRule extends Written {
  readonly applies: boolean;
  /** As the container is held to it: an image in an argument is worth a warning, unless the rule says otherwise. */
  readonly enforcement: Enforcement;
  readonly checks: readonly string[];
  readonly parts: readonly PartAnswer[];
}

interface ExplainedException extends Written {
  /** no: whatever is found; digest: only for the digests or tags that it names, which the reference does not tell. */
  readonly applies: 'yes' | 'no' | 'digest';
  readonly covers: readonly string[];
  readonly expires: string;
  readonly why: string;
}

/** Something of a policy file, and where it stands. */
interface Written {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/** Explains a policy for every container. Pure: no image is looked at, only its reference. */
export function explainPolicy(
  { files, policy }: { readonly files: readonly OpenPolicy[]; readonly policy: Policy },
  workloads: readonly Workload[],
  now: Date,
): Explained[] {
  const rules = files.flatMap((open) =>
    open.file.spec.rules.map((rule, index) =>
      explainerOfRule(rule, written(open, ['spec', 'rules', index], rule.name)),
    ),
  );
  const exceptions = files.flatMap((open) =>
    (open.file.spec.exceptions ?? []).map((exception, index) =>
      explainerOfException(exception, written(open, ['spec', 'exceptions', index], exception.name), now),
    ),
  );
  return workloads.flatMap((workload) =>
    workload.containers.map((container) => {
      const place = placeOf(workload, container);
      const parsed = parseReference(container.image);
      if (!parsed.ok) {
        const why = 'no rule is asked about a reference that is none: it fails by itself';
        const byDefault = { applies: false, value: policy.default, why };
        return {
          ...place,
          repository: null,
          invalid: parsed.message,
          rules: [],
          exceptions: [],
          default: byDefault,
        };
      }
      const scope = { image: parsed.value, containerType: container.type, workload };
      const explained = rules.map((explain) => explain(scope));
      return {
        ...place,
        repository: parsed.value.repository,
        invalid: null,
        rules: explained.map(({ rule }) => rule),
        exceptions: exceptions.map((explain) => explain(scope, parsed.value)),
        default: byDefault(policy, explained),
      };
    }),
  );
}

function written({ path, document }: OpenPolicy, at: readonly (string | number)[], name: string): Written {
  return { name, file: path, line: document.lineOf(at) };
}

function placeOf({ namespace, kind, name }: Workload, container: Container) {
  return {
    namespace,
    kind,
    workload: name,
    container: container.name,
    type: container.type,
    image: container.image,
    location: container.location,
  };
}

interface RuleAnswer {
  readonly rule: ExplainedRule;
  /** Whether it takes the image out of `default`. */
  readonly vouches: boolean;
}

function explainerOfRule(rule: RuleFile, where: Written): (scope: Scope) => RuleAnswer {
  const explain = explainMatch(rule.match);
  const asked = CHECKS.filter((check) => check.compile(rule, NOTHING_DEFINED) !== null);
  const checks = [...new Set(asked.map(({ name }) => name))];
  const vouches = rule.enforcement === 'enforce' && asked.some((check) => check.vouches);
  return (scope) => {
    const parts = explain(scope);
    const applies = parts.every(({ holds }) => holds);
    const advisory = scope.containerType === 'argument' && rule.arguments !== 'enforce';
    const enforcement = advisory ? 'warn' : rule.enforcement;
    return { rule: { ...where, applies, enforcement, checks, parts }, vouches: applies && vouches };
  };
}

/** Which checks a rule has does not depend on what the policy defines. */
const NOTHING_DEFINED = { authorities: new Map(), builders: [] };

function byDefault({ default: value }: Policy, rules: readonly RuleAnswer[]): Explained['default'] {
  const vouching = rules.find(({ vouches }) => vouches);
  return vouching
    ? {
        applies: false,
        value,
        why: `the enforcing rule ${vouching.rule.name} asks that somebody vouches for it`,
      }
    : {
        applies: true,
        value,
        why: 'no enforcing rule that applies asks for a signature, provenance or attestation',
      };
}

function explainerOfException(
  { match, reasons = [], checks = [], expires }: ExceptionFile,
  where: Written,
  now: Date,
): (scope: Scope, reference: ImageReference) => ExplainedException {
  const { clusters, namespaces, kinds } = match;
  const place = explainMatch({ images: ['**'], clusters, namespaces, kinds });
  const list = (unknown: 'matches' | 'differs') =>
    decidingPattern<Scope['image']>(match.images, (pattern, excludes) =>
      imagePattern(pattern, excludes === (unknown === 'differs') ? 'matches' : 'differs'),
    );
  const [certainly, possibly] = [list('differs'), list('matches')];
  const answer = (scope: Scope, { digest }: ImageReference): Pick<ExplainedException, 'applies' | 'why'> => {
    if (hasExpired(expires, now)) return { applies: 'no', why: `it has expired on ${expires}` };
    const failing = place(scope).find(({ holds, assumed }) => !holds || assumed !== null);
    if (failing) return { applies: 'no', why: whyNot(failing) };
    if (match.digests && digest !== null && !match.digests.includes(digest))
      return { applies: 'no', why: 'it names other digests' };
    const { matches, pattern } = possibly(scope.image);
    if (!matches)
      return {
        applies: 'no',
        why: pattern === null ? 'no pattern of images matches' : `${pattern} excludes it`,
      };
    const certain = certainly(scope.image).matches;
    const waits =
      digest === null && (match.digests !== undefined || match.images.some((one) => one.includes('@')));
    if (!certain && !waits) return { applies: 'no', why: 'it names a tag, and the reference has none' };
    return certain && (!match.digests || digest !== null)
      ? { applies: 'yes', why: `until ${expires}` }
      : { applies: 'digest', why: 'it names digests, and the reference does not tell which it is' };
  };
  return (scope, reference) => ({
    ...where,
    covers: [...reasons, ...checks],
    expires,
    ...answer(scope, reference),
  });
}

/** Unlike a rule's, an exception's part that cannot be known does not match. */
function whyNot({ field, assumed, value, pattern }: PartAnswer): string {
  if (assumed !== null)
    return `${field}: the ${assumed} cannot be known here, and an exception never covers more than it says`;
  return pattern === null
    ? `${field}: no pattern matches ${value}`
    : `${field}: ${pattern} excludes ${value}`;
}
