import { X509Certificate } from 'node:crypto';
import type { CertificateAuthority, Log, TrustRoot } from '../verify/trust-root.ts';
import { nameOf } from './certificate-chain.ts';

/** One thing that a trust root trusts, and when. */
export interface Trusts {
  readonly kind: 'certificate authority' | 'transparency log' | 'certificate log' | 'timestamp authority';
  readonly name: string;
  readonly validFrom: Date | null;
  /** null: there is no end to it yet. */
  readonly validUntil: Date | null;
}

/** What a trust root trusts. */
export function contentsOf(root: TrustRoot): readonly Trusts[] {
  return [
    ...root.certificateAuthorities.map((one) => authority('certificate authority', one)),
    ...root.transparencyLogs.map((one) => log('transparency log', one)),
    ...root.certificateLogs.map((one) => log('certificate log', one)),
    ...root.timestampAuthorities.map((one) => authority('timestamp authority', one)),
  ];
}

/** An authority may be used while it is trusted and all of its certificates are valid. */
function authority(kind: Trusts['kind'], { uri, chain, validFor }: CertificateAuthority): Trusts {
  const [first] = chain;
  const starts = [validFor.start, ...chain.map(({ notBefore }) => notBefore)].filter((time) => time !== null);
  const ends = [validFor.end, ...chain.map(({ notAfter }) => notAfter)].filter((time) => time !== null);
  const subject = first ? nameOf(new X509Certificate(first.raw)) : '';
  return {
    kind,
    name: uri === '' ? subject : `${uri} (${subject})`,
    validFrom: new Date(Math.max(...starts.map((time) => time.getTime()))),
    validUntil: new Date(Math.min(...ends.map((time) => time.getTime()))),
  };
}

function log(kind: Trusts['kind'], { baseUrl, ids, validFor }: Log): Trusts {
  const id = ids[0]?.toString('hex') ?? '';
  return { kind, name: baseUrl === '' ? id : baseUrl, validFrom: validFor.start, validUntil: validFor.end };
}
