import { Refused } from '../refused.ts';
import { type CertificateAuthority, type TrustRoot, within } from '../trust-root.ts';
import type { VerifiedTime } from '../verifier.ts';
import type { Certificate } from '../x509/certificate.ts';
import { PURPOSE } from '../x509/extensions.ts';
import { type CertificationPath, certificationPaths, validAt } from '../x509/path.ts';
import { checkThreshold } from './found.ts';
import { verifyScts } from './sct.ts';

/**
 * Checks that an authority of the trust root issued the certificate, that the whole path was valid at every verified time ("hybrid
 * model", Sigstore Client Spec, "Certificate"; CVE-2026-24122), and that enough certificate logs have seen it. Throws `Refused`.
 */
export function checkSigningCertificate(
  certificate: Certificate,
  offered: readonly Certificate[],
  times: readonly VerifiedTime[],
  root: TrustRoot,
): void {
  const paths = root.certificateAuthorities.flatMap((authority) =>
    certificationPaths(certificate, authority.chain, offered, PURPOSE.codeSigning).map((path) => ({
      authority,
      path,
    })),
  );
  if (paths.length === 0) {
    throw new Refused(
      'CertificateInvalid',
      `the signing certificate was not issued by the authority that it names: no path leads from it to the trust root ${root.name}`,
    );
  }
  for (const { value } of times) {
    if (!paths.some((one) => isValidAt(one, value))) throw notValidAt(certificate, value);
  }
  const [first] = times;
  const valid = paths.filter((one) => first && isValidAt(one, first.value));
  const seen = valid
    .map(({ path }) => verifyScts(certificate, path[1], root.certificateLogs))
    .toSorted((a, b) => b.logs.size - a.logs.size)[0];
  const count = seen?.logs.size ?? 0;
  const unknown = {
    reason: 'TrustRootOutdated',
    message: `its certificate was logged by a certificate log that the trust root ${root.name} does not know`,
  } as const;
  checkThreshold(count, root.signedCertificateTimestamps, seen?.unknownLog ? [unknown] : [], {
    reason: 'SctMissing',
    message: `the trust root ${root.name} asks for ${root.signedCertificateTimestamps} signed certificate timestamps, and there are ${count} that verify`,
  });
}

interface IssuedBy {
  readonly authority: CertificateAuthority;
  readonly path: CertificationPath;
}

function isValidAt({ authority, path }: IssuedBy, time: Date): boolean {
  return within(authority.validFor, time) && validAt(path, time);
}

function notValidAt({ notBefore, notAfter }: Certificate, time: Date): Refused {
  const own = notBefore <= time && time <= notAfter;
  const window = `it is valid from ${notBefore.toISOString()} to ${notAfter.toISOString()}`;
  return new Refused(
    'CertificateInvalid',
    own
      ? `an authority of the signing certificate was not valid at ${time.toISOString()}, when it signed`
      : `the signing certificate was not valid at ${time.toISOString()}, when it signed: ${window}`,
  );
}
