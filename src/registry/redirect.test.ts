import { describe, expect, it } from 'vitest';

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
  ])('does not follow %s', (_, location) => {
    const target = redirectTarget(from, location, 'registry.example');
    expect(target).toMatchObject({ ok: false, fault: { reason: 'RegistryResponseInvalid' } });
    expect(target.ok ? '' : target.fault.message).not.toContain('a:b');
  });

  it('lets a registry on this machine name plain HTTP, and no other', () => {
    const inside = new URL('https://10.0.0.1/v2/');
    expect(redirectTarget(inside, 'http://10.0.0.2/x', '10.0.0.1')).toMatchObject({ ok: false });
    const local = new URL('https://localhost:5000/v2/');
    expect(redirectTarget(local, 'http://localhost:9000/x', 'localhost:5000')).toMatchObject({ ok: true });
  });
});
