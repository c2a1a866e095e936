import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BARE } from '../policy/judged-image.fixture.ts';
import type { Gap } from '../workloads/source.ts';
import { displayWidth } from './display-width.ts';
import type { Screen } from './renderer.ts';
import type { Report } from './report.ts';
import { finding, judged, POLICY, report, within } from './report.fixture.ts';
import { table } from './table.ts';

const PIPE: Screen = { columns: null, color: false, headers: true };

const lines = (made: Report, screen = PIPE) => table.render(made, screen).split('\n');

const IMAGE = 'registry.example.com/shop/a-service-with-a-long-name:v1.2.3';
const LONG = within(
  [
    judged(
      IMAGE,
      [
        finding('fail', {
          reason: 'SignerNotTrusted',
          message: `signed by somebody ${'who has a name '.repeat(12)}`,
        }),
        finding('pass', { check: 'registry', rule: 'registries' }),
      ],
      {
        name: 'a-container-with-a-long-name',
        location: { file: 'deploy/manifests.yaml', line: 42, document: 1 },
      },
    ),
  ],
  { name: 'a-workload-with-a-long-name' },
);

function gap(more: Partial<Gap> = {}): Gap {
  return {
    scope: 'file',
    name: 'b.yaml',
    cluster: null,
    reason: 'FileUnreadable',
    message: 'b.yaml may not be read',
    remediation: 'let it be read',
    wrongInput: false,
    ...more,
  };
}

