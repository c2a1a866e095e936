import { describe, expect, it } from 'vitest';
import type { Gap } from '../workloads/source.ts';
import type { JudgedWorkload } from './evaluate.ts';
import { type Finding, judgeReference, type Status } from './finding.ts';
import { container, image, workload } from './judged-image.fixture.ts';
import { FAIL_ON, type FailOn, verdictOf } from './verdict.ts';

/** A status, or `soft unknown` for one under `enforcement: warn`. */
type Said = Status | 'soft unknown' | 'soft warn';

function finding(said: Said): Finding {
  const soft = said === 'soft unknown' || said === 'soft warn';
  const status = said === 'soft unknown' ? 'unknown' : said === 'soft warn' ? 'warn' : said;
  const judgement = judgeReference('pass', 'TagAccepted', '');
  return {
    ...judgement,
    status,
    enforcement: soft ? 'warn' : 'enforce',
    check: 'tag',
    rule: 'a',
    exception: null,
  };
}

function judged(...said: readonly Said[]): JudgedWorkload {
  const containers = said.map((one) => {
    const found = finding(one);
    return { container: container(), image: image(), findings: [found], status: found.status };
  });
  return { workload: workload(), containers, status: 'pass' };
}

function gap(wrongInput: boolean): Gap {
  return { scope: 'file', name: 'a.yaml', cluster: null, reason: 'FileUnreadable', message: '', wrongInput };
}

describe('verdict', () => {
  const exitCodes = (workloads: readonly JudgedWorkload[], gaps: readonly Gap[] = []) =>
    FAIL_ON.map((failOn) => verdictOf(workloads, gaps, failOn).exitCode);

  // Exit codes under violation, unknown, warn and never.
  it.each<[string, Said[], number[]]>([
    ['a failure', ['pass', 'fail'], [1, 1, 1, 0]],
    ['a failure beside unknown and warning', ['unknown', 'warn', 'fail'], [1, 1, 1, 0]],
    ['only unknown', ['pass', 'unknown'], [0, 3, 3, 0]],
    ['unknown beside a warning', ['unknown', 'warn'], [0, 3, 3, 0]],
    ['only a warning', ['pass', 'warn'], [0, 0, 1, 0]],
    ['only passes', ['pass', 'skip'], [0, 0, 0, 0]],
    ['only what is skipped', ['skip'], [0, 0, 0, 0]],
    ['an unknown under a rule that warns', ['soft unknown'], [0, 0, 1, 0]],
    ['a warning under a rule that warns', ['soft warn'], [0, 0, 1, 0]],
    ['an unknown of each kind', ['unknown', 'soft unknown'], [0, 3, 3, 0]],
  ])('of %s', (_name, said, expected) => {
    expect(exitCodes([judged(...said)])).toEqual(expected);
  });

  it.each<[string, Said[], boolean, number[]]>([
    ['passes and a gap', ['pass'], false, [0, 3, 3, 0]],
    ['a warning and a gap', ['warn'], false, [0, 3, 3, 0]],
    ['a failure and a gap', ['fail'], false, [1, 1, 1, 0]],
    ['passes and wrong input', ['pass'], true, [2, 2, 2, 2]],
    ['a failure and wrong input', ['fail'], true, [2, 2, 2, 2]],
    ['an unknown and wrong input', ['unknown'], true, [2, 2, 2, 2]],
  ])('of %s', (_name, said, wrongInput, expected) => {
    expect(exitCodes([judged(...said)], [gap(wrongInput)])).toEqual(expected);
  });

  it('puts wrong input before a gap', () => {
    expect(exitCodes([judged('pass')], [gap(false), gap(true)])).toEqual([2, 2, 2, 2]);
  });

  it('takes no workload at all for wrong input: a gate that judges nothing would pass everything', () => {
    expect(exitCodes([])).toEqual([2, 2, 2, 2]);
    expect(exitCodes([], [gap(false)])).toEqual([2, 2, 2, 2]);
  });

  it.each<[Status, Said[], Gap[]]>([
    ['pass', ['pass', 'skip'], []],
    ['skip', ['skip'], []],
    ['warn', ['pass', 'soft unknown'], []],
    ['unknown', ['pass'], [gap(false)]],
    ['unknown', ['pass'], [gap(true)]],
    ['fail', ['fail', 'unknown'], [gap(true)]],
  ])('has the status %s for %j', (status, said, gaps) => {
    const failOn: FailOn = 'unknown';
    expect(verdictOf([judged(...said)], gaps, failOn).status).toBe(status);
  });
});
