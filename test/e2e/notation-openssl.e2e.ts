import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnsweringServer, startAnswering } from '../notation/answering-server.ts';
import { askOurs } from '../notation/asked.ts';
import { undocumented } from '../notation/documented.ts';
import { type OnDisk, temporaryHome } from '../notation/disk.ts';
import { askNotation } from '../notation/notation-cli.ts';
import { type OpensslPki, signByNotation } from '../notation/openssl.ts';
import { LEAVES, type OpensslCase, opensslCases, revocablePki } from '../notation/openssl-cases.ts';
import { listBy } from '../notation/openssl-revocation.ts';
import { buildTools } from './bench.ts';

let server: AnsweringServer;
let pki: OpensslPki;
let signed: Readonly<Record<string, OnDisk>> = {};

beforeAll(async () => {
  buildTools('notation');
  server = await startAnswering();
  pki = revocablePki(server.base);
  const chains = LEAVES.map(async (leaf, at) => {
    const format = at % 2 === 0 ? 'jws' : 'cose';
    const chain = [leaf, 'intermediate', 'root'];
    const trusted = { stores: { 'ca:acme': ['root'] } };
    return [leaf, await signByNotation(pki, chain, trusted, ['--signature-format', format])] as const;
  });
  signed = Object.fromEntries(await Promise.all(chains));
});
afterAll(() => server.close());

/** What both say of a signature by this leaf, each as if it were asked for the first time. */
async function askBoth({ leaf, serve, level }: OpensslCase) {
  const made = signed[leaf];
  if (!made) throw new Error(`nothing is signed by ${leaf}`);
  const policy = join(made.config, 'trustpolicy.json');
  writeFileSync(
    policy,
    readFileSync(policy, 'utf8').replace(/"level":"\w+"/, `"level":"${level ?? 'strict'}"`),
  );
  server.serve({ '/root.crl': listBy(pki, { by: 'root' }), ...serve(pki) });
  const [ours, theirs] = await Promise.all([
    askOurs(made, [server.host]),
    askNotation(made, temporaryHome()),
  ]);
  return { both: [ours.said, theirs.said], why: ours.why, theirs: theirs.why };
}

describe('what openssl says of the revocation of certificates', () => {
  it.each(opensslCases('http://127.0.0.1').map(({ name }, at) => ({ name, at })))('$name', async ({ at }) => {
    const one = opensslCases(server.base)[at];
    if (!one) throw new Error('no such case');
    const { both, ...why } = await askBoth(one);
    expect({ both, ...why }).toEqual({ both: [one.ours, one.notation], ...why });
  });

  it.each(opensslCases('http://127.0.0.1'))('is documented where the two differ: $name', (one) => {
    expect(undocumented(one)).toBeNull();
  });

  it.each(LEAVES)('is asked of nobody with --offline: a certificate that names %s', async (leaf) => {
    const made = signed[leaf];
    if (!made) throw new Error(`nothing is signed by ${leaf}`);
    const { said, why } = await askOurs(made, [server.host], true);
    expect(said).toBe('RevocationUnknown');
    expect(why).toContain('nobody is asked with --offline');
  });
});
