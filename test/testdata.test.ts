import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { audit } from '../src/audit.ts';
import { COLLECTORS } from '../src/evidence/collectors.ts';
import { loadPolicy } from '../src/policy/load.ts';
import { ok } from '../src/reasons.ts';
import { openLayout } from '../src/registry/layout.ts';
import type { Report } from '../src/report/report.ts';
import { reportJsonSchema } from '../src/report/report-schema.ts';
import { publicGoodRoot } from '../src/verify/public-good.ts';
import { createImageSource } from '../src/workloads/images.ts';

const POLICY = 'testdata/policy.yaml';
const expectedSchema = z.array(
  z.object({
    image: z.string(),
    digest: z.string().nullable(),
    check: z.enum(['signature', 'registry']),
    expect: z.enum(['pass', 'fail', 'unknown']),
    reason: z.string(),
    authority: z.string().nullable(),
  }),
);
const expected = expectedSchema.parse(JSON.parse(readFileSync('testdata/expected.json', 'utf8')));

const now = new Date('2030-01-01T00:00:00Z');

async function auditAll(images: readonly string[]): Promise<Report> {
  const layout = await openLayout('testdata/layout');
  const files = [{ path: POLICY, bytes: readFileSync(POLICY) }];
  const loaded = loadPolicy(files, [publicGoodRoot()], (path) => ok(readFileSync(path)));
  if (!layout.ok || !loaded.ok) throw new Error(JSON.stringify([layout, loaded]));
  return audit({
    source: createImageSource(images),
    registry: layout.value,
    collectors: COLLECTORS,
    policy: loaded.policy,
    trust: loaded.policy.trust,
    revocation: null,
    platform: null,
    concurrency: 4,
    timeout: 30_000,
    failOn: 'unknown',
    generatedAt: now,
    judgedAt: now,
    tool: 'test',
  });
}

describe('the images of testdata, signed and forged with the real tools', () => {
  let report: Report;

  beforeAll(async () => {
    report = await auditAll(expected.map(({ image }) => image));
  });

  it.each(expected)(
    '$image: $expect $reason',
    ({ image, digest, check, expect: status, reason, authority }) => {
      const container = report.workloads.find((workload) => workload.name === image)?.containers[0];
      const finding = container?.findings.find((one) => one.check === check);
      expect(finding).toMatchObject({ status, reason, authority });
      expect(container?.image.digest ?? null).toBe(digest);
      expect(finding?.message).not.toBe('');
    },
  );

  it('gives every verdict that is no pass a next step', () => {
    const findings = report.workloads.flatMap(({ containers }) =>
      containers.flatMap((container) => container.findings),
    );
    const without = findings.filter(({ status, remediation }) => status !== 'pass' && remediation === null);
    expect(without.map(({ reason }) => reason)).toEqual([]);
  });

  it('is what its JSON Schema says, and has no member that the schema does not name', () => {
    // Open to members of later versions, as readers have to be; here each has to be known.
    const closed = JSON.stringify(reportJsonSchema()).replaceAll(
      '"additionalProperties":{}',
      '"additionalProperties":false',
    );
    const details = closed.replaceAll(
      /("propertyNames":\{"type":"string"\}),"additionalProperties":false/g,
      '$1',
    );
    const schema = z.record(z.string(), z.unknown()).parse(JSON.parse(details));
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
    expect(validate(JSON.parse(JSON.stringify(report))) ? [] : validate.errors).toEqual([]);
    expect(validate({ ...report, kind: 'Repork' })).toBe(false);
  });

  it('names the signer, the time and the log index of what it accepts', () => {
    const cart = report.workloads.find(({ name }) => name === 'registry.example.com/shop/cart:v1');
    const evidence = cart?.containers[0]?.findings.find(({ check }) => check === 'signature')?.evidence;
    const signature = evidence?.find(({ kind, result }) => kind === 'signature' && result === 'verified');
    expect(signature).toMatchObject({
      signer: {
        subject: 'https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v1.0.0',
        issuer: 'https://token.actions.example.com',
        extensions: { sourceRepository: 'https://github.com/acme/shop', runnerEnvironment: 'github-hosted' },
      },
      time: { source: 'tsa' },
      trustRoot: 'acme',
    });
    expect(signature?.logIndex).toMatch(/^\d+$/);
  });
});

it('says the same twice', async () => {
  const images = expected.map(({ image }) => image);
  const [first, second] = await Promise.all([auditAll(images), auditAll(images.toReversed())]);
  expect(JSON.stringify(second)).toBe(JSON.stringify(first));
});
