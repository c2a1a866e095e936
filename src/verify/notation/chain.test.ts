import { describe, expect, it } from 'vitest';
import { basicConstraints, extension } from '../../../test/forge/certificate.ts';
import { bitString, integer, oid, sequence, tagged, validityTime } from '../../../test/forge/der.ts';
import { issue, USAGE } from '../../../test/forge/notation.ts';
import { chain as chainOf, VALID } from '../../../test/notation/case.ts';
import { parseCertificate } from '../x509/certificate.ts';
import { type Chain, chainFault } from './chain.ts';

describe('a chain', () => {
  it('under a root that is signed with SHA-1 is called that, and not one that leads nowhere', () => {
    const [, , root] = chainOf();
    if (!root) throw new Error('no root');
    const sha1 = sequence(oid('1.2.840.10045.4.1'));
    const tbs = sequence(
      tagged(0, integer(2)),
      integer(1),
      sha1,
      root.name,
      sequence(validityTime(VALID.from), validityTime(VALID.to)),
      root.name,
      root.key.spki,
      tagged(3, sequence(basicConstraints(true), extension('2.5.29.15', bitString(Buffer.of(4), 2), true))),
    );
    const old = { ...root, der: sequence(tbs, sha1, bitString(root.key.sign(tbs))) };
    const leaf = issue('signer', { ...VALID, usages: [USAGE.digitalSignature] }, old);
    const chain = [leaf, old].map(({ der }) => parseCertificate(der)) as unknown as Chain;
    expect(chainFault(chain, 'codeSigning')).toMatch(
      /"CN=root,.+" is signed with SHA-1 with ECDSA, which is too weak$/,
    );
  });
});
