import * as fc from 'fast-check';
import { verifyEvidence } from '../../src/verify/verify-evidence.ts';
import type { Honest } from './corpus.ts';
import { claimedFalsely } from './meaning.ts';
import { mutate, type Mutation, mutation } from './mutation.ts';
import { putTogether } from './tree.ts';
import { ANYWHERE } from '../../src/verify/circumstances.fixture.ts';

interface Case {
  readonly piece: number;
  readonly mutations: readonly Mutation[];
}

const cases: fc.Arbitrary<Case> = fc.record({
  piece: fc.nat({ max: 1000 }),
  mutations: fc.array(mutation, { minLength: 1, maxLength: 3 }),
});

/** Honest evidence, changed in one to three places, throws nothing and claims nothing that was not honestly signed. */
export function nothingFalseVerifies(
  honest: readonly Honest[],
  onCase: () => void = () => {},
): fc.IProperty<[Case]> {
  return fc.property(cases, ({ piece, mutations }) => {
    onCase();
    const original = honest[piece % honest.length];
    if (!original) throw new Error('there is no evidence to change');
    const changed = changedBy(original, mutations, honest);
    const falsehood = claimedFalsely(verifyEvidence(changed, original.trust, ANYWHERE), honest);
    if (falsehood === null) return;
    const shown = Buffer.from(changed.bytes).toString().slice(0, 4_000);
    throw new Error(`${original.name}: ${falsehood}\n${shown}\n${JSON.stringify(changed.annotations)}`);
  });
}

function changedBy(original: Honest, mutations: readonly Mutation[], honest: readonly Honest[]) {
  const tree = structuredClone(original.tree);
  for (const one of mutations) {
    const donor = honest[one.donor % honest.length];
    mutate(tree, one, donor?.tree ?? tree);
  }
  return putTogether(tree, original.evidence);
}
