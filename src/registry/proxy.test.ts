import { describe, expect, it } from 'vitest';

import { createProxies } from './proxy.ts';

const PROXY = 'http://proxy.example:3128';

describe('the proxy of an address', () => {
  it.each([
    ['https by HTTPS_PROXY', { HTTPS_PROXY: PROXY }, 'https://ghcr.io/', 'proxy.example:3128'],
    ['https by https_proxy', { https_proxy: PROXY }, 'https://ghcr.io/', 'proxy.example:3128'],
    [
      'upper case first',
      { HTTPS_PROXY: PROXY, https_proxy: 'http://b:1' },
      'https://ghcr.io/',
      'proxy.example:3128',
    ],
    ['no https by HTTP_PROXY', { HTTP_PROXY: PROXY }, 'https://ghcr.io/', null],
    ['http by HTTP_PROXY', { HTTP_PROXY: PROXY }, 'http://registry.local/', 'proxy.example:3128'],
    [
      'no http by HTTP_PROXY under CGI',
      { HTTP_PROXY: PROXY, REQUEST_METHOD: 'GET' },
      'http://registry.local/',
      null,
    ],
    [
      'a proxy without a scheme',
      { HTTPS_PROXY: 'proxy.example:3128' },
      'https://ghcr.io/',
      'proxy.example:3128',
    ],
    ['nothing on this machine', { HTTP_PROXY: PROXY }, 'http://127.0.0.2:5000/', null],
    ['nothing at localhost', { HTTPS_PROXY: PROXY }, 'https://localhost:5000/', null],
    ['an empty value', { HTTPS_PROXY: '' }, 'https://ghcr.io/', null],
  ])('is: %s', (_, env: Record<string, string>, url, host) => {
    const proxy = createProxies(env)(new URL(url));
    expect(proxy.ok && (proxy.value?.host ?? null)).toBe(host);
  });

  it.each([
    ['*', 'ghcr.io', true],
    ['ghcr.io', 'ghcr.io', true],
    [' GHCR.io ', 'ghcr.io', true],
    ['ghcr.io', 'pkg.ghcr.io', true],
    ['ghcr.io', 'notghcr.io', false],
    ['.ghcr.io', 'pkg.ghcr.io', true],
    ['.ghcr.io', 'ghcr.io', false],
    ['*.ghcr.io', 'pkg.ghcr.io', true],
    ['ghcr.io:5000', 'ghcr.io', false],
    ['ghcr.io:443', 'ghcr.io', true],
    ['a.example,ghcr.io', 'ghcr.io', true],
    ['10.0.0.0/8', '10.1.2.3:5000', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['10.0.0.0/99', '10.1.2.3', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['2.3', '10.1.2.3', false],
    ['fd12::/16', '[fd12::5]:5000', true],
    ['fd12::5', '[fd12::5]:5000', true],
    ['[fd12::5]:5000', '[fd12::5]:5000', true],
    ['[fd12::5]:5001', '[fd12::5]:5000', false],
    ['', 'ghcr.io', false],
  ])('with NO_PROXY %j is none for %s: %j', (noProxy, host, direct) => {
    const proxy = createProxies({ HTTPS_PROXY: PROXY, NO_PROXY: noProxy })(new URL(`https://${host}/`));
    expect(proxy).toMatchObject({ ok: true });
    expect(proxy.ok && proxy.value === null).toBe(direct);
  });

  it.each(['ftp://ann:s3cret@proxy', 'http://ann:s3cret@', 'http://a b s3cret'])(
    'that is none is refused without being quoted: %s',
    (value) => {
      const proxy = createProxies({ HTTPS_PROXY: value })(new URL('https://ghcr.io/v2/'));
      expect(proxy).toMatchObject({ ok: false, fault: { reason: 'RegistryUnreachable' } });
      expect(JSON.stringify(proxy)).toContain('HTTPS_PROXY');
      expect(JSON.stringify(proxy)).not.toContain('s3cret');
    },
  );
});
