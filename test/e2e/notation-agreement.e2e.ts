import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGE, REPOSITORY } from '../forge/notation.ts';
import { askOurs } from '../notation/asked.ts';
import type { NotationCase } from '../notation/case.ts';
import { certificateCases } from '../notation/certificate-cases.ts';
import { type OnDisk, writeCase, writeLayout } from '../notation/disk.ts';
import { envelopeCases } from '../notation/envelope-cases.ts';
import { configureReal, REAL_CASES } from '../notation/real-cases.ts';
import { type RevocationCase, revocationCases } from '../notation/revocation-cases.ts';
import { timestampCases } from '../notation/timestamp-cases.ts';
import { trustCases } from '../notation/trust-cases.ts';
import { type Finished, run } from '../sigstore/run.ts';
import { buildTools } from './bench.ts';

let notation = '';
beforeAll(() => {
  notation = join(buildTools('notation'), 'notation');
});

/** Runs the real `notation` under a configuration; it may take what answers it from this process. */
function runNotation(home: string, ...args: readonly string[]): Promise<Finished> {
  const env = { XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home, HOME: home, NOTATION_EXPERIMENTAL: '1' };
  return run(notation, args, { env });
}

async function askNotation({ home, layout }: OnDisk): Promise<string> {
  const scope = ['--scope', REPOSITORY];
  const { code } = await runNotation(home, 'verify', '--oci-layout', `${layout}@${IMAGE.digest}`, ...scope);
  return code === 0 ? 'accepts' : 'refuses';
}

/** What both say, and why this program does. */
async function askBoth(
  one: NotationCase,
  allow: readonly string[] = [],
): Promise<{ both: string[]; why: string }> {
  const made = writeCase(one);
  const [ours, theirs] = await Promise.all([askOurs(made, allow), askNotation(made)]);
  return { both: [ours.said, theirs], why: ours.why };
}

describe('what Notation itself has signed', () => {
  it.each(REAL_CASES)('$name', async (one) => {
    const made = configureReal(one);
    writeLayout(made.layout, []);
    const signed = await runNotation(
      made.home,
      'sign',
      '--oci-layout',
      '--signature-format',
      one.format,
      ...(one.flags ?? []),
      `${made.layout}@${IMAGE.digest}`,
    );
    expect(signed).toMatchObject({ code: 0 });
    expect(await askNotation(made)).toBe('accepts');
    expect(await askOurs(made)).toMatchObject({ said: 'pass' });
  });
});

describe('signatures, as notation verify and this program see them', () => {
  it.each([...envelopeCases(), ...certificateCases(), ...trustCases(), ...timestampCases()])(
    '$name',
    async (one) => {
      const { both, why } = await askBoth(one);
      expect({ both, why }).toEqual({ both: [one.ours, one.notation], why });
    },
  );
});

describe('certificates that can be revoked', () => {
  let server: Server;
  let served: RevocationCase['served'] = {};
  let host = '';

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = Object.keys(served).find(
        (one) => request.url === one || request.url?.startsWith(`${one}/`),
      );
      const answer = path === undefined ? 404 : (served[path] ?? 404);
      if (typeof answer === 'number') response.writeHead(answer).end();
      else response.end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  afterAll(() => server?.close());

  it.each(revocationCases('http://127.0.0.1').map(({ name }, at) => ({ name, at })))(
    '$name',
    async ({ at }) => {
      const one = revocationCases(`http://${host}`)[at];
      if (!one) throw new Error('no such case');
      served = one.served;
      const { both, why } = await askBoth(one, [host]);
      expect({ both, why }).toEqual({ both: [one.ours, one.notation], why });
    },
  );

  it('are asked of nobody on this machine on the word of a registry elsewhere', async () => {
    const [one] = revocationCases(`http://${host}`);
    if (!one) throw new Error('no such case');
    served = one.served;
    const { said, why } = await askOurs(writeCase(one));
    expect({ said, refused: why.includes('nothing is sent there') }).toEqual({
      said: 'RevocationUnknown',
      refused: true,
    });
  });
});

const DOCUMENTED = readFileSync(join(import.meta.dirname, '../../docs/notation.md'), 'utf8');

describe('the tables', () => {
  it.each([
    ...envelopeCases(),
    ...certificateCases(),
    ...trustCases(),
    ...timestampCases(),
    ...revocationCases('http://127.0.0.1'),
  ])('say why, where the two differ: $name', ({ ours, notation: theirs, stricter, wider }) => {
    const [weAccept, theyAccept] = [ours === 'pass', theirs === 'accepts'];
    expect({ stricter: stricter !== undefined, wider: wider !== undefined }).toEqual({
      stricter: theyAccept && !weAccept,
      wider: weAccept && !theyAccept,
    });
    expect(DOCUMENTED).toContain(stricter ?? wider ?? '');
  });
});