describe('table', () => {
  it('in a pipe shows everything whole, and nothing in colour', () => {
    expect(lines(report([LONG]))).toEqual([
      'policy: shop (policy.yaml)',
      '',
      'NAMESPACE  WORKLOAD                                CONTAINER                     IMAGE                                                        SIGNATURE  REGISTRY  SBOM  SLSA  STATUS',
      `shop       Deployment/a-workload-with-a-long-name  a-container-with-a-long-name  ${IMAGE}  fail       pass      -     -     fail`,
      '',
      `fail  SignerNotTrusted  ${IMAGE}  (rule signed)`,
      `  signed by somebody ${'who has a name '.repeat(12)}`,
      '  in Deployment/a-workload-with-a-long-name (a-container-with-a-long-name, deploy/manifests.yaml:42)',
      '  next: sign it',
      '',
      '1 image in 1 container of 1 workload: 1 fail; coverage complete',
      '',
    ]);
  });

  it.each([80, 100, 120, 200])('on a screen of %i columns has no longer line', (columns) => {
    const shown = lines(report([LONG]), { columns, color: true, headers: true });
    const plain = shown.map((line) => stripVTControlCharacters(line));
    // What cannot be broken is one word: the name of a place.
    expect(plain.filter((line) => line.length > columns && line.trim().includes(' '))).toEqual([]);
  });

  it('on a narrow screen leaves out what nobody asked for, and keeps the end of an image', () => {
    const [head, row] = lines(report([LONG]), { columns: 80, color: false, headers: true }).slice(2);
    expect(head?.split(/ +/)).toEqual([
      'NAMESPACE',
      'WORKLOAD',
      'CONTAINER',
      'IMAGE',
      'SIGNATURE',
      'REGISTRY',
      'STATUS',
    ]);
    expect(row).toMatch(/^shop +…\S*long-name +a-contain\S*… +…\S*v1\.2\.3 +fail +pass +fail$/);
  });

  it('on a narrow screen drops the digest before the name', () => {
    const pinned = judged(`${IMAGE}@sha256:${'a'.repeat(64)}`, [finding('pass')]);
    expect(lines(report([within([pinned])]), { columns: 80, color: false, headers: true })[3]).toMatch(
      / …\S*v1\.2\.3@… /,
    );
  });

  it('on a wide screen is as in a pipe', () => {
    const wide = lines(report([LONG]), { columns: 200, color: false, headers: true });
    expect(wide.slice(2, 4)).toEqual(lines(report([LONG])).slice(2, 4));
  });

  it.each([null, 80, 60])('aligns what stands behind wide letters on a screen of %s columns', (columns) => {
    const wide = within([judged('registry.example.com/shop/cart:v1', [finding('pass')])], {
      name: '購物車服務'.repeat(5),
    });
    const narrow = within([judged('registry.example.com/shop/cart:v2', [finding('pass')])], { name: 'cart' });
    const [head, ...rows] = lines(report([wide, narrow]), { columns, color: false, headers: true }).slice(
      2,
      5,
    );
    const before = (line: string | undefined, word: string) =>
      displayWidth((line ?? '').split(word)[0] ?? '');
    expect(rows.map((row) => before(row, 'pass'))).toEqual(rows.map(() => before(head, 'SIGNATURE')));
    expect(Math.max(...rows.map(displayWidth))).toBeLessThanOrEqual(columns ?? Number.POSITIVE_INFINITY);
  });

  it('draws more rows than a call may have arguments', () => {
    const made = report([within([judged('registry.example.com/shop/cart:v1', [finding('pass')])])]);
    const [workload] = made.workloads;
    const containers = Array.from({ length: 130_000 }, () => workload?.containers ?? []).flat();
    const many = { ...made, workloads: made.workloads.map((one) => ({ ...one, containers })) };
    expect(lines(many).filter((line) => line.endsWith('pass'))).toHaveLength(containers.length);
  });

  it('colours a status where the screen has colours', () => {
    const coloured = table.render(report([LONG]), { columns: 200, color: true, headers: true });
    expect(coloured).toContain('\u001B[31mfail\u001B[39m');
    expect(stripVTControlCharacters(coloured)).toBe(
      table.render(report([LONG]), { columns: 200, color: false, headers: true }),
    );
  });

  it.each([
    ['the policy', POLICY, 'policy: shop (policy.yaml)'],
    [
      'all policies',
      { ...POLICY, sources: [...POLICY.sources, { name: 'more', path: 'more.yaml', sha256: '' }] },
      'policy: shop (policy.yaml), more (more.yaml)',
    ],
    ['that there is none', null, 'no policy: nothing is trusted yet, so nothing signed passes'],
  ])('names on its first line %s', (_name, policy, expected) => {
    expect(lines(report([LONG], [], { policy }))[0]).toBe(expected);
  });

  it('without a policy ends with what to do next', () => {
    expect(lines(report([LONG], [], { policy: null })).at(-2)).toMatch(/^next: write a policy/);
  });

  it('without a policy shows equal rows once, and how many others there are', () => {
    const same = (name: string) => within([judged(IMAGE, [finding('warn', { rule: null })])], { name });
    const other = within([judged('registry.example.com/shop/b:v1', [finding('warn', { rule: null })])]);
    const made = report([same('a'), same('b'), same('c'), other], [], { policy: null });
    const rows = lines(made).slice(3, 6);
    expect(rows[0]).toContain('Deployment/a (+2)');
    expect(rows[1]).toContain('shop/b:v1');
    expect(rows[2]).toBe('');
    expect(lines(report([same('a'), same('b'), same('c')])).slice(3, 7)).toHaveLength(4);
  });

  it('shows no place of an image that was named by itself', () => {
    const { containers: _containers, ...bare } = BARE;
    const rows = lines(report([within([judged(IMAGE, [finding('fail')])], bare)]));
    expect(rows[3]).toMatch(/^- +- +- +registry\.example\.com/);
    expect(rows.join('\n')).not.toContain('\n  in ');
  });
});

