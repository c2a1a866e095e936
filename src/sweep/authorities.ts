import type { ImageName } from '../policy/image-pattern.ts';
import type { Authority, Policy, Rule } from '../policy/policy.ts';
import { parseReference } from '../registry/reference.ts';
import type { Subject, SweptImage } from './query.ts';

/** The rules about an image where it stands. A node may have it from another repository than is written: the rules of both apply. */
export function rulesAbout({ policy, workload, container, image }: Subject): readonly Rule[] {
  if (policy === null) return [];
  const scope = { containerType: container.type, workload };
  const names = namesOf(image);
  return policy.rules.filter(({ matches }) =>
    names.some((one) => matches({ ...scope, image: one }) !== null),
  );
}

/**
 * Whose word counts for an image where no rule says it: of all authorities of the policy those that a rule about the image names, and
 * those that no rule names. Whom rules name for other images alone was not asked to speak of this one.
 */
export function authoritiesOf(subject: Subject): readonly Authority[] {
  const { policy } = subject;
  if (policy === null) return [];
  const here = new Set(rulesAbout(subject).flatMap(({ authorities = [] }) => authorities));
  const named = namedIn(policy);
  return (policy.authorities ?? []).filter(({ name }) => here.has(name) || !named.has(name));
}

const known = new WeakMap<Policy, ReadonlySet<string>>();

function namedIn(policy: Policy): ReadonlySet<string> {
  const named = known.get(policy) ?? new Set(policy.rules.flatMap(({ authorities = [] }) => authorities));
  known.set(policy, named);
  return named;
}

/** Rules remember the names that they were held against. */
const names = new WeakMap<SweptImage['reference'], readonly ImageName[]>();

function namesOf({ reference, running }: SweptImage): readonly ImageName[] {
  const found = names.get(reference);
  if (found) return found;
  const from = running?.repository ? parseReference(running.repository) : null;
  const also =
    from?.ok && from.value.repository !== reference.repository
      ? [{ repository: from.value.repository, tag: null, digest: running?.digest ?? null }]
      : [];
  const all = [reference, ...also];
  names.set(reference, all);
  return all;
}
