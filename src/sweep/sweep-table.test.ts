import { describe, expect, it } from 'vitest';
import { container, workload } from '../policy/judged-image.fixture.ts';
import { displayWidth } from '../report/display-width.ts';
import type { Screen } from '../report/renderer.ts';
import type { Workload } from '../workloads/source.ts';
import { type Answer, hit, NO, undetermined } from './answer.ts';
import type { Asked } from './query.ts';
import { A, CART, resolved, swept } from './subject.fixture.ts';
import { sweepCsv } from './sweep-csv.ts';
import { sweepName } from './sweep-name.ts';
import { createSweepReport, type SweepReportInput } from './sweep-report.ts';
import { sweepTable, sweepWide } from './sweep-table.ts';

const NOW = new Date('2026-01-09T00:00:00Z');
const PIPE: Screen = { columns: null, color: false, headers: true };
const ASKED: Asked = { digest: [A] };
const HIT = hit({ query: 'digest', asked: A, found: A, at: 'index of the tag', evidence: [] });
const OPEN = undetermined({
  reason: 'Unreachable',
  cause: 'RegistryUnreachable',
  message: 'nobody answers',
  remediation: 'try again',
  evidence: [],
});

function of(answer: Answer, more: Partial<Workload> = {}, text = CART) {
  const one = container(text);
  const image = swept(CART, { resolved: resolved(A) });
  return {
    workload: workload({ containers: [one], ...more }),
    container: one,
    image,
    running: null,
    answer,
    newer: null,
  };
}

function report(answered: readonly ReturnType<typeof of>[], more: Partial<SweepReportInput> = {}) {
  return createSweepReport({
    query: { asked: ASKED },
    answered,
    workloads: answered.map((one) => one.workload),
    gaps: [],
    clusters: [],
    notes: [],
    interrupted: false,
    source: { kind: 'manifests' },
    policy: null,
    trust: null,
    hosts: [],
    generatedAt: NOW,
    takenAt: new Date('2026-01-02T00:00:00Z'),
    evidence: null,
    tool: 'kubectl-supplychain v0',
    since: null,
    ...more,
  });
}

const GAP = {
  scope: 'file',
  name: 'a.yaml',
  cluster: null,
  reason: 'FileUnreadable',
  message: 'a.yaml does not exist',
} as const;

describe('the verdict of a sweep', () => {
  it.each<[string, Answer[], Partial<SweepReportInput>, string, number]>([
    ['a hit', [HIT, OPEN, NO], {}, 'affected', 1],
    ['something that is not known', [OPEN, NO], {}, 'undetermined', 3],
    ['none, and all is known', [NO, NO], {}, 'notAffected', 0],
    ['none, and a gap', [NO], { gaps: [{ ...GAP, wrongInput: false }] }, 'undetermined', 3],
    ['a hit, and a gap', [HIT], { gaps: [{ ...GAP, wrongInput: false }] }, 'affected', 1],
    ['a hit, and wrong input', [HIT], { gaps: [{ ...GAP, wrongInput: true }] }, 'affected', 2],
    ['no workload', [], {}, 'undetermined', 2],
    [
      'no workload where there may be none',
      [],
      { source: { kind: 'cluster', whenEmpty: 0 } },
      'notAffected',
      0,
    ],
    [
      'no workload where there must be some',
      [],
      { source: { kind: 'cluster', whenEmpty: 3 } },
      'undetermined',
      3,
    ],
    ['no workload in time', [], { gaps: [{ ...GAP, wrongInput: false }] }, 'undetermined', 3],
    ['an interruption', [HIT], { interrupted: true }, 'affected', 130],
  ])('with %s', (_, answers, more, status, exitCode) => {
    const answered = answers.map((answer, index) => of(answer, { name: `w${index}` }));
    expect(report(answered, more).verdict).toEqual({ status, exitCode });
  });

  it('counts a workload once, by the worst of its containers', () => {
    const one = of(HIT);
    const both = {
      ...report([one, { ...one, answer: OPEN }, { ...one, answer: NO }], { workloads: [one.workload] }),
    };
    expect(both.summary).toEqual({ affected: 1, undetermined: 0, notAffected: 0 });
  });

  it('lists what is not known even if nothing says why', () => {
    expect(report([of(undetermined())]).undetermined).toMatchObject([{ reason: 'Unreachable' }]);
  });
});

