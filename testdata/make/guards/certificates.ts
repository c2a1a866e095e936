import {
  certificate,
  distinguishedName,
  extendedKeyUsage,
  fulcioRaw,
  fulcioString,
  keyUsage,
  serialOf,
  subjectAlternativeName,
} from '../../../test/forge/certificate.ts';
import { OIDC_ISSUER, WORKFLOW } from '../../../test/forge/certificate-authority.ts';
import { ctLog } from '../../../test/forge/ct-log.ts';
import { element, integer, oid, sequence } from '../../../test/forge/der.ts';
import { forge, type ForgeKnobs, type SignatureKnobs } from '../../../test/forge/forge.ts';
import { key } from '../../../test/forge/keys.ts';
import { after, DAY, MINUTE, YEAR } from '../../../test/forge/times.ts';
import type { Guard } from './guard.ts';

type Case = Omit<Guard, 'evidence' | 'trustedRoot' | 'classes'> & {
  readonly sign?: SignatureKnobs;
  readonly world?: ForgeKnobs;
  readonly classes?: Guard['classes'];
};

const EVIL = `${WORKFLOW}.evil`;
const stranger = ctLog({ name: 'stranger' });
const ownLog = ctLog();
/** The time of everything, ten minutes after a certificate of ten minutes began. */
const LATE = after(30 * MINUTE);