describe('what an SBOM says', () => {
  const sbom = (authority: string | null, format = 'spdx', status: 'pass' | 'fail' = 'pass') => {
    const details = { format, specVersion: format === 'spdx' ? '2.3' : '1.6', components: 214 };
    return finding(status, { check: 'sbom', authority, details });
  };
  const NAMES = ['cart', 'till', 'fraud'];
  const made = report(
    [sbom('ci'), sbom(null, 'cyclonedx'), sbom('ci', 'spdx', 'fail')].map((found, at) =>
      within([judged(`registry.example.com/shop/${NAMES[at]}:v1`, [finding('pass'), found])]),
    ),
  );
  /** The column, from its title to the next. */
  const column = (columns: number | null): readonly string[] => {
    const [head = '', ...rows] = lines(made, { columns, color: false, headers: true }).slice(2, 6);
    const [from, to] = [head.indexOf('SBOM'), head.indexOf('STATUS')];
    expect(Math.max(...[head, ...rows].map(displayWidth))).toBeLessThanOrEqual(columns ?? 1000);
    expect(rows.every((row) => row.includes('registry.example.com/shop/'))).toBe(true);
    return rows.map((row) => row.slice(from, to).replace(/ {2,}.*/, ''));
  };

  it.each<[number | null, readonly string[]]>([
    [null, ['pass spdx 2.3 · 214 · ci', 'pass cyclonedx 1.6 · 214 · unsigned', 'fail']],
    [200, ['pass spdx 2.3 · 214 · ci', 'pass cyclonedx 1.6 · 214 · unsigned', 'fail']],
    [126, ['pass spdx 2.3 · 214', 'pass cyclonedx 1.6 · 214', 'fail']],
    [116, ['pass spdx 2.3', 'pass cyclonedx 1.6', 'fail']],
    [100, ['pass', 'pass', 'fail']],
  ])('stands behind its status as far as a screen of %s columns has room for it', (columns, expected) => {
    expect(column(columns)).toEqual(expected);
  });

  it('has the colour of its status', () => {
    const shown = table.render(made, { columns: 126, color: true, headers: true });
    expect(shown).toContain('\u001B[32mpass spdx 2.3 · 214\u001B[39m');
  });
});

describe('hostile text', () => {
  const hostile = 'x\u001B[2J\u009B31m\u202Egpj\u2028\r\nfail  Forged';
  const screens: Screen[] = [
    PIPE,
    { columns: 80, color: false, headers: true },
    { columns: 200, color: false, headers: true },
  ];

  it.each([
    ['an image', () => report([within([judged(hostile, [finding('fail')])])])],
    [
      'a workload',
      () => report([within([judged(IMAGE, [finding('fail')])], { name: hostile, kind: hostile })]),
    ],
    ['a namespace', () => report([within([judged(IMAGE, [finding('fail')])], { namespace: hostile })])],
    ['a container', () => report([within([judged(IMAGE, [finding('fail')], { name: hostile })])])],
    [
      'a file',
      () =>
        report([
          within([judged(IMAGE, [finding('fail')], { location: { file: hostile, line: 1, document: 1 } })]),
        ]),
    ],
    ['a message', () => report([within([judged(IMAGE, [finding('fail', { message: hostile })])])])],
    ['a remediation', () => report([within([judged(IMAGE, [finding('fail', { remediation: hostile })])])])],
    ['a rule', () => report([within([judged(IMAGE, [finding('fail', { rule: hostile })])])])],
    [
      'a location',
      () => report([within([judged(IMAGE, [finding('fail', { details: { location: hostile } })])])]),
    ],
    ['a gap', () => report([LONG], [gap({ message: hostile, remediation: hostile })])],
    [
      'a policy',
      () =>
        report([LONG], [], {
          policy: { ...POLICY, sources: [{ name: hostile, path: hostile, sha256: '' }] },
        }),
    ],
  ])('from %s never reaches a terminal raw', (_name, make) => {
    for (const screen of screens) {
      const text = table.render(make(), screen);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(text).not.toMatch(/^fail {2}Forged/m);
    }
  });
});

