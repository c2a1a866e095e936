import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { directory, LAYOUT, run } from '../cmd/fake-io.fixture.ts';
import { type ServedLayout, serveLayout } from './served-layout.ts';

/** The images of testdata/ say that they were created on this day. */
const CREATED = '2026-01-15T09:00:00.000Z';

const policy = (rule: string) => `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: fresh }
spec:
  rules: [{ name: fresh, ${rule} }]
  default: allow
`;

let registry: ServedLayout;
beforeAll(async () => {
  registry = await serveLayout(LAYOUT, 'registry.example.com', new Map());
});
afterAll(() => registry.close());

const cwd = directory({
  'age.yaml': policy('age: { max: 180d }'),
  'tags.yaml': policy('tags: { disallowed: [latest] }'),
});

async function verified(image: string, args: readonly string[]) {
  const flags = ['--plain-http', registry.host, '--offline', '--cache-dir', 'none', '-o', 'json'];
  const { exitCode, stdout } = await run(['verify', image, ...args, ...flags], { cwd });
  const { workloads } = JSON.parse(stdout) as {
    workloads: {
      containers: { findings: { check: string; status: string; reason: string; details: object }[] }[];
    }[];
  };
  const findings = workloads.flatMap(({ containers }) => containers.flatMap((one) => one.findings));
  const age = findings.find(({ check }) => check === 'age');
  return { exitCode, said: age && `${age.status} ${age.reason}`, details: age?.details };
}

const AGED = ['--policy', 'age.yaml', '--at'];

it.each([
  ['2026-02-01', { exitCode: 0, said: 'pass AgeAccepted', details: { created: CREATED } }],
  ['2026-12-01', { exitCode: 1, said: 'fail ImageOutdated', details: { created: CREATED } }],
  ['2026-01-01', { exitCode: 3, said: 'unknown AgeUnknown', details: {} }],
])('an image is as old on %s as its configuration says', async (at, expected) => {
  expect(await verified(`${registry.host}/shop/cart:v1`, [...AGED, at])).toEqual(expected);
});

it('no configuration is asked for where no rule limits an age', async () => {
  const image = `${registry.host}/shop/cart:v1`;
  registry.take();
  await verified(image, ['--policy', 'tags.yaml']);
  const without = registry.take();
  await verified(image, [...AGED, '2026-02-01']);
  const added = registry.take().filter((request) => !without.includes(request));
  expect(added).toEqual([expect.stringMatching(/^GET \/v2\/shop\/cart\/blobs\//)]);
});

it.each([
  ['the run that asked for it', (image: string, into: string) => ['verify', image, '--save-evidence', into]],
  ['evidence save', (image: string, into: string) => ['evidence', 'save', into, image]],
])('what %s has saved says how old it is, without a network', async (_name, saving) => {
  const image = `${registry.host}/shop/cart:v1`;
  const evidence = join(directory(), 'evidence');
  const flags = ['--policy', 'age.yaml', '--plain-http', registry.host, '--offline', '--cache-dir', 'none'];
  await run([...saving(image, evidence), ...flags], { cwd });
  registry.take();
  expect(await verified(image, [...AGED, '2026-12-01', '--evidence', evidence])).toMatchObject({
    said: 'fail ImageOutdated',
  });
  expect(registry.take()).toEqual([]);
});

it('what was saved without it leaves the age unknown', async () => {
  const image = `${registry.host}/shop/cart:v1`;
  const evidence = join(directory(), 'evidence');
  const flags = ['--policy', 'tags.yaml', '--plain-http', registry.host, '--offline', '--cache-dir', 'none'];
  await run(['verify', image, '--save-evidence', evidence, ...flags], { cwd });
  expect(await verified(image, [...AGED, '2026-12-01', '--evidence', evidence])).toMatchObject({
    exitCode: 3,
    said: 'unknown NotInEvidence',
  });
});
