import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/evidence/collector.ts';
import { verifyEvidence } from '../../src/verify/verify-evidence.ts';
import {
  basicConstraints,
  type Certificate,
  certificate,
  distinguishedName,
  extendedKeyUsage,
  extension,
  fulcioString,
  keyUsage,
  subjectAlternativeName,
} from '../forge/certificate.ts';
import { OIDC_ISSUER, WORKFLOW } from '../forge/certificate-authority.ts';
import { element, sequence } from '../forge/der.ts';
import { forge } from '../forge/forge.ts';
import { digest, key } from '../forge/keys.ts';
import { statement } from '../forge/payloads.ts';
import { after, MINUTE } from '../forge/times.ts';
import type { LogEntry } from '../forge/transparency-log.ts';
import { ANYWHERE } from '../../src/verify/circumstances.fixture.ts';

/**
 * Evidence that asks for endless work (CVE-2023-46737, CVE-2024-29902, CVE-2024-45395). Work is counted in signatures verified, never in
 * time: whoever signs, they cost the most of all that a verifier does.
 */
const MANY = 20_000;
const DEEP = 200_000;
/** Sixteen log entries and timestamps, a path of ten certificates: what the limits allow, several times over. */
const VERIFICATIONS = 200;
/** RFC 6962, 3.3: a list has at most 64 KiB, and an authority that is trusted has signed it. */
const CERTIFICATE_TIMESTAMPS = 1_400;

let verifications = 0;
const { verify } = crypto;
beforeAll(() => {
  crypto.verify = ((...args: Parameters<typeof verify>) => {
    verifications += 1;
    return verify(...args);
  }) as typeof verify;
  syncBuiltinESMExports();
});
afterAll(() => {
  crypto.verify = verify;
  syncBuiltinESMExports();
});

const sigstore = forge();
const keyless = sigstore.trust();
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const nestedDer = (): Buffer => {
  const octets = Array.from({ length: 2_000 }).reduce<Buffer>((inside) => sequence(inside), Buffer.alloc(0));
  return Buffer.concat([octets, Buffer.from('3080'.repeat(DEEP), 'hex')]);
};

function firstEntry(change: (entry: LogEntry) => void): Evidence {
  return sigstore.bundle({ entries: [{ change }] });
}

/** So many authorities of one name and key, each of which issued all the others: paths through them are without number. */
function authoritiesInCircles(count: number): Evidence {
  const name = distinguishedName('circle');
  const own = key('circle');
  const issue = (subject: Buffer, holder: typeof own, extensions: Buffer[], serial: number): Certificate =>
    certificate({
      name: subject,
      key: holder,
      issuer: name,
      issuerKey: own,
      from: after(-MINUTE),
      to: after(9 * MINUTE),
      serial: Buffer.of(1, serial),
      extensions,
    });
  const circle = Array.from({ length: count }, (_, serial) =>
    issue(name, own, [keyUsage('keyCertSign'), basicConstraints(true)], serial),
  );
  const leaf = issue(
    distinguishedName(),
    key('signer'),
    [
      keyUsage('digitalSignature'),
      extendedKeyUsage(['codeSigning']),
      subjectAlternativeName([{ kind: 'uri', value: WORKFLOW }]),
      fulcioString(8, OIDC_ISSUER),
    ],
    255,
  );
  return sigstore.bundle({
    version: '0.2',
    certificate: leaf,
    change: ({ verificationMaterial }) => {
      const [last] = verificationMaterial.x509CertificateChain?.certificates.splice(1) ?? [];
      const offered = circle.map(({ der }) => ({ rawBytes: der.toString('base64') }));
      verificationMaterial.x509CertificateChain?.certificates.push(...offered, ...(last ? [last] : []));
    },
  });
}

