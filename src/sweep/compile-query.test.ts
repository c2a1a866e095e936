import { describe, expect, it } from 'vitest';
import { compileQuery, type QueryValues } from './compile-query.ts';
import { NO_PACKAGES } from './package-values.ts';

const NONE: QueryValues = {
  digest: [],
  image: [],
  signer: [],
  issuer: [],
  'source-repository': [],
  builder: [],
  unsigned: false,
};
const HEX = 'a'.repeat(64);

function compiled(values: Partial<QueryValues>) {
  return compileQuery({ ...NONE, ...values });
}

describe('a query', () => {
  it.each<[string, Partial<QueryValues>, unknown]>([
    ['spells out an image without a star', { image: ['nginx'] }, { image: ['docker.io/library/nginx'] }],
    ['keeps a pattern', { image: ['ghcr.io/acme/*:v1'] }, { image: ['ghcr.io/acme/*:v1'] }],
    [
      'writes a repository as provenance does',
      { 'source-repository': ['git@github.com:acme/cart.git'] },
      { sourceRepository: ['https://github.com/acme/cart'] },
    ],
    ['takes a value once, and sorts', { signer: ['b', 'a', 'b '] }, { signer: ['a', 'b'] }],
    ['may be about what nobody signed', { unsigned: true }, { unsigned: true }],
  ])('%s', (_, values, asked) => {
    expect(compiled(values)).toMatchObject({ ok: true, query: { asked } });
  });

  it.each<[string, Partial<QueryValues>, string]>([
    ['that asks for nothing', {}, 'ask for something: --package, --vulnerability, --digest, --image'],
    ['for no digest', { digest: ['v1'] }, '--digest: "v1" is no digest: sha256: with 64'],
    [
      'for a digest without its algorithm',
      { digest: [HEX.toUpperCase()] },
      `has no algorithm; write --digest sha256:${HEX}`,
    ],
    [
      'for a digest with its repository',
      { digest: [`ghcr.io/a/b@sha256:${HEX}`] },
      `write its digest alone, as --digest sha256:${HEX}`,
    ],
    [
      'for a pattern that no image can match',
      { image: ['*nginx*'] },
      `--image: "*nginx*" matches no image: every name has a registry before a slash, and * does not match a slash; write --image '**/*nginx*'`,
    ],
    ['for alternatives in braces', { image: ['ghcr.io/**/{a,b}'] }, "has signs that are in no image's name"],
    ['for a range of letters', { image: ['ghcr.io/**/[ab]'] }, "has signs that are in no image's name"],
    ['for what is no image', { image: ['Acme/cart:v1:v2'] }, '--image: '],
    ['for nothing', { image: [' '] }, '--image: the value is empty; name what to look for'],
    ['for what it does not want', { signer: ['!x'] }, '--signer: "!x": a query has no excludes'],
    [
      'for the beginning of a path of packages',
      { packages: { ...NO_PACKAGES, package: ['github.com/acme/'] } },
      '--package: "github.com/acme/" is no package\'s name',
    ],
    [
      'for half a repository',
      { 'source-repository': ['acme/cart'] },
      '--source-repository: "acme/cart" is no repository\'s URL; write all of it, as https://github.com/acme/cart',
    ],
    [
      'for the signer of what nobody signed',
      { unsigned: true, signer: ['x'] },
      '--unsigned: what nobody has signed has no signer',
    ],
  ])('is refused %s', (_, values, message) => {
    const read = compiled(values);
    expect(read.ok ? [] : read.messages).toEqual([expect.stringContaining(message)]);
  });

  it('says everything that is wrong', () => {
    const read = compiled({ digest: ['v1'], image: ['*'] });
    expect(read.ok ? [] : read.messages).toHaveLength(2);
  });
});
