import { container, image, manifest, workload } from '../policy/judged-image.fixture.ts';
import type { JudgedManifest } from '../policy/subject.ts';
import { failed, ok, type Outcome, type Reason } from '../reasons.ts';
import { parseReference } from '../registry/reference.ts';
import type { Answer } from './answer.ts';
import { factsOf, type ImageFacts } from './facts.ts';
import type { Predicate, Resolved, Subject, SweptImage } from './query.ts';

/** Subjects as a sweep puts them before its predicates. */

export const CART = 'ghcr.io/acme/cart:v1';
export const A = `sha256:${'a'.repeat(64)}`;
export const B = `sha256:${'b'.repeat(64)}`;
export const C = `sha256:${'c'.repeat(64)}`;

/** An image of which nothing was asked. */
export function swept(text = CART, more: Partial<SweptImage> = {}): SweptImage {
  const parsed = parseReference(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return { reference: parsed.value, resolved: null, attached: null, ...more };
}

export function resolved(digest: string, runnable: readonly string[] = []): Outcome<Resolved> {
  return ok({ digest, isIndex: runnable.length > 0, runnable });
}

/** An image with what is attached to it. */
export function attachedTo(
  root: JudgedManifest = manifest('a'),
  children: readonly JudgedManifest[] = [],
): SweptImage {
  const { resolution } = image(root, children);
  const runnable = children.map(({ digest }) => digest);
  const attached = resolution.ok ? ok(factsOf(resolution.value, true)) : resolution;
  return swept(CART, { resolved: resolved(root.digest, runnable), attached });
}

export function unreachable(reason: Reason = 'RegistryUnreachable'): SweptImage {
  const fault: Outcome<ImageFacts> & Outcome<Resolved> = failed(reason, 'nobody answers', 'try again');
  return swept(CART, { resolved: fault, attached: fault });
}

function subject(of: SweptImage, more: Partial<Subject> = {}): Subject {
  return {
    workload: workload(),
    container: container(of.reference.text),
    image: of,
    named: null,
    indexes: new Map(),
    policy: null,
    ...more,
  };
}

/** An answer in short: `hit digest (running)`, `no`, `undetermined NotIndexed`. */
function said(answer: Answer): string {
  switch (answer.is) {
    case 'hit':
      return `hit ${[...new Set(answer.matches.map(({ query, at }) => `${query} (${at})`))].join(', ')}`;
    case 'no':
      return 'no';
    case 'undetermined':
      return ['undetermined', ...new Set(answer.doubts.map(({ reason }) => reason))].join(' ');
  }
}

export function ask(predicate: Predicate, of: SweptImage, more: Partial<Subject> = {}): string {
  return said(predicate.ask(subject(of, more)));
}
