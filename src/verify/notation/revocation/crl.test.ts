import { expect, it } from 'vitest';
import { type Certificate as Forged, serialOf } from '../../../../test/forge/certificate.ts';
import { issue, USAGE } from '../../../../test/forge/notation.ts';
import { crl, issuingPoint, onlyContains, pointName } from '../../../../test/forge/revocation.ts';
import { chain } from '../../../../test/notation/case.ts';
import { parseCertificate } from '../../x509/certificate.ts';
import { readCrl } from './crl.ts';

const [leaf, issuer, root] = chain() as [Forged, Forged, Forged];
const other = issue('other', { usages: [USAGE.digitalSignature], serial: serialOf('other') }, issuer);
const NOW = new Date();
const URL_OF_LIST = 'http://pki.example/leaf.crl';
const list = crl(issuer, {
  revoked: [{ certificate: leaf, reason: 6 }],
  extensions: [issuingPoint(pointName(URL_OF_LIST), onlyContains(1))],
});

interface Asked {
  readonly of?: Forged;
  readonly by?: Forged;
  readonly url?: string;
  readonly now?: Date;
  readonly kind?: 'base' | 'delta';
}

function read({ of = leaf, by = issuer, url = URL_OF_LIST, now = NOW, kind = 'base' }: Asked = {}): string {
  try {
    const { about } = readCrl(list, kind, parseCertificate(of.der), parseCertificate(by.der), url, now);
    return `named ${about.length} times`;
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/** All of the same bytes, which are read once for each. */
it.each<[string, Asked, string]>([
  ['the certificate', {}, 'named 1 times'],
  ['another certificate', { of: other }, 'named 0 times'],
  ['an authority', { of: issuer }, 'it is for certificates that are no authorities'],
  ['another issuer', { by: root }, 'another authority has issued it'],
  [
    'another address',
    { url: 'http://pki.example/other.crl' },
    'it is the list of another distribution point',
  ],
  ['another time', { now: new Date(NOW.getTime() + 7 * 86_400_000) }, 'it held until'],
  ['changes', { kind: 'delta' }, 'it does not say of which list it lists the changes'],
])('a list says of %s what it says, whoever asked before', (_name, asked, expected) => {
  read();
  expect(read(asked)).toContain(expected);
  expect(read()).toBe('named 1 times');
  expect(read(asked)).toContain(expected);
});
