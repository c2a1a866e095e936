import { describe, expect, it } from 'vitest';

import { isInside, isLoopback } from './address.ts';
import { redirectTarget } from './redirect.ts';

describe('redirectTarget', () => {
  const from = new URL('https://registry.example/v2/acme/cart/blobs/x');

  it.each([
    ['a path', '/elsewhere', 'https://registry.example/elsewhere'],
    ['another host', 'https://storage.example/x?sig=1', 'https://storage.example/x?sig=1'],
    ['a public address', 'https://93.184.216.34/x', 'https://93.184.216.34/x'],
  ])('follows %s', (_, location, expected) => {
    expect(redirectTarget(from, location, 'registry.example')).toMatchObject({
      ok: true,
      value: new URL(expected),
    });
  });

  it.each([
    ['nowhere', undefined],
    ['what is no address', 'https://'],
    ['plain HTTP', 'http://storage.example/x'],
    ['another scheme', 'ftp://storage.example/x'],
    ['a file', 'file:///etc/passwd'],
    ['credentials', 'https://a:b@storage.example/x'],
    ['this machine', 'https://localhost/x'],
    ['a name of this machine', 'https://x.localhost./x'],
    ['loopback', 'https://127.8.8.8/x'],
    ['loopback in another notation', 'https://0x7f.1/x'],
    ['loopback as a number', 'https://2130706433/x'],
    ['IPv6 loopback', 'https://[::1]/x'],
    ['the cloud metadata service', 'https://169.254.169.254/latest'],
    ['metadata in IPv6 clothes', 'https://[::ffff:169.254.169.254]/latest'],
    ['metadata through NAT64', 'https://[64:ff9b::a9fe:a9fe]/latest'],
    ['metadata of another cloud', 'https://100.100.100.200/latest'],
    ['a private address', 'https://10.1.2.3/x'],
    ['another private address', 'https://172.20.0.1:8443/x'],
    ['a home network', 'https://192.168.0.1/x'],
    ['a unique local address', 'https://[fd00:ec2::254]/x'],
    ['a link-local address', 'https://[fe80::1]/x'],
    ['no address at all', 'https://0.0.0.0/x'],
  ])('does not follow %s', (_, location) => {
    const target = redirectTarget(from, location, 'registry.example');
    expect(target).toMatchObject({ ok: false, fault: { reason: 'RegistryResponseInvalid' } });
    expect(target.ok ? '' : target.fault.message).not.toContain('a:b');
  });

  it('lets a registry on a private address name its neighbours, but not without TLS', () => {
    const inside = new URL('https://10.0.0.1/v2/');
    expect(redirectTarget(inside, 'https://10.0.0.2/x', '10.0.0.1')).toMatchObject({ ok: true });
    expect(redirectTarget(inside, 'http://10.0.0.2/x', '10.0.0.1')).toMatchObject({ ok: false });
    const local = new URL('https://localhost:5000/v2/');
    expect(redirectTarget(local, 'http://localhost:9000/x', 'localhost:5000')).toMatchObject({ ok: true });
  });
});

it.each([
  ['localhost', true, true],
  ['localhost:5000', true, true],
  ['127.0.0.1:5000', true, true],
  ['[::1]:5000', true, true],
  ['[::ffff:127.0.0.1]', true, true],
  ['10.0.0.1:5000', false, true],
  ['0.0.0.0', false, true],
  ['ghcr.io', false, false],
  ['localhost.example.com', false, false],
  ['8.8.8.8', false, false],
  ['[2606:4700::1111]', false, false],
])('knows where %s is', (host, loopback, inside) => {
  expect([isLoopback(host), isInside(host)]).toEqual([loopback, inside]);
});