describe('the table', () => {
  it('says how old the inventory is on its first line', () => {
    const text = sweepTable.render(report([of(NO)]), PIPE);
    expect(text.split('\n')[0]).toBe(
      `workloads of 2026-01-02T00:00:00.000Z (7 days old); asked: --digest ${A}`,
    );
    const evidence = { path: 'saved', savedAt: '2026-01-08T22:00:00.000Z' };
    expect(sweepTable.render(report([of(NO)], { evidence }), PIPE).split('\n')[0]).toContain(
      ', evidence of 2026-01-08T22:00:00.000Z (2 hours old) in saved; asked',
    );
  });

  it('shows who is affected, what is not known, and counts', () => {
    const text = sweepTable.render(
      report([
        of(HIT, { name: 'cart', labels: { 'app.kubernetes.io/part-of': 'checkout' } }),
        of(OPEN, { name: 'shop' }),
        of(NO, { name: 'else' }),
      ]),
      PIPE,
    );
    expect(text).toMatch(/NAMESPACE +WORKLOAD +CONTAINER +IMAGE +STATE +OWNER +MATCHED\n/);
    expect(text).toMatch(
      /shop +Deployment\/cart +app +ghcr.io\/acme\/cart:v1 +manifestOnly +checkout +digest sha256:a{12}… \(index of the tag\)\n/,
    );
    expect(text).toContain(
      'undetermined  Unreachable\n  ghcr.io/acme/cart:v1\n  nobody answers\n  in shop/Deployment/shop (app)\n  next: try again',
    );
    expect(text).toContain(
      '1 of 3 workloads affected (1 image in 1 namespace), 1 undetermined, 1 not affected; coverage complete',
    );
  });

  it('groups workloads that say the same, and wide does not', () => {
    const same = ['a', 'b', 'c'].map((name) => of(HIT, { name }));
    const elsewhere = of(HIT, { name: 'd', namespace: 'other' });
    const rows = (text: string) => text.split('\n').filter((line) => line.includes('Deployment/'));
    expect(rows(sweepTable.render(report([...same, elsewhere]), PIPE))).toEqual([
      expect.stringContaining('Deployment/d '),
      expect.stringContaining('Deployment/a (+2) '),
    ]);
    expect(rows(sweepWide.render(report([...same, elsewhere]), PIPE))).toHaveLength(4);
  });

  it('tells once what is not known of many', () => {
    const open = Array.from({ length: 5 }, (_, index) => of(OPEN, { name: `w${index}` }, `cart:v${index}`));
    const text = sweepTable.render(report(open), PIPE);
    expect(text.match(/nobody answers/g)).toHaveLength(1);
    expect(text).toContain('  5 images\n');
    expect(text).toContain('in shop/Deployment/w0 (app): cart:v0\n');
    expect(text).toContain('and in 2 more containers\n');
  });

  it('shows what has changed, notes and gaps', () => {
    const place = { cluster: 'prod', namespace: 'shop', kind: 'Deployment', name: 'cart', container: 'app' };
    const cart = { ...place, image: CART, digest: A };
    const text = sweepTable.render(
      report([of(HIT)], {
        gaps: [{ ...GAP, wrongInput: false }],
        notes: ['something bounds it'],
        since: () => ({
          generatedAt: '2026-01-01T00:00:00Z',
          kind: 'SweepReport',
          new: [cart],
          gone: [{ ...cart, now: 'undetermined' }],
          changed: [{ ...cart, was: { image: 'cart:v0', digest: null } }],
        }),
      }),
      PIPE,
    );
    for (const line of [
      'since 2026-01-01T00:00:00Z: 1 new, 1 gone, 1 changed',
      '  new      prod/shop/Deployment/cart (app) ghcr.io/acme/cart:v1@sha256:aaaaaaaaaaaa…',
      '  gone     prod/shop/Deployment/cart (app) ghcr.io/acme/cart:v1@sha256:aaaaaaaaaaaa…, now undetermined',
      ', was cart:v0',
      'note: something bounds it',
      'not seen  FileUnreadable\n  a.yaml does not exist',
      '1 coverage gap',
    ])
      expect(text).toContain(line);
  });

  const many = report([
    of(HIT, {
      cluster: 'production-europe-west',
      namespace: 'a-namespace-with-a-long-name',
      name: 'a-deployment-with-a-name-that-goes-on',
      labels: { team: 'a-team-with-a-long-name' },
    }),
    of(OPEN, { name: 'shop' }),
  ]);

  it.each([80, 200])('fits a screen of %i columns', (columns) => {
    for (const renderer of [sweepTable, sweepWide]) {
      const text = renderer.render(many, { ...PIPE, columns });
      // A word is never broken: the digest that was asked for is there to be copied.
      const lines = text.split('\n').filter((line) => !line.includes(A));
      expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(columns);
      expect(text).toContain('goes-on');
    }
  });

  it('has colours on a terminal alone', () => {
    const escape = String.fromCodePoint(27);
    expect(sweepTable.render(many, PIPE)).not.toContain(escape);
    expect(sweepTable.render(many, { ...PIPE, color: true })).toContain(`${escape}[35mundetermined`);
  });

  it('lets no text from outside reach the terminal as it is', () => {
    const evil = '\u001B[2J\u202E\nx';
    const doubt = undetermined({
      reason: 'Unreachable',
      cause: null,
      message: evil,
      remediation: evil,
      evidence: [],
    });
    const found = hit({ query: 'signer', asked: evil, found: evil, at: evil, evidence: [] });
    const names = {
      name: evil,
      namespace: evil,
      kind: evil,
      cluster: evil,
      labels: { team: evil, [evil]: evil },
    };
    const hostile = report([of(found, names), of(doubt, { ...names, name: 'other' })], {
      query: { asked: { signer: [evil] } },
      notes: [evil],
      gaps: [{ ...GAP, name: evil, message: evil, remediation: evil, wrongInput: false }],
      evidence: { path: evil, savedAt: null },
      since: () => ({
        generatedAt: evil,
        kind: 'Report',
        new: [
          {
            cluster: null,
            namespace: evil,
            kind: evil,
            name: evil,
            container: evil,
            image: evil,
            digest: evil,
          },
        ],
        gone: [],
        changed: [],
      }),
    });
    for (const renderer of [sweepTable, sweepWide, sweepCsv, sweepName]) {
      const text = renderer.render(hostile, PIPE);
      expect(text).not.toContain('\u001B');
      expect(text).not.toContain('\u202E');
      expect(text).toContain(String.raw`\u{1b}[2J`);
    }
  });
});

describe('for programs', () => {
  it('names each affected workload once', () => {
    const one = of(HIT, { name: 'cart' });
    expect(sweepName.render(report([one, one, of(OPEN, { name: 'x' })]), PIPE)).toBe(
      'deployment.apps/cart\n',
    );
  });

  it('has a line for each match, doubt and gap, and no formula', () => {
    const text = sweepCsv.render(
      report([of(HIT, { name: '=cart' }), of(OPEN)], { gaps: [{ ...GAP, wrongInput: false }] }),
      PIPE,
    );
    const lines = text.split('\r\n').filter((line) => line !== '');
    expect(lines.map((line) => line.split(',')[0])).toEqual([
      'RESULT',
      'affected',
      'undetermined',
      'coverage',
    ]);
    expect(lines[1]).toContain(",'=cart,");
    const widths = lines.map((line) => line.split(',').length);
    expect(new Set(widths)).toEqual(new Set([31]));
  });
});