const CASES: readonly [what: string, make: () => Evidence, bound?: number][] = [
  [
    'log entries',
    () => sigstore.bundle({ change: ({ verificationMaterial: { tlogEntries } }) => repeat(tlogEntries) }),
  ],
  [
    'timestamps',
    () =>
      sigstore.bundle({
        change: ({ verificationMaterial: { timestampVerificationData } }) =>
          repeat(timestampVerificationData?.rfc3161Timestamps ?? []),
      }),
  ],
  [
    'certificates',
    () =>
      sigstore.bundle({
        version: '0.2',
        change: ({ verificationMaterial: { x509CertificateChain } }) =>
          repeat(x509CertificateChain?.certificates ?? []),
      }),
  ],
  ['certificates that issued one another', () => authoritiesInCircles(8)],
  [
    'signatures under a checkpoint',
    () =>
      firstEntry(({ inclusionProof }) => {
        const line = inclusionProof?.checkpoint.envelope.split('\n').at(-2) ?? '';
        const wrong = `${line.slice(0, -8)}AAAAAA==\n`;
        if (inclusionProof)
          inclusionProof.checkpoint.envelope = inclusionProof.checkpoint.envelope.replace(
            `${line}\n`,
            wrong.repeat(MANY),
          );
      }),
  ],
  [
    'hashes of a proof',
    () =>
      firstEntry(({ inclusionProof }) => {
        const hash = digest('sha256', Buffer.alloc(0)).toString('base64');
        inclusionProof?.hashes.push(...Array.from({ length: MANY }, () => hash));
      }),
  ],
  [
    'digits of an index',
    () =>
      firstEntry((entry) => {
        entry.logIndex = '9'.repeat(DEEP);
        if (entry.inclusionProof) entry.inclusionProof.logIndex = entry.logIndex;
      }),
  ],
  [
    "digits of a checkpoint's size",
    () =>
      firstEntry(({ inclusionProof }) => {
        if (inclusionProof)
          inclusionProof.checkpoint.envelope = inclusionProof.checkpoint.envelope.replace(
            '\n4\n',
            `\n${'9'.repeat(DEEP)}\n`,
          );
      }),
  ],
  [
    'signatures of a log entry',
    () =>
      sigstore.bundle({
        entries: [
          {
            kind: 'dsse/0.0.2',
            body: (body) =>
              Buffer.from(
                body
                  .toString()
                  .replace(
                    /"signatures":\[(.*)\]/s,
                    (_, one: string) => `"signatures":[${Array(500).fill(one).join(',')}]`,
                  ),
              ),
          },
        ],
      }),
  ],
  [
    'certificate timestamps',
    () =>
      sigstore.bundle({
        certificate: {
          timestamps: (precertificate) =>
            Array.from({ length: 500 }, () => {
              const stamp = sigstore.ctLogs[0]!.stamp(precertificate);
              stamp[stamp.length - 1]! ^= 1;
              return stamp;
            }),
        },
      }),
    CERTIFICATE_TIMESTAMPS,
  ],
  [
    'names',
    () =>
      sigstore.bundle({
        certificate: {
          names: Array.from({ length: MANY }, () => ({ kind: 'uri', value: WORKFLOW }) as const),
        },
      }),
  ],
  [
    'extensions',
    () =>
      sigstore.bundle({
        certificate: {
          extensions: Array.from({ length: MANY }, (_, at) =>
            extension(`1.3.6.1.4.1.99999.${at}`, Buffer.of(5, 0)),
          ),
        },
      }),
  ],
  [
    'octets of an object identifier',
    () =>
      sigstore.bundle({
        certificate: {
          extensions: [sequence(element(0x06, Buffer.alloc(DEEP, 0xff), Buffer.of(1)), element(0x04))],
        },
      }),
  ],
  ['levels of a bundle', () => sigstore.bundle({ text: () => nested(DEEP) })],
  [
    'levels of a payload',
    () => sigstore.bundle({ payload: statement({ predicate: 0 }).replace('0}', `${nested(DEEP)}}`) }),
  ],
  ['levels of a log entry', () => sigstore.bundle({ entries: [{ body: () => Buffer.from(nested(DEEP)) }] })],
  [
    'levels of a certificate',
    () =>
      sigstore.bundle({
        change: ({ verificationMaterial }) => {
          verificationMaterial.certificate = { rawBytes: nestedDer().toString('base64') };
        },
      }),
  ],
  [
    'levels of a timestamp',
    () =>
      sigstore.bundle({
        change: ({ verificationMaterial }) => {
          const signedTimestamp = nestedDer().toString('base64');
          verificationMaterial.timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp }] };
        },
      }),
  ],
  [
    'certificates of a .sig layer',
    () =>
      sigstore.signatureLayer({
        annotations: (annotations) => ({
          ...annotations,
          'dev.sigstore.cosign/chain': (annotations['dev.sigstore.cosign/chain'] ?? '').repeat(2_000),
        }),
      }),
  ],
];

const repeat = (list: unknown[]): void => {
  const [first] = list;
  if (first !== undefined) list.push(...Array.from({ length: MANY }, () => first));
};

describe('evidence with endless', () => {
  it('verifications are counted', () => {
    verifications = 0;
    expect(verifyEvidence(sigstore.bundle(), keyless, ANYWHERE).result).toBe('verified');
    expect(verifications).toBeGreaterThan(3);
  });

  it.each<[string, () => Evidence, number?]>([...CASES])(
    '%s is judged with bounded work',
    (_what, make, bound = VERIFICATIONS) => {
      const evidence = make();
      verifications = 0;
      expect(() => verifyEvidence(evidence, keyless, ANYWHERE)).not.toThrow();
      expect(verifications).toBeLessThan(bound);
    },
  );
});