/** What a certificate may not be, hold or rest on. */
const CASES: readonly Case[] = [
  {
    name: 'subject-beyond-the-pattern',
    why: 'the subject only begins with what is asked for',
    known: 'a string as policy of @sigstore/verify is an unanchored regular expression; CVE-2025-29778',
    sign: { certificate: { names: [{ kind: 'uri', value: EVIL }] } },
    asked: { issuer: OIDC_ISSUER, subjectRegExp: WORKFLOW },
    classes: ['untrusted'],
  },
  {
    name: 'subject-before-the-pattern',
    why: 'the subject only ends with what is asked for',
    sign: { certificate: { names: [{ kind: 'uri', value: `https://evil.example/?${WORKFLOW}` }] } },
    asked: { issuer: OIDC_ISSUER, subjectRegExp: WORKFLOW },
    classes: ['untrusted'],
  },
  {
    name: 'subject-of-another-kind',
    why: 'an e-mail address that reads like the workflow',
    sign: { certificate: { names: [{ kind: 'email', value: WORKFLOW }] } },
    asked: { issuer: OIDC_ISSUER, subject: WORKFLOW },
    classes: ['untrusted', 'invalid'],
  },
  {
    name: 'issuer-another',
    why: 'the right subject, and another issuer vouches for it',
    known: 'CVE-2025-29778',
    sign: { certificate: { fulcio: { 8: 'https://accounts.evil.example' } } },
    asked: { issuer: OIDC_ISSUER, subject: WORKFLOW },
    classes: ['untrusted'],
  },
  {
    name: 'certificate-not-for-code-signing',
    why: 'the extended key usage is for servers',
    sign: { certificate: { purposes: ['serverAuth'] } },
  },
  {
    name: 'certificate-without-purpose',
    why: 'there is no extended key usage',
    sign: { certificate: { purposes: [] } },
  },
  {
    name: 'certificate-not-for-signatures',
    why: 'the key usage lacks digitalSignature',
    sign: { certificate: { usages: ['keyEncipherment'] } },
  },
  {
    name: 'certificate-of-an-authority',
    why: 'the leaf is a certificate authority',
    sign: { certificate: { ca: true } },
  },
  {
    name: 'certificate-with-two-names',
    why: 'it has two subject alternative names, so that each reader may choose',
    sign: {
      certificate: {
        names: [
          { kind: 'uri', value: WORKFLOW },
          { kind: 'uri', value: EVIL },
        ],
      },
    },
  },
  {
    name: 'certificate-without-name',
    why: 'it has no subject alternative name',
    sign: { certificate: { names: [] } },
  },
  {
    name: 'certificate-without-issuer',
    why: 'no extension says which OIDC issuer the name comes from',
    sign: { certificate: { fulcio: {} } },
  },
  ...(
    [
      [1, 8, 'https://accounts.evil.example', OIDC_ISSUER],
      [2, 20, 'schedule', 'push'],
      [3, 13, 'a'.repeat(40), 'b'.repeat(40)],
      [5, 12, 'evil/app', 'https://github.com/acme/app'],
      [6, 14, 'refs/heads/evil', 'refs/heads/main'],
    ] as const
  ).map(([raw, der, older, newer]): Case => ({
    name: `certificate-contradicts-itself-${raw}-${der}`,
    why: `extension .${raw} says something else than .${der}, which replaced it`,
    sign: { certificate: { raw: { [raw]: older }, fulcio: { 8: OIDC_ISSUER, [der]: newer } } },
  })),
  {
    name: 'certificate-extension-twice',
    why: 'the issuer stands in it twice',
    sign: { certificate: { extensions: [fulcioString(8, 'https://accounts.evil.example')] } },
  },
  {
    name: 'certificate-critical-extension-unknown',
    why: 'a critical extension that nobody knows may mean anything (RFC 5280, 4.2)',
    sign: {
      certificate: {
        extensions: [
          sequence(oid('1.3.6.1.4.1.99999.1'), element(0x01, Buffer.of(0xff)), element(0x04, integer(1))),
        ],
      },
    },
  },
  {
    name: 'certificate-expired',
    why: 'it was signed twenty minutes after the certificate had expired',
    sign: { timestamps: [{ at: LATE }] },
  },
  {
    name: 'certificate-not-yet-valid',
    why: 'it was signed before the certificate was valid',
    sign: { timestamps: [{ at: after(-DAY) }] },
  },
  {
    name: 'certificate-valid-at-one-time-of-two',
    why: 'one of two verified times lies outside the certificate',
    world: { tsas: [{}, { name: 'second' }] },
    sign: { timestamps: [{}, { authority: 1, at: LATE }] },
  },
  {
    name: 'intermediate-expired',
    why: 'the intermediate had expired when it was signed',
    known: 'CVE-2026-24122',
    world: { ca: { intermediates: [{ to: after(-DAY) }] } },
  },
  {
    name: 'root-expired',
    why: 'the root had expired when it was signed',
    known: 'CVE-2026-24122',
    world: { ca: { root: { to: after(-DAY) } } },
  },
  {
    name: 'authority-outside-its-window',
    why: 'the trusted root vouches for the authority until the day before',
    world: { ca: { valid: { from: after(-YEAR), to: after(-DAY) } } },
  },
  {
    name: 'intermediate-no-authority',
    why: 'the basic constraints of the intermediate say that it is none',
    world: { ca: { intermediates: [{ ca: false }] } },
  },
  {
    name: 'intermediate-without-constraints',
    why: 'the intermediate has no basic constraints',
    world: { ca: { intermediates: [{ ca: null }] } },
  },
  {
    name: 'intermediate-not-for-certificates',
    why: 'the key usage of the intermediate lacks keyCertSign',
    world: { ca: { intermediates: [{ usages: ['digitalSignature'] }] } },
  },
  {
    name: 'intermediate-for-servers',
    why: 'the extended key usage of the intermediate does not allow code signing',
    world: { ca: { intermediates: [{ purposes: ['serverAuth'] }] } },
  },
  {
    name: 'path-too-long',
    why: 'the root allows no intermediate below it but one, and there are two',
    world: { ca: { root: { pathLength: 1 }, intermediates: [{ pathLength: 0 }, { pathLength: 0 }] } },
  },
  {
    name: 'sct-missing',
    why: 'no certificate log has seen it',
    sign: { certificate: { timestamps: () => [] } },
    classes: ['untrusted'],
  },
  {
    name: 'sct-of-an-unknown-log',
    why: 'a log that the trusted root does not know has seen it',
    sign: { certificate: { timestamps: (precertificate) => [stranger.stamp(precertificate)] } },
    classes: ['undetermined', 'untrusted', 'invalid'],
  },
  {
    name: 'sct-over-another-certificate',
    why: 'the log has seen another certificate',
    sign: {
      certificate: {
        timestamps: ({ issuerSpki }) => [ownLog.stamp({ tbs: sequence(integer(1)), issuerSpki })],
      },
    },
    classes: ['invalid', 'untrusted'],
  },
  {
    name: 'sct-for-another-issuer',
    why: 'the log has seen a certificate that another authority was going to sign',
    sign: {
      certificate: {
        timestamps: ({ tbs }) => [ownLog.stamp({ tbs, issuerSpki: key('another authority').spki })],
      },
    },
    classes: ['invalid', 'untrusted'],
  },
  {
    name: 'sct-outside-the-logs-window',
    why: 'the certificate log was not trusted any more when it saw the certificate',
    world: { ctLogs: [{ valid: { from: after(-YEAR), to: after(-DAY) } }] },
    classes: ['invalid', 'untrusted'],
  },
  {
    name: 'sct-twice-for-two',
    why: 'two certificate logs are asked for, and one has signed twice',
    known: 'CVE-2026-49834',
    sign: {
      certificate: {
        timestamps: (precertificate) => [
          ownLog.stamp(precertificate),
          ownLog.stamp(precertificate, after(1)),
        ],
      },
    },
    thresholds: { signedCertificateTimestamps: 2 },
    classes: ['untrusted', 'invalid'],
  },
];

