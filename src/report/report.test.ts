import { describe, expect, it } from 'vitest';
import { evidenceEntries } from '../policy/evidence-entry.ts';
import {
  child,
  manifest,
  referenced,
  RELEASE,
  signature,
  unreadable,
  verified,
  workflow,
} from '../policy/judged-image.fixture.ts';
import { finding, judged, report, within } from './report.fixture.ts';
import { json } from './json.ts';

const signed = manifest('a', verified(signature(workflow(RELEASE))));

function full() {
  const evidence = evidenceEntries(unreadable(signed));
  const one = judged('registry.example.com/shop/app:v1', [finding('pass', { evidence })]);
  const image = referenced('registry.example.com/shop/app:v1', manifest('i'), [
    child('s390x'),
    child('amd64'),
  ]);
  const location = { file: 'a.yaml', line: 7, document: 1 };
  return report(
    [within([{ ...one, image, container: { ...one.container, location } }], { location })],
    [
      {
        scope: 'file',
        name: 'b.yaml',
        cluster: null,
        reason: 'FileUnreadable',
        message: 'b.yaml may not be read',
        remediation: 'let it be read',
        wrongInput: false,
      },
    ],
  );
}

/** The paths of all values within a value, with the items of a list as one. */
function paths(value: unknown, at = ''): string[] {
  if (Array.isArray(value))
    return value.length === 0 ? [at] : value.flatMap((item) => paths(item, `${at}[]`));
  if (typeof value !== 'object' || value === null) return [at];
  const fields = Object.entries(value);
  return fields.length === 0 ? [at] : fields.flatMap(([name, inner]) => paths(inner, `${at}.${name}`));
}

const FIELDS = `
.apiVersion .kind
.metadata.generatedAt .metadata.judgedAt .metadata.tool .metadata.source .metadata.hosts[] .metadata.trustRoots
.metadata.policies[].name .metadata.policies[].path .metadata.policies[].sha256
.verdict.status .verdict.exitCode
.summary.workloads .summary.containers .summary.images
.summary.pass .summary.fail .summary.warn .summary.unknown .summary.skip
.summary.byContainer.pass .summary.byContainer.fail .summary.byContainer.warn .summary.byContainer.unknown
.summary.byContainer.skip .summary.byCheck.signature.pass
.coverage.complete .coverage.gaps[].scope .coverage.gaps[].name .coverage.gaps[].cluster .coverage.gaps[].reason
.coverage.gaps[].message .coverage.gaps[].remediation
.workloads[].cluster .workloads[].namespace .workloads[].apiVersion .workloads[].kind .workloads[].name
.workloads[].uid .workloads[].labels .workloads[].replicas.desired .workloads[].replicas.running
.workloads[].state .workloads[].status
.workloads[].location.file .workloads[].location.line .workloads[].location.document
${'name type status running image.reference image.repository image.digest image.platforms[] location.file location.line location.document'.replaceAll(/\S+/g, '.workloads[].containers[].$&')}
${'id check status reason message remediation rule authority enforcement exception subject details'.replaceAll(/\S+/g, '.workloads[].containers[].findings[].$&')}
${'kind predicateType digest subject location signer signer.subject signer.issuer signer.extensions time time.value time.source logIndex trustRoot result reason message'.replaceAll(/\S+/g, '.workloads[].containers[].findings[].evidence[].$&')}
`;

