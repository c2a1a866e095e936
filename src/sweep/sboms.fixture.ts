import type { Authority, Policy, Vouching } from '../policy/policy.ts';
import { about, attestation, keyOf, refused, verified } from '../policy/judged-image.fixture.ts';
import type { Reason } from '../reasons.ts';
import type { Claim, Signer, Verdict } from '../verify/verifier.ts';

/** SBOMs of images, for the tests of what asks them. */

export interface ListedComponent {
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

export const LOG4J = {
  name: 'log4j-core',
  version: '2.14.1',
  purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
};
export const GUAVA = { name: 'guava', version: '32.0', purl: 'pkg:maven/com.google.guava/guava@32.0' };
export const BASH = { name: 'bash', version: '5.2', purl: 'pkg:deb/debian/bash@5.2?distro=debian-12' };

/** A CycloneDX document; `image` is the digest that it says it describes. */
export function cyclonedx(
  components: readonly ListedComponent[],
  more: object = {},
  image: string | null = null,
) {
  const described =
    image === null ? {} : { component: { type: 'container', name: 'app', purl: `pkg:oci/app@${image}` } };
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { timestamp: '2026-01-02T03:04:05Z', ...described },
    components: components.map((one, at) => ({ type: 'library', 'bom-ref': `${at}`, ...one })),
    ...more,
  };
}

/** That a statement of VEX was attested of the image that it is attached to. */
export function vexed(
  statements: object | readonly object[],
  {
    signer = keyOf('ci'),
    time = '2026-01-02T03:04:05Z',
    more = {},
  }: { signer?: Signer; time?: string | null; more?: object } = {},
): Verdict {
  const document = { '@context': 'https://openvex.dev/ns/v0.2.0', ...more, statements: [statements].flat() };
  const claim = predicateClaim(document, signer, 'https://openvex.dev/ns/v0.2.0');
  return verified({ ...claim, times: time === null ? [] : [{ value: new Date(time), source: 'log' }] });
}

/** That an SBOM was attested of the image that it is attached to. */
export function attested(document: unknown, signer: Signer = keyOf('ci')): Verdict {
  return verified(predicateClaim(document, signer, 'https://cyclonedx.org/bom'));
}

function predicateClaim(document: unknown, signer: Signer, predicateType: string): Claim {
  const claim = attestation(signer, predicateType);
  if (claim.content.kind !== 'attestation') throw new Error('no attestation');
  const statement = { ...claim.content.statement, predicate: document };
  return { ...claim, content: { ...claim.content, statement } };
}

/** That an SBOM lies on an image, and nobody has signed it. */
export function attachedAlone(document: unknown): Verdict {
  const verdict = refused('EvidenceUnsigned');
  const bytes = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  return { ...verdict, evidence: { ...verdict.evidence, format: 'sbom', bytes } };
}

/** That the attestation of an SBOM does not verify; it says of itself that it is about `digest`. */
export function attestedInVain(
  document: unknown,
  digest: string,
  reason: Reason = 'NoKeyConfigured',
): Verdict {
  const [, hex] = digest.split(':');
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'app', digest: { sha256: hex } }],
    predicateType: 'https://cyclonedx.org/bom',
    predicate: document,
  };
  const envelope = {
    payloadType: 'application/vnd.in-toto+json',
    payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
    signatures: [{ sig: 'AAAA' }],
  };
  const verdict = refused(reason);
  const bytes = Buffer.from(JSON.stringify(envelope));
  return about(digest, { ...verdict, evidence: { ...verdict.evidence, format: 'dsse-envelope', bytes } });
}

/** A policy whose only authority is this key, or, by `rule`, whose rule asks for the SBOMs of another. */
export function policyOf(name = 'ci', rule: string | null = null): Policy {
  const authority = (of: string): Authority => ({
    name: of,
    description: of,
    unsupported: null,
    accepts: ({ signer }) => signer.kind === 'key' && signer.authority === of,
  });
  const sbomSigners =
    rule === null
      ? undefined
      : { words: rule, hold: (claims: readonly Vouching[]) => claims.some(authority(rule).accepts) };
  return {
    sources: [],
    trust: { roots: [], keys: [] },
    rules: [
      {
        name: 'all',
        enforcement: 'enforce',
        enforcesArguments: false,
        matches: () => [],
        checks: [],
        sbomSigners,
      },
    ],
    default: 'deny',
    exceptions: [],
    authorities: [authority(name), ...(rule === null ? [] : [authority(rule)])],
  };
}
