import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/evidence/collector.ts';
import { type Honest, honestEvidence } from './corpus.ts';
import { claimedFalsely } from './meaning.ts';
import { nothingFalseVerifies } from './property.ts';
import { putTogether } from './tree.ts';

/** Always the same cases; `npm run fuzz` tries others. */
const SEED = 20_261_122;
const CASES = 700;

let honest: readonly Honest[];
beforeAll(async () => {
  honest = await honestEvidence();
});

describe('evidence that was changed', () => {
  it('never says what nobody has signed, and never throws', () => {
    const result = fc.check(nothingFalseVerifies(honest), {
      seed: SEED,
      numRuns: CASES,
      includeErrorInReport: true,
    });
    expect(fc.defaultReportMessage(result)).toBeUndefined();
  }, 120_000);
});

describe('the fuzz itself', () => {
  it('puts evidence together as it was', () => {
    const again = honest.map(({ tree, evidence }) => putTogether(tree, evidence));
    const text = ({ bytes, annotations }: Evidence) => [Buffer.from(bytes).toString(), annotations];
    expect(again.map((one) => text(one))).toEqual(honest.map(({ evidence }) => text(evidence)));
  });

  it('takes apart what is in a certificate, a timestamp and a log entry', () => {
    const kinds = new Set<string>();
    const visit = (node: Honest['tree']): void => {
      kinds.add(node.kind);
      if ('items' in node) node.items.forEach((item) => visit(item));
    };
    honest.forEach(({ tree }) => visit(tree));
    expect([...kinds].toSorted()).toEqual(
      [
        'array',
        'base64',
        'bytes',
        'der',
        'json',
        'lines',
        'literal',
        'member',
        'object',
        'pem',
        'text',
      ].toSorted(),
    );
  });

  it.each<[string, (claim: Honest['claims'][number]) => object]>([
    [
      'another content',
      () => ({ content: { kind: 'signature', annotations: { a: 1 }, dockerReference: null } }),
    ],
    ['another signer', () => ({ signer: { kind: 'key', authority: 'x', fingerprint: 'y' } })],
    ['another time', () => ({ times: [{ value: new Date(0), source: 'log' }] })],
    ['another index', () => ({ logIndex: '123456' })],
  ])('notices a claim with %s', (_what, change) => {
    const [first] = honest;
    if (!first) throw new Error('no evidence');
    const { evidence, claims } = first;
    const [claim] = claims;
    if (!claim) throw new Error('no claim');
    expect(claimedFalsely({ result: 'verified', evidence, claims: [claim] }, honest)).toBeNull();
    const changed = { ...claim, ...change(claim) };
    expect(claimedFalsely({ result: 'verified', evidence, claims: [changed] }, honest)).not.toBeNull();
  });
});
