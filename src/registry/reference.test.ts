import { describe, expect, it } from 'vitest';

import { formatReference, isTag, parseReference, parseRepository, pullTag } from './reference.ts';

const SHA256 = `sha256:${'a1'.repeat(32)}`;
const SHA384 = `sha384:${'b'.repeat(96)}`;
const SHA512 = `sha512:${'c'.repeat(128)}`;
const ID = 'f'.repeat(64);

describe('parseReference', () => {
  it.each([
    ['nginx', 'docker.io', 'library/nginx', null, null],
    ['nginx:1.27', 'docker.io', 'library/nginx', '1.27', null],
    ['library/nginx', 'docker.io', 'library/nginx', null, null],
    ['bitnami/nginx:1', 'docker.io', 'bitnami/nginx', '1', null],
    ['a/b/c', 'docker.io', 'a/b/c', null, null],
    ['docker.io/nginx', 'docker.io', 'library/nginx', null, null],
    ['docker.io/bitnami/nginx', 'docker.io', 'bitnami/nginx', null, null],
    ['index.docker.io/nginx', 'docker.io', 'library/nginx', null, null],
    ['index.docker.io/bitnami/nginx', 'docker.io', 'bitnami/nginx', null, null],
    ['registry-1.docker.io/library/nginx', 'registry-1.docker.io', 'library/nginx', null, null],
    ['ghcr.io/acme/cart:v1', 'ghcr.io', 'acme/cart', 'v1', null],
    ['ghcr.io/cart', 'ghcr.io', 'cart', null, null],
    ['GHCR.io/acme/cart', 'ghcr.io', 'acme/cart', null, null],
    ['Docker.IO/nginx', 'docker.io', 'library/nginx', null, null],
    ['Foo/bar', 'foo', 'bar', null, null],
    ['localhost/app', 'localhost', 'app', null, null],
    ['localhost:5000/app:x', 'localhost:5000', 'app', 'x', null],
    ['localhost:5000', 'docker.io', 'library/localhost', '5000', null],
    ['example.com', 'docker.io', 'library/example.com', null, null],
    ['registry:5000/team/app', 'registry:5000', 'team/app', null, null],
    ['registry.local:5000/app:5000', 'registry.local:5000', 'app', '5000', null],
    ['10.0.0.1:5000/app', '10.0.0.1:5000', 'app', null, null],
    ['[::1]:5000/app', '[::1]:5000', 'app', null, null],
    ['[2001:DB8::1]/app', '[2001:db8::1]', 'app', null, null],
    ['a__b/c-d.e--f_g', 'docker.io', 'a__b/c-d.e--f_g', null, null],
    [`nginx@${SHA256}`, 'docker.io', 'library/nginx', null, SHA256],
    [`nginx@${SHA384}`, 'docker.io', 'library/nginx', null, SHA384],
    [`ghcr.io/acme/cart@${SHA512}`, 'ghcr.io', 'acme/cart', null, SHA512],
    [`ghcr.io/acme/cart:v1@${SHA256}`, 'ghcr.io', 'acme/cart', 'v1', SHA256],
    [`nginx:${'t'.repeat(128)}`, 'docker.io', 'library/nginx', 't'.repeat(128), null],
    ['nginx:_Under.Score-1', 'docker.io', 'library/nginx', '_Under.Score-1', null],
    [`ghcr.io/${'p'.repeat(255)}`, 'ghcr.io', 'p'.repeat(255), null, null],
  ])('reads %s', (text, registry, path, tag, digest) => {
    expect(parseReference(text)).toEqual({
      ok: true,
      value: { registry, path, repository: `${registry}/${path}`, tag, digest, text },
    });
  });

  it.each([
    ['', 'is empty'],
    [' nginx', 'white space'],
    ['nginx ', 'white space'],
    ['nginx\n', 'white space'],
    [ID, 'image ID'],
    [`sha256:${ID}`, 'image ID'],
    ['Nginx', 'lower-case'],
    ['ghcr.io/Acme/cart', 'lower-case'],
    ['ghcr.io/acme/Cart:v1', 'lower-case'],
    ['-nginx', 'must be lower-case letters'],
    ['nginx-', 'must be lower-case letters'],
    ['a//b', 'must be lower-case letters'],
    ['a/', 'must be lower-case letters'],
    ['/a', 'must be lower-case letters'],
    ['a/../b', 'must be lower-case letters'],
    ['a___b', 'must be lower-case letters'],
    ['a..b', 'must be lower-case letters'],
    ['https://ghcr.io/acme/cart', 'no registry host'],
    ['-ghcr.io/acme/cart', 'no registry host'],
    ['user:pass@ghcr.io/acme/cart', 'digest'],
    ['ghcr.io:port/acme/cart', 'no registry host'],
    ['nginx:', 'tag'],
    ['nginx:.x', 'tag'],
    ['nginx:-x', 'tag'],
    ['nginx:a:b', 'tag'],
    ['nginx:ü', 'tag'],
    [`nginx:${'t'.repeat(129)}`, 'tag'],
    ['nginx@', 'digest'],
    [`nginx@sha256:${'A1'.repeat(32)}`, 'digest'],
    [`nginx@sha256:${'a'.repeat(63)}`, 'digest'],
    [`nginx@sha256:${'a'.repeat(65)}`, 'digest'],
    [`nginx@md5:${'a'.repeat(32)}`, 'digest'],
    [`nginx@${SHA256}@${SHA256}`, 'digest'],
    [`ghcr.io/${'p'.repeat(256)}`, '256 characters'],
  ])('refuses %j and says why', (text, message) => {
    const parsed = parseReference(text);
    expect(parsed.ok ? '' : parsed.message).toContain(message);
  });
});

it.each([
  ['nginx', 'docker.io/library/nginx', 'latest'],
  ['nginx:1', 'docker.io/library/nginx:1', '1'],
  [`nginx@${SHA256}`, `docker.io/library/nginx@${SHA256}`, null],
  [`nginx:1@${SHA256}`, `docker.io/library/nginx:1@${SHA256}`, null],
])('spells out %s and knows what is pulled', (text, full, tag) => {
  const parsed = parseReference(text);
  if (!parsed.ok) throw new Error(parsed.message);
  expect(formatReference(parsed.value)).toBe(full);
  expect(pullTag(parsed.value)).toBe(tag);
  expect(parseReference(full)).toMatchObject({ ok: true, value: { ...parsed.value, text: full } });
});

it.each([
  ['ghcr.io/acme/cart', { registry: 'ghcr.io', path: 'acme/cart' }],
  ['localhost:5000/app', { registry: 'localhost:5000', path: 'app' }],
  ['nginx', null],
  ['ghcr.io/../etc', null],
  ['ghcr.io/acme/cart?x=', null],
  ['ghcr.io/acme/cart:v1', null],
])('takes apart the repository %s', (repository, expected) => {
  expect(parseRepository(repository)).toEqual(expected);
});

it('knows a tag from a path', () => {
  expect(['v1', '..', 'a/b', '', 'a?b'].map(isTag)).toEqual([true, false, false, false, false]);
});
