import { describe, expect, it } from 'vitest';
import { ok } from '../reasons.ts';
import type { Transport } from '../registry/transport.ts';
import { createGitHubApi } from './github-api.ts';
import { snappyLiteral } from './github-server.fixture.ts';

const BASE = new URL('https://api.github.com');

/** GitHub as it would answer, with a bundle at this address; every address that is asked is kept. */
function github(address: string): { readonly transport: Transport; readonly asked: string[] } {
  const asked: string[] = [];
  const answer =
    (body: string | Uint8Array): Transport['send'] =>
    ({ url }) => {
      asked.push(url.href);
      return Promise.resolve(ok({ status: 200, headers: new Map(), body: Buffer.from(body), url }));
    };
  const listing = JSON.stringify({ attestations: [{ bundle: null, bundle_url: address }] });
  return { asked, transport: { send: answer(listing), follow: answer(snappyLiteral('{}')) } };
}

/** GitHub's answer must not become a request into the network that the audit runs in. */
describe('where a listing may send who reads it', () => {
  it.each([
    ['the metadata service of a cloud', 'http://169.254.169.254/latest/meta-data/'],
    ['plain HTTP', 'http://storage.example.com/x'],
    ['another scheme', 'ftp://storage.example.com/x'],
    ['credentials', 'https://a:b@storage.example.com/x'],
  ])('not to %s', async (_name, address) => {
    const { transport, asked } = github(address);
    const listed = await createGitHubApi({ base: BASE, token: null, transport }).list(
      'repos/a/b',
      'sha256:c',
    );
    expect(listed).toMatchObject({
      value: [{ bundle: { ok: false, fault: { reason: 'RegistryResponseInvalid' } } }],
    });
    expect(asked).toHaveLength(1);
  });

  it('to a storage', async () => {
    const { transport, asked } = github('https://storage.example.com/1.json.sn?sig=x');
    const listed = await createGitHubApi({ base: BASE, token: null, transport }).list(
      'repos/a/b',
      'sha256:c',
    );
    expect(listed).toMatchObject({
      value: [{ address: 'https://storage.example.com/1.json.sn', bundle: { ok: true } }],
    });
    expect(asked).toHaveLength(2);
  });
});
