import { describe, expect, it } from 'vitest';
import { parseTrustPolicy, statementFor } from './trust-policy.ts';

const STATEMENT = {
  name: 'shop',
  registryScopes: ['registry.example.com/shop/cart'],
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:acme'],
  trustedIdentities: ['*'],
};

function policy(...statements: readonly object[]): string {
  return JSON.stringify({ version: '1.0', trustPolicies: statements });
}

function errorsOf(text: string): readonly string[] {
  const read = parseTrustPolicy(Buffer.from(text));
  return read.ok ? [] : read.errors.map(({ message }) => message);
}

const identities = (...trustedIdentities: string[]) => policy({ ...STATEMENT, trustedIdentities });
const scopes = (...registryScopes: string[]) => policy({ ...STATEMENT, registryScopes });
const stores = (...trustStores: string[]) => policy({ ...STATEMENT, trustStores });
const verification = (signatureVerification: object) => policy({ ...STATEMENT, signatureVerification });
const skip = (more: object = {}) =>
  policy({
    name: 'none',
    registryScopes: ['registry.example.com/shop/cart'],
    signatureVerification: { level: 'skip' },
    ...more,
  });

describe('a trust policy', () => {
  it.each([
    ['of one statement', policy(STATEMENT)],
    ['with an override', verification({ level: 'strict', override: { revocation: 'skip', expiry: 'log' } })],
    ['with verifyTimestamp', verification({ level: 'audit', verifyTimestamp: 'afterCertExpiry' })],
    ['that skips one repository', skip()],
    ['for every repository', scopes('*')],
    ['of a registry with a port', scopes('localhost:5000/a', 'r.example.com/a/b__c/d-e')],
    ['with a store of each type', stores('ca:a', 'signingAuthority:b_1', 'tsa:c.d-e', 'ca:a')],
    ['with S in place of ST', identities('x509.subject: C=US, S=WA, O=acme.io')],
    ['with an escaped comma', identities(String.raw`x509.subject: C=US, ST=WA, O=acme\, inc\2e, CN=\ x\ `)],
    ['with semicolons', identities('x509.subject:C=US;ST=WA;O=acme.io')],
    [
      'with two identities that never overlap',
      identities('x509.subject: C=US, ST=WA, O=a, CN=x', 'x509.subject: C=US, ST=WA, O=b'),
    ],
  ])('%s is read', (_name, text) => expect(errorsOf(text)).toEqual([]));

  const at = 'trustPolicies[0] (statement "shop"): ';
  it.each<[string, string, string]>([
    ['of another version', policy(STATEMENT).replace('1.0', '2.0'), 'version: '],
    ['without statements', policy(), 'trustPolicies: '],
    [
      'that stands twice in one object',
      policy(STATEMENT).replace('{', '{"version":"1.0",'),
      'is not strict JSON',
    ],
    ['with something behind it', `${policy(STATEMENT)} {}`, 'is not strict JSON'],
    ['with a member in another case', policy(STATEMENT).replace('"name"', '"Name"'), at.replace('shop', '')],
    [
      'with an unknown member',
      policy({ ...STATEMENT, globalPolicy: true }),
      `${at}statement: unknown field globalPolicy`,
    ],
    ['without a name', policy({ ...STATEMENT, name: '' }), 'name: is empty'],
    [
      'with two statements of one name',
      policy(STATEMENT, { ...STATEMENT, registryScopes: ['*'] }),
      'trustPolicies[1] (statement "shop"): name: ',
    ],
    [
      'with a scope in two statements',
      policy(STATEMENT, { ...STATEMENT, name: 'b' }),
      'trustPolicies[1] (statement "b"): registryScopes: ',
    ],
    ['with a scope that stands twice', scopes('r.io/a', 'r.io/a'), `${at}registryScopes: `],
    ['without scopes', scopes(), `${at}registryScopes: must not be empty`],
    ['with * beside a scope', scopes('*', 'r.io/a'), `${at}registryScopes: `],
    ['with a wildcard in a scope', scopes('r.io/*'), `${at}registryScopes[0]: `],
    ['with a scope that has a tag', scopes('r.io/a:v1'), `${at}registryScopes[0]: `],
    ['with a scope that has a scheme', scopes('https://r.io/a'), `${at}registryScopes[0]: `],
    ['with a scope without a registry', scopes('cart'), `${at}registryScopes[0]: `],
    ['without a level', verification({}), `${at}signatureVerification.level: `],
    ['of an unknown level', verification({ level: 'Strict' }), `${at}signatureVerification.level: `],
    [
      'that overrides integrity',
      verification({ level: 'strict', override: { integrity: 'log' } }),
      `${at}signatureVerification.override: integrity cannot be overridden`,
    ],
    [
      'that skips authenticity',
      verification({ level: 'strict', override: { authenticity: 'skip' } }),
      'authenticity cannot be skipped',
    ],
    [
      'that overrides the unknown',
      verification({ level: 'strict', override: { trust: 'log' } }),
      `${at}signatureVerification.override`,
    ],
    [
      'that overrides skip',
      skip({ signatureVerification: { level: 'skip', override: { expiry: 'log' } } }),
      'nothing of the level skip can be overridden',
    ],
    [
      'with an unknown verifyTimestamp',
      verification({ level: 'strict', verifyTimestamp: 'never' }),
      `${at}signatureVerification.verifyTimestamp: `,
    ],
    [
      'that skips every repository',
      skip({ registryScopes: ['*'] }),
      'registryScopes: "*" cannot be combined with the level skip',
    ],
    ['that skips and has trust stores', skip({ trustStores: ['ca:a'] }), 'trustStores: '],
    ['that skips and has identities', skip({ trustedIdentities: ['*'] }), 'trustedIdentities: '],
    ['without trust stores', stores(), `${at}trustStores: `],
    ['with a store of no type', stores('acme'), `${at}trustStores[0]: `],
    ['with a store of an unknown type', stores('CA:acme'), `${at}trustStores[0]: `],
    ['with a store that leads out of its directory', stores('ca:../x'), `${at}trustStores[0]: `],
    ['with a store that is the directory above', stores('ca:..'), `${at}trustStores[0]: `],
    ['without identities', identities(), `${at}trustedIdentities: `],
    ['with an empty identity', identities(''), `${at}trustedIdentities[0]: `],
    [
      'with * beside an identity',
      identities('*', 'x509.subject: C=US, ST=WA, O=a'),
      `${at}trustedIdentities[0]: `,
    ],
    ['with an identity of another type', identities('did:example:a'), `${at}trustedIdentities[0]: `],
    ['with an identity without a country', identities('x509.subject: ST=WA, O=a'), 'has no C'],
    ['with a country in small letters', identities('x509.subject: c=US, ST=WA, O=a'), 'has no C'],
    ['with an identity without a state', identities('x509.subject: C=US, O=a'), 'has no ST'],
    ['with an identity without an organisation', identities('x509.subject: C=US, ST=WA'), 'has no O'],
    [
      'with an attribute that is empty',
      identities('x509.subject: C=US, ST=WA, O=a, L='),
      'has no value for L',
    ],
    [
      'with an attribute that stands twice',
      identities('x509.subject: C=US, ST=WA, O=a, OU=b, OU=c'),
      'has OU twice',
    ],
    ['with S and ST', identities('x509.subject: C=US, ST=WA, S=WA, O=a'), 'has ST twice'],
    [
      'with several attributes in one part',
      identities('x509.subject: C=US+ST=WA, O=a'),
      'is no distinguished name',
    ],
    ['with a value in hexadecimal', identities('x509.subject: C=US, ST=WA, O=#0c0161'), 'in hexadecimal'],
    [
      'with an escape that is none',
      identities(String.raw`x509.subject: C=US, ST=WA, O=a\q`),
      'is no distinguished name',
    ],
    [
      'with an identity that is a part of another',
      identities('x509.subject: C=US, ST=WA, O=a', 'x509.subject: C=US, ST=WA, O=a, CN=b'),
      'overlaps',
    ],
    [
      'with an identity that stands twice',
      identities('x509.subject: C=US, ST=WA, O=a', 'x509.subject: O=a, C=US, ST=WA'),
      'overlaps',
    ],
  ])('%s is refused, and says where', (_name, text, error) => {
    expect(errorsOf(text).join('\n')).toContain(error);
  });

  it('is looked up by the whole repository first, and then by *', () => {
    const read = parseTrustPolicy(
      Buffer.from(policy({ ...STATEMENT, name: 'all', registryScopes: ['*'] }, STATEMENT)),
    );
    const nameFor = (repository: string) => read.ok && statementFor(read.statements, repository)?.name;
    expect(nameFor('registry.example.com/shop/cart')).toBe('shop');
    expect(nameFor('registry.example.com/shop/cart2')).toBe('all');
  });
});