describe('explanations', () => {
  const below = (made: Report) =>
    lines(made)
      .slice(lines(made).indexOf('', 2) + 1, -3)
      .join('\n');
  const one = (name: string, ...found: ReturnType<typeof finding>[]) =>
    within([judged(`registry.example.com/shop/${name}:v1`, found)], { name });

  it('come worst first, and passes not at all', () => {
    const made = report([
      one('a', finding('warn', { reason: 'TagNotPinned', check: 'tag' }), finding('pass')),
      one('b', finding('unknown', { reason: 'RegistryUnreachable' })),
      one('c', finding('fail')),
    ]);
    expect(below(made).match(/^\w+ {2}\w+/gm)).toEqual([
      'fail  SignatureMissing',
      'unknown  RegistryUnreachable',
      'warn  TagNotPinned',
    ]);
  });

  it('tell failures image by image, with every place of the image', () => {
    const again = within([judged('registry.example.com/shop/a:v1', [finding('fail')])], { name: 'again' });
    expect(below(report([one('a', finding('fail')), again, one('b', finding('fail'))]))).toBe(
      [
        'fail  SignatureMissing  registry.example.com/shop/a:v1  (rule signed)',
        '  nothing signs it',
        '  in Deployment/a (app)',
        '  in Deployment/again (app)',
        '  next: sign it',
        '',
        'fail  SignatureMissing  registry.example.com/shop/b:v1  (rule signed)',
        '  nothing signs it',
        '  in Deployment/b (app)',
        '  next: sign it',
      ].join('\n'),
    );
  });

  it('tell a warning once for all images, and name three places', () => {
    const warn = (name: string) => one(name, finding('warn', { remediation: 'write it down' }));
    expect(below(report(['a', 'b', 'c', 'd', 'e'].map(warn)))).toBe(
      [
        'warn  SignatureMissing  5 images  (rule signed)',
        '  nothing signs it',
        '  in Deployment/a (app)',
        '  in Deployment/b (app)',
        '  in Deployment/c (app)',
        '  and in 2 more',
        '  next: write it down',
      ].join('\n'),
    );
  });

  it('say whose remedy it is where each image has its own', () => {
    const warn = (name: string) => one(name, finding('warn', { remediation: `pin ${name}` }));
    expect(below(report(['a', 'b'].map(warn)))).toContain('  next: for the first of them: pin a');
  });

  it('say where evidence lies, with its digest cut where the screen is narrow', () => {
    const location = `registry.example.com/shop/app@sha256:${'a'.repeat(64)}`;
    const made = report([one('a', finding('fail', { details: { location } }))]);
    expect(below(made)).toContain(`  evidence: ${location}\n`);
    expect(table.render(made, { columns: 80, color: false, headers: true })).toContain(
      '  evidence: registry.example.com/shop/app@sha256:aaaaaaaaaaaa…\n',
    );
  });

  it('show what could not be seen, and the summary counts it', () => {
    const made = report([LONG], [gap(), gap({ name: 'c.yaml', message: 'c.yaml may not be read' })]);
    expect(below(made)).toContain(
      'not seen  FileUnreadable\n  b.yaml may not be read\n  next: let it be read\n\nnot seen  FileUnreadable\n  c.yaml may not be read',
    );
    expect(lines(made).at(-2)).toBe('1 image in 1 container of 1 workload: 1 fail; 2 coverage gaps');
  });

  it('tell a reference that is none once, by its finding', () => {
    const made = report(
      [within([judged('Not An Image', [finding('fail', { reason: 'ImageReferenceInvalid' })])])],
      [gap({ reason: 'ImageReferenceInvalid' })],
    );
    expect(table.render(made, PIPE).match(/ImageReferenceInvalid/g)).toHaveLength(1);
  });

  it('are there where no workload is', () => {
    expect(lines(report([], [gap()]))).toEqual([
      'policy: shop (policy.yaml)',
      '',
      'not seen  FileUnreadable',
      '  b.yaml may not be read',
      '  next: let it be read',
      '',
      '0 images in 0 containers of 0 workloads: nothing to judge; 1 coverage gap',
      '',
    ]);
  });
});
