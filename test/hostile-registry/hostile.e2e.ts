import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageOf, signedImage } from './content.ts';
import { type Answers, type Asked, startHosts } from './hosts.ts';
import { ANSWER_ROWS } from './answer-rows.ts';
import { BODY_ROWS } from './body-rows.ts';
import { FRAMING_ROWS } from './framing-rows.ts';
import { IMAGE_ROWS } from './image-rows.ts';
import { LAYER_ROWS } from './layer-rows.ts';
import { REDIRECT_ROWS } from './redirect-rows.ts';
import { REFERRER_ROWS } from './referrer-rows.ts';
import { TOKEN_ROWS } from './token-rows.ts';
import { GOOD_ROWS } from './good-rows.ts';
import { basic, buildProgram, type Program, SECRETS, type Told } from './program.ts';
import { BLOB, PAYMENT, redirects, type Row } from './row.ts';
import { INSIDE } from './world.ts';

const ROWS: readonly Row[] = [
  ...ANSWER_ROWS,
  ...BODY_ROWS,
  ...FRAMING_ROWS,
  ...IMAGE_ROWS,
  ...LAYER_ROWS,
  ...REDIRECT_ROWS,
  ...REFERRER_ROWS,
  ...TOKEN_ROWS,
];

/** The whole program takes this much at most, whatever is sent to it. */
const MEGABYTES = 300;

let program: Program;
beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => program.remove());

/** Asks for the image of a row; the answer and every request that any host saw. */
async function ask(row: Omit<Row, 'reason'>): Promise<Told & { readonly asked: readonly Asked[] }> {
  const { repository = PAYMENT, registry = 'registry.example', answers = [], auth = [], other = [] } = row;
  const content = signedImage(repository);
  row.content?.(content);
  const hosts = await startHosts(content, { registry: answers, auth, other }, program.certificate);
  try {
    const image = `${registry}/${repository}${row.byDigest === true ? `@${imageOf(content)}` : ':v1'}`;
    return { ...(await program.verify(hosts, [image], row.flags)), asked: hosts.asked };
  } finally {
    hosts.close();
  }
}

/** Rule: credentials are seen by the registry that they are for and by the token service that it names, and are printed nowhere. */
function expectSecretsKept(
  row: Omit<Row, 'reason'>,
  { asked, output }: Awaited<ReturnType<typeof ask>>,
): void {
  const meant = new Set(['registry', ...(row.entrusted ?? [])]);
  for (const { role, url, headers } of asked) {
    const text = JSON.stringify([url, headers]);
    expect(text).not.toContain(SECRETS.other);
    expect(text).not.toContain(basic('other'));
    expect(headers.cookie).toBeUndefined();
    expect(headers['x-injected']).toBeUndefined();
    const allowed = meant.has(role)
      ? [undefined, basic('registry'), 'Bearer good-token', 'Bearer bad-token']
      : [undefined];
    expect(allowed).toContain(headers.authorization);
    expect([role, headers.authorization]).not.toEqual(['auth', 'Bearer good-token']);
  }
  for (const secret of ['s3cret', 'good-token', basic('registry').slice(6)])
    expect(output).not.toContain(secret);
}

describe.concurrent('a registry that means ill', () => {
  it.each(ROWS.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    const told = await ask(row);
    const [finding] = told.findings;
    const status = row.status ?? 'unknown';
    const exitCode = status === 'fail' ? 1 : 3;
    expect({ ...finding, exitCode: told.exitCode }).toMatchObject({ status, reason: row.reason, exitCode });
    // No control characters, and no more of what the registry said than can be read.
    expect(finding?.message).toMatch(/^[^\p{Cc}\p{Cf}]{1,2000}$/u);
    expectSecretsKept(row, told);
    expect(told.connections.filter((address) => INSIDE.has(address))).toEqual([]);
    expect(told.megabytes).toBeLessThan(MEGABYTES);
  });
});

describe.concurrent('a registry that means well', () => {
  it.each(GOOD_ROWS.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    const told = await ask(row);
    expect(told).toMatchObject({ exitCode: 0, findings: [{ status: 'pass' }] });
    expectSecretsKept(row, told);
  });
});

it('is not let to the neighbour of another registry over a connection that is open', async () => {
  const leads: Answers = [[BLOB, redirects('https://near.example')]];
  const hosts = await startHosts(signedImage(PAYMENT), { registry: leads }, program.certificate);
  try {
    const images = ['corp.example', 'registry.example'].map((registry) => `${registry}/${PAYMENT}:v1`);
    const { findings } = await program.verify(hosts, images, ['--concurrency=1']);
    expect(findings.map(({ status }) => status)).toEqual(['pass', 'unknown']);
    expect(hosts.asked.filter(({ role }) => role === 'inside')).toHaveLength(2);
  } finally {
    hosts.close();
  }
});
