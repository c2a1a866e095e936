import { describe, expect, it } from 'vitest';
import { TERMINATION_MESSAGE_BYTES } from '../limits.ts';
import type { Report } from './report.ts';
import { terminationMessage, terminationOf } from './termination-message.ts';

const COUNTS = { pass: 0, fail: 0, warn: 0, unknown: 0, skip: 0 };

type Said = readonly [
  status: 'pass' | 'fail' | 'warn' | 'unknown',
  reason: 'SignatureMissing' | 'SignatureVerified',
  message: string,
];

function report(findings: readonly Said[], exitCode: Report['verdict']['exitCode'] = 1): Report {
  const containers = findings.map(([status, reason, message], index) => ({
    name: 'app',
    type: 'container',
    status,
    image: { reference: `r.example/web:${index}`, repository: null, digest: null, platforms: [] },
    running: [],
    location: null,
    findings: [
      {
        id: String(index),
        check: 'signature' as const,
        status,
        reason,
        message,
        remediation: null,
        authority: null,
        subject: null,
        details: {},
        evidence: [],
        rule: null,
        enforcement: 'enforce' as const,
        exception: null,
      },
    ],
  }));
  const fail = findings.filter(([status]) => status === 'fail').length;
  return {
    apiVersion: 'kubectl-supplychain/v1alpha1',
    kind: 'Report',
    metadata: {
      generatedAt: '',
      judgedAt: '',
      tool: '',
      source: 'argocd',
      policies: [],
      trustRoots: [],
      hosts: [],
    },
    verdict: { status: fail > 0 ? 'fail' : 'pass', exitCode },
    summary: {
      ...COUNTS,
      fail,
      workloads: 1,
      containers: findings.length,
      images: findings.length,
      byContainer: COUNTS,
      byCheck: {},
    },
    coverage: { complete: true, gaps: [] },
    workloads: [
      {
        cluster: null,
        namespace: 'shop',
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        name: 'web',
        uid: null,
        labels: {},
        replicas: { desired: 1, running: null },
        state: 'manifestOnly',
        location: null,
        status: 'fail',
        containers,
      },
    ],
  };
}

const NEVER_SIGNED: Said = ['fail', 'SignatureMissing', 'nobody signed it'];

describe('a termination message', () => {
  it('has the verdict, and what is worst first', () => {
    const found = report([
      ['pass', 'SignatureVerified', 'good'],
      ['warn', 'SignatureMissing', 'b'],
      ['unknown', 'SignatureMissing', 'c'],
      NEVER_SIGNED,
    ]);
    expect(terminationMessage(found).split('\n')).toEqual([
      'supplychain: refused: 1 of 4 images fail, 0 unknown',
      'fail SignatureMissing Deployment/web (app) r.example/web:3: nobody signed it',
      'unknown SignatureMissing Deployment/web (app) r.example/web:2: c',
      'warn SignatureMissing Deployment/web (app) r.example/web:1: b',
    ]);
  });

  it.each<[string, number, string]>([
    ['many findings', 500, 'x'],
    ['a few long ones', 3, 'y'.repeat(3000)],
    ['one that is longer than all', 1, 'z'.repeat(9000)],
    ['letters of several bytes', 40, '€'.repeat(200)],
    ['one of several bytes that is longer than all', 1, '€'.repeat(4000)],
  ])('of %s is kept by the kubelet whole', (_, count, text) => {
    const message = terminationMessage(
      report(Array.from({ length: count }, (): Said => ['fail', 'SignatureMissing', text])),
    );
    expect(Buffer.byteLength(`${message}\n`)).toBeLessThanOrEqual(TERMINATION_MESSAGE_BYTES);
    expect(message).toContain('fail SignatureMissing Deployment/web');
    const shown = message.split('\n').filter((line) => line.startsWith('fail ')).length;
    expect(message).toContain(
      shown === count ? `web:${count - 1}` : `and ${count - shown} more: see the log`,
    );
  });

  it('shows nothing that a terminal obeys', () => {
    expect(terminationMessage(report([['fail', 'SignatureMissing', '\u001b[2J']]))).toContain('\\u{1b}[2J');
    expect(terminationOf('refused', 'one\ntwo\u0007')).toBe('supplychain: refused\none two\\u{7}');
  });
});
