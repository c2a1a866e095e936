import { describe, expect, it } from 'vitest';
import { evidenceEntries } from '../policy/evidence-entry.ts';
import { manifest, RELEASE, signature, verified, workflow } from '../policy/judged-image.fixture.ts';
import type { Screen } from './renderer.ts';
import type { Report } from './report.ts';
import { finding, judged, report, within } from './report.fixture.ts';
import { table } from './table.ts';
import { wide } from './wide.ts';

const PIPE: Screen = { columns: null, color: false, headers: true };
const IMAGE = 'registry.example.com/shop/a-service-with-a-long-name:v1.2.3';

const evidence = evidenceEntries(manifest('a', verified(signature(workflow(RELEASE)))));
const signer = evidence[0]?.signer?.subject ?? '';

const full = (status: 'pass' | 'fail' = 'pass') =>
  report([
    within(
      [
        judged(IMAGE, [
          finding(status, { evidence, reason: status === 'pass' ? 'SignatureVerified' : 'SignerNotTrusted' }),
          finding('pass', { check: 'registry' }),
          finding('pass', {
            check: 'sbom',
            authority: 'ci',
            details: { format: 'spdx', specVersion: '2.3', components: 12 },
          }),
          finding('pass', { check: 'slsa', details: { level: 3 } }),
        ]),
      ],
      { name: 'a-workload-with-a-long-name' },
    ),
  ]);

function cells(made: Report, screen = PIPE, renderer = wide): Record<string, string> {
  const [head = '', row = ''] = renderer.render(made, screen).split('\n').slice(2);
  const titles = [...head.matchAll(/\S+/g)];
  return Object.fromEntries(
    titles.map((title, index) => [title[0], row.slice(title.index, titles[index + 1]?.index).trim()]),
  );
}

describe('wide', () => {
  it('adds digest, signer and reason, and what provenance says', () => {
    expect(cells(full())).toMatchObject({
      DIGEST: full().workloads[0]?.containers[0]?.image.digest,
      SIGNER: signer,
      REASON: '-',
      SBOM: 'pass spdx 2.3 · 12 · ci',
      SLSA: 'pass L3',
      STATUS: 'pass',
    });
    expect(cells(full(), PIPE, table)).toMatchObject({ SBOM: 'pass spdx 2.3 · 12 · ci', SLSA: 'pass' });
  });

  it('names the reason of the worst finding', () => {
    expect(cells(full('fail'))).toMatchObject({ REASON: 'SignerNotTrusted', STATUS: 'fail' });
  });

  it.each([
    ['the accepted one by its name in the policy', finding('pass', { authority: 'ci' }), 'ci'],
    ['how many there are where none was accepted', finding('fail'), `${signer} (+1)`],
  ])('shows of several signers %s', (_name, found, expected) => {
    const [first] = evidence;
    if (!first?.signer) throw new Error('no signer');
    const other = { ...first, signer: { ...first.signer, subject: 'https://example.com/other' } };
    const made = report([within([judged(IMAGE, [{ ...found, evidence: [first, other] }])])]);
    expect(cells(made)['SIGNER']).toBe(expected);
  });

  it.each([
    [80, ['WORKLOAD', 'IMAGE', 'SIGNATURE', 'STATUS', 'SIGNER', 'REASON']],
    [120, ['WORKLOAD', 'IMAGE', 'SIGNATURE', 'REGISTRY', 'SBOM', 'SLSA', 'STATUS', 'SIGNER', 'REASON']],
  ])('on a screen of %i columns is no wider, and says what is missing', (columns, kept) => {
    const text = wide.render(full('fail'), { ...PIPE, columns });
    expect(text.split('\n').filter((line) => line.length > columns && line.trim().includes(' '))).toEqual([]);
    const shown = text.split('\n')[2]?.split(/ {2,}/) ?? [];
    expect(shown).toEqual(expect.arrayContaining(kept));
    expect(text.replaceAll(/\s+/g, ' ')).toContain('this screen is too narrow for DIGEST, ');
  });

  it('on a screen of 200 columns has every column', () => {
    expect(Object.keys(cells(full('fail'), { ...PIPE, columns: 200 }))).toHaveLength(12);
  });

  it('has a colour behind which the fact stands', () => {
    expect(wide.render(full(), { ...PIPE, color: true })).toContain('\u001B[32mpass L3\u001B[39m');
  });

  it.each([table, wide])('leaves out the titles with --no-headers: $format', (renderer) => {
    const with_ = renderer.render(full(), PIPE).split('\n');
    const without = renderer.render(full(), { ...PIPE, headers: false }).split('\n');
    expect(without.some((line) => line.startsWith('NAMESPACE'))).toBe(false);
    expect(without.length).toBe(with_.length - 1);
  });
});
