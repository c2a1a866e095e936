import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnsweringServer, startAnswering } from '../notation/answering-server.ts';
import { askOurs } from '../notation/asked.ts';
import type { NotationCase } from '../notation/case.ts';
import { allCases } from '../notation/cases.ts';
import { writeCase } from '../notation/disk.ts';
import { undocumented } from '../notation/documented.ts';
import { askNotation } from '../notation/notation-cli.ts';
import { REAL_CASES, signReally } from '../notation/real-cases.ts';
import { revocationCases } from '../notation/revocation-cases.ts';
import { buildTools } from './bench.ts';

beforeAll(() => void buildTools('notation'));

/** What both say, and why this program does. */
async function askBoth(
  one: NotationCase,
  allow: readonly string[] = [],
): Promise<{ both: string[]; why: string }> {
  const made = writeCase(one);
  const [ours, theirs] = await Promise.all([askOurs(made, allow), askNotation(made)]);
  return { both: [ours.said, theirs.said], why: ours.why };
}

describe('what Notation itself has signed', () => {
  it.each(REAL_CASES)('$name', async (one) => {
    const made = await signReally(one);
    expect(await askNotation(made)).toMatchObject({ said: 'accepts' });
    expect(await askOurs(made)).toMatchObject({ said: 'pass' });
  });
});

describe('signatures, as notation verify and this program see them', () => {
  it.each(allCases())('$name', async (one) => {
    const { both, why } = await askBoth(one);
    expect({ both, why }).toEqual({ both: [one.ours, one.notation], why });
  });
});

describe('certificates that can be revoked', () => {
  let server: AnsweringServer;
  beforeAll(async () => {
    server = await startAnswering();
  });
  afterAll(() => server?.close());

  it.each(revocationCases('http://127.0.0.1').map(({ name }, at) => ({ name, at })))(
    '$name',
    async ({ at }) => {
      const one = revocationCases(server.base)[at];
      if (!one) throw new Error('no such case');
      server.serve(one.served);
      const { both, why } = await askBoth(one, [server.host]);
      expect({ both, why }).toEqual({ both: [one.ours, one.notation], why });
    },
  );

  it('are asked of nobody on this machine on the word of a registry elsewhere', async () => {
    const [one] = revocationCases(server.base);
    if (!one) throw new Error('no such case');
    server.serve(one.served);
    const { said, why } = await askOurs(writeCase(one));
    expect({ said, refused: why.includes('nothing is sent there') }).toEqual({
      said: 'RevocationUnknown',
      refused: true,
    });
  });
});

describe('the tables', () => {
  it.each([...allCases(), ...revocationCases('http://127.0.0.1')])(
    'say why, where the two differ: $name',
    (one) => expect(undocumented(one)).toBeNull(),
  );
});