describe('report', () => {
  it('has the fields that scripts depend on', () => {
    expect([...new Set(paths(full()))].toSorted()).toEqual(FIELDS.trim().split(/\s+/).toSorted());
  });

  it('does not show what is its own affair', () => {
    const text = json.render(full(), { columns: null, color: false, headers: true });
    expect(text).not.toMatch(/wrongInput|templateLabels/);
  });

  it('sorts workloads, containers, findings, platforms and gaps', () => {
    const a = judged('registry.example.com/shop/a:v1', [
      finding('pass', { check: 'tag', rule: 'z' }),
      finding('pass', { check: 'signature', rule: 'y' }),
      finding('pass', { check: 'signature', rule: 'x' }),
    ]);
    const z = judged('registry.example.com/shop/z:v1', [], { name: 'z' });
    const init = judged('registry.example.com/shop/i:v1', [], { name: 'a', type: 'init' });
    const gap = (name: string) => ({
      scope: 'file' as const,
      name,
      cluster: null,
      reason: 'FileUnreadable' as const,
      message: name,
      wrongInput: false,
    });
    const { workloads, coverage } = report(
      [
        within([a], { name: 'b', namespace: 'b' }),
        within([z, init, a], { name: 'b', namespace: 'a' }),
        within([a], { name: 'a', namespace: 'a' }),
        within([a], { name: 'Z', namespace: 'a', kind: 'CronJob' }),
      ],
      [gap('b.yaml'), gap('a.yaml')],
    );
    expect(workloads.map(({ namespace, kind, name }) => `${namespace}/${kind}/${name}`)).toEqual([
      'a/CronJob/Z',
      'a/Deployment/a',
      'a/Deployment/b',
      'b/Deployment/b',
    ]);
    expect(workloads[2]?.containers.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'container app',
      'container z',
      'init a',
    ]);
    expect(workloads[0]?.containers[0]?.findings.map(({ check, rule }) => `${check} ${rule}`)).toEqual([
      'signature x',
      'signature y',
      'tag z',
    ]);
    expect(coverage.gaps.map(({ name }) => name)).toEqual(['a.yaml', 'b.yaml']);
    expect(full().workloads[0]?.containers[0]?.image.platforms).toEqual(['linux/amd64', 'linux/s390x']);
  });

  it('is the same bytes again for the same evidence, in whatever order it came, but for its metadata', () => {
    const parts = ['a', 'b', 'c'].map((name) =>
      within([judged(`registry.example.com/shop/${name}:v1`, [finding('fail')])], { name }),
    );
    const { metadata: first, ...one } = report(parts, [], { generatedAt: new Date(0) });
    const { metadata: second, ...other } = report(parts.toReversed(), [], { generatedAt: new Date(1) });
    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
    expect(first.generatedAt).not.toBe(second.generatedAt);
  });

  it('names a finding alike whatever its verdict, digest and message', () => {
    const id = (status: 'pass' | 'fail', text: string, message: string, name = 'app') => {
      const found = finding(status, { message });
      return report([within([judged(text, [found])], { name })]).workloads[0]?.containers[0]?.findings[0]?.id;
    };
    const first = id('pass', 'registry.example.com/shop/app:v1', 'good');
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(id('fail', 'registry.example.com/shop/app:v2', 'bad')).toBe(first);
    expect(id('pass', 'registry.example.com/shop/app:v1', 'good', 'other')).not.toBe(first);
  });

  it('counts images once, by digest where it is known, and each as bad as it is anywhere', () => {
    const same = judged('registry.example.com/shop/app:v1', [finding('pass')]);
    const again = judged('registry.example.com/shop/app:latest', [finding('fail')]);
    const invalid = judged('Not An Image', [finding('fail', { check: 'policy' })]);
    const { summary } = report([within([same, again]), within([same, invalid], { name: 'other' })]);
    expect(summary).toEqual({
      workloads: 2,
      containers: 4,
      images: 2,
      pass: 0,
      fail: 2,
      warn: 0,
      unknown: 0,
      skip: 0,
      byContainer: { pass: 2, fail: 2, warn: 0, unknown: 0, skip: 0 },
      byCheck: { policy: { fail: 1 }, signature: { pass: 2, fail: 1 } },
    });
  });

  it('says whether everything was seen', () => {
    expect(report().coverage).toEqual({ complete: true, gaps: [] });
    expect(full().coverage.complete).toBe(false);
  });
});

describe('JSON', () => {
  it('escapes what a terminal would obey, and changes no value', () => {
    const message = 'a\u001B[31m\u009B31m\u202Eb\u2028c\u{E0041}\u200Bd\u007F';
    const made = report([
      within([judged('registry.example.com/shop/app:v1', [finding('fail', { message })])]),
    ]);
    const text = json.render(made, { columns: null, color: true, headers: true });
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(made)));
  });
});
