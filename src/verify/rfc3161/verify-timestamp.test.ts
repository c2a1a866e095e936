import { describe, expect, it } from 'vitest';
import { timestampAuthority, type TimestampKnobs } from '../../../test/forge/timestamp-authority.ts';
import { CERTIFICATE_CHAIN } from '../../limits.ts';
import type { CertificateAuthority } from '../trust-root.ts';
import { parseCertificate } from '../x509/certificate.ts';
import { verifyTimestamp } from './verify-timestamp.ts';

const tsa = timestampAuthority({ intermediate: {} });
const stranger = timestampAuthority({ name: 'stranger', intermediate: {} });
const data = Buffer.from('a signature');

/** What a trust root knows of an authority: its whole chain, or the last certificates of it. */
function known(from: number): readonly CertificateAuthority[] {
  const chain = tsa.chain.slice(from).map(({ der }) => parseCertificate(der));
  return [{ uri: tsa.url, chain, validFor: { start: null, end: null } }];
}

describe('the certificates that come with a timestamp', () => {
  it.each<[string, number, TimestampKnobs, string]>([
    ['are not needed where the whole chain is known', 0, { embed: false }, 'verified'],
    ['lead from the signer to a known intermediate', 1, {}, 'verified'],
    ['lead over an intermediate to a known root', 2, { embed: 'chain' }, 'verified'],
    ['do not lead there without the intermediate', 2, {}, 'unknown-authority'],
    ['do not name a signer where there are none', 1, { embed: false }, 'unknown-authority'],
  ])('%s', (_name, from, knobs, result) => {
    expect(verifyTimestamp(tsa.timestamp(data, knobs), [data], known(from)).result).toBe(result);
  });

  it('vouch for nobody by themselves', () => {
    const response = stranger.timestamp(data, { embed: 'chain' });
    expect(verifyTimestamp(response, [data], known(2)).result).toBe('unknown-authority');
  });

  it('are not read beyond their limit', () => {
    const many = Array.from({ length: CERTIFICATE_CHAIN }, () => tsa.chain[1]).flatMap((one) =>
      one ? [one] : [],
    );
    const response = tsa.timestamp(data, { embed: many });
    expect(verifyTimestamp(response, [data], known(2))).toMatchObject({
      result: 'invalid',
      why: expect.stringContaining('CERTIFICATE_CHAIN') as unknown,
    });
  });
});
