import { isReason, REASONS } from '../../../src/reasons.ts';
import { notationSignature, type NotationKnobs, trustPolicyText } from '../../../test/forge/notation.ts';
import { chain, type NotationCase } from '../../../test/notation/case.ts';
import { allCases } from '../../../test/notation/cases.ts';
import type { Guard } from './guard.ts';

/** The collector, and the reader of trust stores, refuse these before anything is verified. */
const BEFORE: ReadonlySet<string> = new Set(['EvidenceUnsupported', 'TrustStoreInvalid']);

/** A signature of Notation for each rule that only one thing breaks: the same that the real `notation` is asked of end to end. */
export function notationGuards(): Guard[] {
  return allCases().flatMap((one) => guardOf(one));
}

function guardOf({ name, signature = {}, trust = {}, store, ours, stricter }: NotationCase): Guard[] {
  if (store || Array.isArray(signature) || !isReason(ours) || BEFORE.has(ours)) return [];
  const stores = trust.stores ?? { 'ca:acme': chain().slice(-1) };
  return [
    {
      name: `notation-${slug(name)}`,
      why: name,
      ...(stricter === undefined ? {} : { known: 'Notation 1.3.2 lets it pass' }),
      evidence: notationSignature({ chain: chain(), ...(signature as NotationKnobs) }),
      notation: {
        policy: trustPolicyText(trust, Object.keys(stores)),
        stores: Object.fromEntries(
          Object.entries(stores).map(([store, held]) => [
            store,
            (held ?? []).map(({ der }) => der.toString('base64')),
          ]),
        ),
      },
      classes: [REASONS[ours].class].filter((one) => one !== 'met'),
    },
  ];
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}