const sigstore = forge();

/** A leaf of Fulcio that issues a certificate of its own: what comes along in a bundle is no authority. */
function issuedByLeaf(): Guard {
  const mallory = sigstore.issue({ key: key('mallory'), subject: distinguishedName('mallory') });
  const own = key('signer');
  const forged = certificate({
    name: distinguishedName(),
    key: own,
    issuer: mallory.name,
    issuerKey: mallory.key,
    from: after(-MINUTE),
    to: after(9 * MINUTE),
    serial: serialOf('issued by a leaf'),
    extensions: [
      keyUsage('digitalSignature'),
      extendedKeyUsage(['codeSigning']),
      subjectAlternativeName([{ kind: 'uri', value: WORKFLOW }]),
      fulcioRaw(1, OIDC_ISSUER),
    ],
  });
  return {
    name: 'issued-by-a-leaf',
    why: "the certificate was issued by somebody's own signing certificate, which comes along",
    evidence: sigstore.bundle({
      version: '0.2',
      certificate: forged,
      change: ({ verificationMaterial }) => {
        verificationMaterial.x509CertificateChain?.certificates.splice(1, 0, {
          rawBytes: mallory.der.toString('base64'),
        });
      },
    }),
    trustedRoot: sigstore.trustedRoot(),
    thresholds: { signedCertificateTimestamps: 0 },
    classes: ['invalid', 'untrusted'],
  };
}

/** Another instance under the same names: names prove nothing. */
function sameNames(): Guard {
  const impostor = sigstore.issue({ key: key('signer') });
  const other = key('impostor', 'p384');
  const forged = certificate({
    name: impostor.name,
    key: impostor.key,
    issuer: impostor.issuer,
    issuerKey: other,
    from: after(-MINUTE),
    to: after(9 * MINUTE),
    serial: impostor.serial,
    extensions: [
      keyUsage('digitalSignature'),
      extendedKeyUsage(['codeSigning']),
      subjectAlternativeName([{ kind: 'uri', value: WORKFLOW }]),
      fulcioRaw(1, OIDC_ISSUER),
    ],
  });
  return {
    name: 'issued-under-the-same-name',
    why: 'the authority of the same name, with another key, has issued it',
    evidence: sigstore.bundle({ certificate: forged }),
    trustedRoot: sigstore.trustedRoot(),
    thresholds: { signedCertificateTimestamps: 0 },
    classes: ['invalid', 'untrusted'],
  };
}

/** The key is the point at infinity: RFC 5480 allows it to be written, and node:crypto aborts when asked for its details. */
function pointAtInfinity(): Guard {
  const spki = Buffer.from('3019301306072a8648ce3d020106082a8648ce3d03010703020000', 'hex');
  const holder = { ...key('signer'), spki };
  return {
    name: 'key-at-infinity',
    why: "the certificate's key is the point at infinity, under which node:crypto aborts the process",
    evidence: sigstore.bundle({ certificate: { key: holder } }),
    trustedRoot: sigstore.trustedRoot(),
    deadly: true,
    classes: ['invalid'],
  };
}

export function certificateGuards(): readonly Guard[] {
  const made = CASES.map(({ sign = {}, world = {}, classes = ['invalid'], ...rest }): Guard => {
    const instance = forge(world);
    return { ...rest, classes, evidence: instance.bundle(sign), trustedRoot: instance.trustedRoot() };
  });
  return [...made, issuedByLeaf(), sameNames(), pointAtInfinity()];
}
