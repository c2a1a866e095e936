import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { directory, LAYOUT, POLICY, run } from './fake-io.fixture.ts';

const reportSchema = z.object({
  metadata: z.object({ judgedAt: z.string(), generatedAt: z.string() }),
  verdict: z.object({ status: z.string(), exitCode: z.number() }),
  coverage: z.object({ gaps: z.array(z.object({ reason: z.string() })) }),
  workloads: z.array(
    z.object({
      containers: z.array(
        z.object({
          findings: z.array(
            z.object({ reason: z.string(), status: z.string(), exception: z.string().nullable() }),
          ),
        }),
      ),
    }),
  ),
});
const parse = (text: string) => reportSchema.parse(JSON.parse(text));
const reasons = (text: string) =>
  parse(text).workloads.flatMap(({ containers }) =>
    containers.flatMap(({ findings }) => findings.map(({ status, reason }) => `${status} ${reason}`)),
  );

const CART = 'registry.example.com/shop/cart:v1';

const ABSENT = 'absent';

describe('a run that is ended before its time', () => {
  let server: Server;
  let host = '';
  let asked: () => void = () => {};

  beforeAll(async () => {
    // A registry that lacks one image, and says nothing of the others.
    server = createServer((request, response) => {
      if (request.url?.startsWith(`/v2/${ABSENT}/`)) response.writeHead(404).end();
      else asked();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    host = `127.0.0.1:${port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const verify = (...more: string[]) => [
    'verify',
    `${host}/a:v1`,
    `${host}/b:v1`,
    '--plain-http',
    host,
    '--policy',
    'none',
    '-o',
    'json',
    ...more,
  ];

  it('by a signal reports what is known, and exits with 130', async () => {
    const interrupt = new AbortController();
    asked = () => interrupt.abort();
    const ran = await run(verify('--concurrency', '1'), { onInterrupt: () => interrupt.signal });
    expect(reasons(ran.stdout)).toEqual(['unknown Interrupted', 'unknown Interrupted']);
    expect(parse(ran.stdout).verdict).toEqual({ status: 'unknown', exitCode: 130 });
    expect(ran).toMatchObject({
      exitCode: 130,
      stderr: 'interrupted: reporting what is known; once more to end at once\n',
    });
  });

  it.each([
    ['violation', 130],
    ['never', 130],
  ])('by a signal exits with 130 under --fail-on %s too', async (failOn, exitCode) => {
    const ran = await run(verify('--fail-on', failOn, '-q'), { onInterrupt: () => AbortSignal.abort() });
    expect(ran).toMatchObject({ exitCode, stderr: '' });
  });

  it.each([
    ['unknown', 3],
    ['violation', 0],
  ])('by its deadline has the verdict of --fail-on %s', async (failOn, exitCode) => {
    asked = () => {};
    const ran = await run(verify('--deadline', '200ms', '--fail-on', failOn));
    expect(reasons(ran.stdout)).toEqual(['unknown TimedOut', 'unknown TimedOut']);
    expect(ran).toMatchObject({ exitCode, stderr: '' });
  });

  it('keeps what was known before', async () => {
    const interrupt = new AbortController();
    asked = () => interrupt.abort();
    const args = ['verify', `${host}/${ABSENT}:v1`, `${host}/b:v1`, `${host}/c:v1`, '--plain-http', host];
    const ran = await run([...args, '--policy', 'none', '--concurrency', '1', '-q', '-o', 'json'], {
      onInterrupt: () => interrupt.signal,
    });
    expect(reasons(ran.stdout)).toEqual([
      'unknown ImageNotFound',
      'unknown Interrupted',
      'unknown Interrupted',
    ]);
    expect(ran.exitCode).toBe(130);
  });

  it('has 130 before the 2 of wrong input', async () => {
    const ran = await run([...verify('-q'), 'Not An Image'], { onInterrupt: () => AbortSignal.abort() });
    expect(ran.exitCode).toBe(130);
  });

  it.each<[string, string[], number, string]>([
    ['a signal', [], 130, 'Interrupted'],
    ['its deadline', ['--deadline', '100ms'], 3, 'TimedOut'],
  ])('by %s while it still reads says that it has not seen all', async (name, more, exitCode, reason) => {
    const interrupt = new AbortController();
    if (name === 'a signal') setTimeout(() => interrupt.abort(), 50);
    const never = new Promise<never>(() => {});
    const { runCommandLine } = await import('./cli.ts');
    let stdout = '';
    const code = await runCommandLine(['audit', '-f', '-', '--policy', 'none', '-q', '-o', 'json', ...more], {
      env: {},
      cwd: '/',
      stdin: async function* () {
        yield await never;
      },
      stdout: (text) => {
        stdout += text;
      },
      stderr: () => {},
      columns: null,
      onInterrupt: () => interrupt.signal,
      clock: () => new Date(),
    });
    expect(code).toBe(exitCode);
    expect(parse(stdout).coverage.gaps).toMatchObject([{ reason }]);
  });

  it('saves no evidence', async () => {
    const ran = await run(verify('--save-evidence', 'saved', '-q'), {
      onInterrupt: () => AbortSignal.abort(),
    });
    expect(ran.stderr).toBe('nothing was saved: the run ended before all evidence was there\n');
  });
});

describe('--at', () => {
  it.each([
    ['2026-01-01', '2025-01-01', { status: 'fail', exception: null }],
    ['2026-01-03', '2030-01-01', { status: 'warn', exception: 'still' }],
  ])('leaves exceptions to the real clock: one that ends on %s, at %s', async (expires, at, expected) => {
    const policy = `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: small }
spec:
  rules: [{ name: registries, registries: { allow: ["elsewhere.example.com/**"] } }]
  default: allow
  exceptions:
    - { name: still, match: { images: ["registry.example.com/shop/cart"] }, reasons: [RegistryNotAllowed], reason: moving, expires: ${expires} }
`;
    const cwd = directory({ 'policy.yaml': policy });
    const args = ['verify', CART, '--evidence', LAYOUT, '--policy', 'policy.yaml', '-o', 'json'];
    const ran = await run([...args, '--at', at], { cwd });
    const found = parse(ran.stdout).workloads.flatMap(({ containers }) =>
      containers.flatMap((one) => one.findings),
    );
    expect(found.find(({ reason }) => reason === 'RegistryNotAllowed')).toMatchObject(expected);
  });

  const verify = (at: string) =>
    run(['verify', CART, '--evidence', LAYOUT, '--policy', POLICY, '-o', 'json', '--at', at]);

  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.5+02:00', '2026-01-31T10:00:00.500Z'],
  ])('%s judges as of %s', async (at, judgedAt) => {
    expect(parse((await verify(at)).stdout).metadata).toEqual({
      judgedAt,
      generatedAt: '2026-01-02T03:04:05.000Z',
    });
  });

  it.each(['yesterday', '2026-02-30', '2026-01-31T12:00', '2026-01-31 12:00:00Z', '1769860800', '2026'])(
    '%s is refused',
    async (at) => {
      expect(await verify(at)).toMatchObject({
        exitCode: 2,
        stdout: '',
        stderr: `error: --at: ${JSON.stringify(at)} is no RFC 3339 time or date, as 2026-01-31T12:00:00Z or 2026-01-31\n`,
      });
    },
  );
});
