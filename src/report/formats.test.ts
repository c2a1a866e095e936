import { load as parseYaml } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../policy/finding.ts';
import type { Container, Gap, Workload } from '../workloads/source.ts';
import type { Renderer, Screen } from './renderer.ts';
import { RENDERERS, TEMPLATES } from './renderers.ts';
import type { Report } from './report.ts';
import { finding, judged, POLICY, report, within } from './report.fixture.ts';

const PIPE: Screen = { columns: null, color: false, headers: true };
const IMAGE = 'registry.example.com/shop/cart:v1';

const templates = new Map(
  await Promise.all(TEMPLATES.map(async ({ format, load }) => [format, await load()] as const)),
);
const renderers = new Map(
  await Promise.all(RENDERERS.map(async ({ format, load }) => [format, await load()] as const)),
);

const rendererOf = (text: string): Renderer => {
  const [format = '', ...rest] = text.split('=');
  const compiled = templates.get(format)?.compile(rest.join('='));
  if (compiled) {
    if (!compiled.ok) throw new Error(compiled.message);
    return compiled.renderer;
  }
  const renderer = renderers.get(format);
  if (!renderer) throw new Error(format);
  return renderer;
};
const draw = (format: string, made: Report, screen: Partial<Screen> = {}) =>
  rendererOf(format).render(made, { ...PIPE, ...screen });

const one = (name: string, more: Partial<Workload> = {}, found: Partial<Finding> = {}) =>
  within([judged(IMAGE, [finding('fail', found)])], { name, ...more });

const digestOf = ({ workloads: [first] }: Report) => first?.containers[0]?.image.digest ?? '';

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

describe('name', () => {
  it.each([
    [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart' }, 'deployment.apps/cart'],
    [{ apiVersion: 'v1', kind: 'Pod', name: 'cart' }, 'pod/cart'],
    [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly' }, 'cronjob.batch/nightly'],
    [{ apiVersion: '', kind: 'Image', name: IMAGE }, IMAGE],
  ])('of %j is %s', (of, expected) => {
    expect(draw('name', report([one('x', of)]))).toBe(`${expected}\n`);
  });
});

describe('yaml', () => {
  it('is the model', () => {
    const made = report([one('cart')], [gap()]);
    expect(parseYaml(draw('yaml', made))).toEqual(JSON.parse(JSON.stringify(made)));
  });

  it('changes no value of hostile text', () => {
    const hostile = 'x\u001B[2J\u009B31m\u202Egpj\u2028\r\n: - *a &b !c "d" \'e\' \\u0041 \u{E0041}\u00AD';
    const made = report(
      [one(hostile, { labels: { [hostile]: hostile, plain: '\u202E' } })],
      [gap({ message: hostile })],
    );
    const text = draw('yaml', made);
    expect(parseYaml(text)).toEqual(JSON.parse(JSON.stringify(made)));
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });
});

describe('csv', () => {
  it('has a row per finding and one per coverage gap', () => {
    const [head, ...rows] = draw('csv', report([one('cart')], [gap()])).split('\r\n');
    expect(head).toMatch(/^CLUSTER,NAMESPACE,KIND,NAME,/);
    expect(rows).toEqual([
      `,shop,Deployment,cart,app,container,${IMAGE},${digestOf(report([one('cart')]))},signature,fail,SignatureMissing,signed,,nothing signs it,sign it,,`,
      ',,file,b.yaml,,,,,coverage,unknown,FileUnreadable,,,b.yaml may not be read,let it be read,,',
      '',
    ]);
  });

  it('leaves out the titles with --no-headers', () => {
    expect(draw('csv', report([one('cart')]), { headers: false })).toMatch(/^,shop,/);
  });

  it.each([
    ['a formula', '=1+1', "'=1+1"],
    ['a sum', '+1', "'+1"],
    ['a difference', '-1', "'-1"],
    ['a call', '@SUM(1)', "'@SUM(1)"],
    ['a formula behind a space', ' =1', "' =1"],
    ['a formula in full width', '\uFF1D1', "'\uFF1D1"],
    ['a formula behind a tab', '\t=1', '\\u{9}=1'],
    ['a comma', 'a,b', '"a,b"'],
    ['a quote', 'a"b', '"a""b"'],
    ['a formula with a quote', '=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
    ['a new line', 'a\r\nb', 'a\\u{d}\\u{a}b'],
  ])('makes %s inert', (_name, text, expected) => {
    const rows = draw('csv', report([one('cart', {}, { message: text, remediation: null })])).split('\r\n');
    expect(rows).toHaveLength(3);
    expect(rows[1]).toContain(`,signed,,${expected},,,`);
  });
});

describe('markdown', () => {
  it('has a row per container, then what is wrong', () => {
    expect(draw('markdown', report([one('cart')], [gap()]))).toBe(
      [
        '**fail** 1 image in 1 container of 1 workload: 1 fail; 1 coverage gap',
        '',
        'policy: shop (policy.yaml)',
        '',
        '| Workload | Container | Image | Signature | Registry | SBOM | SLSA | Status |',
        '| --- | --- | --- | --- | --- | --- | --- | --- |',
        `| shop/Deployment/cart | app | ${IMAGE} | fail |  |  |  | fail |`,
        '',
        `- **fail** SignatureMissing shop/Deployment/cart (app) ${IMAGE}: nothing signs it  `,
        '  next: sign it',
        '- **not seen** FileUnreadable b.yaml may not be read  ',
        '  next: let it be read',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['a cell', 'a | b', 'a \\| b'],
    ['code', '`rm`', '\\`rm\\`'],
    ['HTML', '<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    ['a link', '[a](https://x)', '\\[a\\](https://x)'],
    ['an image', '![a](b)', '!\\[a\\](b)'],
    ['stress', '**a** _b_ ~~c~~', '\\*\\*a\\*\\* \\_b\\_ \\~\\~c\\~\\~'],
    ['an entity', '&lt;', '&amp;lt;'],
    ['a backslash before a cell', '\\|', '\\\\\\|'],
    ['a mention', 'cc @octocat', 'cc @<!-- -->octocat'],
    ['a digest', 'a@sha256:0', 'a@sha256:0'],
    ['a number', '#1', '\\#1'],
    ['a new line', 'a\n\n# b', 'a\\\\u{a}\\\\u{a}\\# b'],
  ])('shows %s as text', (_name, text, expected) => {
    expect(draw('markdown', report([one('cart', {}, { message: text })]))).toContain(
      `${IMAGE}: ${expected}  \n`,
    );
  });
});

describe('custom-columns', () => {
  const made = report([
    within(
      [judged(IMAGE, [finding('pass')], { name: 'a' }), judged(IMAGE, [finding('fail')], { name: 'b' })],
      {
        name: 'cart',
        labels: { 'a.b/c': 'd' },
      },
    ),
    one('web'),
  ]);

  it.each([
    ['paths', 'NAME:.name,CONTAINERS:.containers[*].name', 'NAME   CONTAINERS\ncart   a,b\nweb    app\n'],
    ['paths without a dot', 'NAME:name', 'NAME\ncart\nweb\n'],
    ['paths in braces', 'NAME:{.name},S:{status}', 'NAME   S\ncart   fail\nweb    fail\n'],
    ['a name with dots', 'L:.labels.a\\.b/c', 'L\nd\n<none>\n'],
    ['what is not there', 'X:.nope,Y:.uid', 'X        Y\n<none>   <none>\n<none>   <none>\n'],
    [
      'a filter with a comma in it',
      'X:.containers[?(@.name=="a,b")].name,N:.name',
      'X        N\n<none>   cart\n<none>   web\n',
    ],
  ])('draws %s', (_name, spec, expected) => {
    expect(draw(`custom-columns=${spec}`, made)).toBe(expected);
  });

  it('leaves out the titles with --no-headers', () => {
    expect(draw('custom-columns=NAME:.name', made, { headers: false })).toBe('cart\nweb\n');
  });

  it.each([
    ['NAME', '":" is missing between the title "NAME" and a path, as in NAME:.name, at character 5'],
    ['NAME:', 'it ends where a path, as .name, is wanted, at character 6'],
    ['NAME:.name,', 'it ends where the title of a column is wanted, at character 12'],
    ['NAME:.name}', '"}" where a step of the path or a comma is wanted, at character 11'],
    ['NAME:{.name', '"}" is missing at the end of {, at character 12'],
  ])('says of %s what is wrong', (spec, message) => {
    expect(templates.get('custom-columns')?.compile(spec)).toEqual({ ok: false, message });
  });
});

describe('every format', () => {
  const hostile = 'x\u001B[2J\u009B31m\u202Egpj\u2028\r\nfail  Forged';
  const at = { file: hostile, line: 1, document: 1 };
  const container: Partial<Container> = { name: hostile, location: at };
  const everywhere = () =>
    report(
      [
        within(
          [
            judged(
              hostile,
              [
                finding('fail', {
                  message: hostile,
                  remediation: hostile,
                  rule: hostile,
                  exception: hostile,
                }),
              ],
              container,
            ),
          ],
          {
            name: hostile,
            kind: hostile,
            namespace: hostile,
            apiVersion: `${hostile}/v1`,
            labels: { [hostile]: hostile },
          },
        ),
      ],
      [gap({ name: hostile, message: hostile, remediation: hostile })],
      { policy: { ...POLICY, sources: [{ name: hostile, path: hostile, sha256: '' }] } },
    );
  const formats = [
    ...RENDERERS.map(({ format }) => format),
    'jsonpath={.workloads[*].name}|{.}',
    'custom-columns=NAME:.name,ALL:.containers[*]',
  ];

  it.each(formats)('shows hostile text to no terminal: %s', (format) => {
    for (const columns of [null, 80, 200]) {
      const text = draw(format, everywhere(), { columns }).replaceAll('\r\n', '\n');
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(text).not.toMatch(/^fail {2}Forged/m);
    }
  });

  it.each(formats)('draws a report without workloads: %s', (format) => {
    expect(() => draw(format, report([]))).not.toThrow();
  });
});
