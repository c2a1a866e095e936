import {
  authorityKeyIdentifier,
  basicConstraints,
  type Certificate,
  certificate,
  distinguishedName,
  extendedKeyUsage,
  fulcioRaw,
  fulcioString,
  keyUsage,
  type Name,
  type Purpose,
  serialOf,
  subjectAlternativeName,
  subjectKeyIdentifier,
  timestampList,
  toBeSigned,
  type Usage,
} from './certificate.ts';
import type { Precertificate } from './ct-log.ts';
import { digest, key, type Key, type KeyKind } from './keys.ts';
import { after, MINUTE, type Period, YEAR } from './times.ts';

export interface AuthorityKnobs {
  readonly keyKind?: KeyKind;
  readonly from?: Date;
  readonly to?: Date;
  /** Whether it is one: null leaves the basic constraints out. */
  readonly ca?: boolean | null;
  readonly pathLength?: number;
  readonly usages?: readonly Usage[];
  readonly purposes?: readonly Purpose[];
}

export interface CertificateAuthorityKnobs {
  readonly name?: string;
  readonly root?: AuthorityKnobs;
  /** From the one below the root to the one that issues; none makes the root the issuer. */
  readonly intermediates?: readonly AuthorityKnobs[];
  /** For how long the trusted root vouches for it. */
  readonly valid?: Period;
}

export interface LeafKnobs {
  readonly key?: Key;
  /** Subject alternative names; Fulcio writes exactly one. */
  readonly names?: readonly Name[];
  /** The subject; empty in Fulcio's certificates. */
  readonly subject?: Buffer;
  /** Fulcio's extensions as DER strings, by number. */
  readonly fulcio?: Readonly<Record<number, string>>;
  /** Fulcio's deprecated extensions as raw text, by number. */
  readonly raw?: Readonly<Record<number, string>>;
  readonly from?: Date;
  readonly to?: Date;
  readonly usages?: readonly Usage[];
  readonly purposes?: readonly Purpose[];
  readonly ca?: boolean;
  /** The signed certificate timestamps, one log's by default. */
  readonly timestamps?: (precertificate: Precertificate) => readonly Buffer[];
  /** Further extensions, as they are. */
  readonly extensions?: readonly Buffer[];
}

export interface CertificateAuthority {
  readonly url: string;
  /** From the issuer to the root. */
  readonly chain: readonly [Certificate, ...Certificate[]];
  readonly valid: Period;
  readonly issue: (knobs?: LeafKnobs) => Certificate;
}

export const WORKFLOW = 'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main';
export const OIDC_ISSUER = 'https://token.actions.githubusercontent.com';

/** What Fulcio writes for a workflow of GitHub's, without what is deprecated. */
const FULCIO_EXTENSIONS: Readonly<Record<number, string>> = {
  8: OIDC_ISSUER,
  9: WORKFLOW,
  11: 'github-hosted',
  12: 'https://github.com/acme/app',
  14: 'refs/heads/main',
  20: 'push',
};

/** A certificate authority with a root and one intermediate, as Fulcio has them. */
export function certificateAuthority(
  knobs: CertificateAuthorityKnobs,
  timestamps: (precertificate: Precertificate) => readonly Buffer[],
): CertificateAuthority {
  const {
    name = 'fulcio',
    root = {},
    intermediates = [{}],
    valid = { from: after(-YEAR), to: null },
  } = knobs;
  const chain = intermediates.reduce<readonly [Certificate, ...Certificate[]]>(
    (above, one, index) => [
      authority(
        `${name}-intermediate-${index}`,
        { pathLength: intermediates.length - 1 - index, ...one },
        above[0],
      ),
      ...above,
    ],
    [authority(`${name}-root`, { pathLength: intermediates.length, ...root }, null)],
  );
  const issue = (leaf: LeafKnobs = {}): Certificate => issueLeaf(chain[0], { timestamps, ...leaf });
  return { url: `https://${name}.sigstore.test`, chain, valid, issue };
}

/** A certificate that may sign others; by itself where there is none above. */
export function authority(name: string, knobs: AuthorityKnobs, above: Certificate | null): Certificate {
  const { keyKind = 'p384', from = after(-YEAR), to = after(YEAR), ca = true, pathLength } = knobs;
  const own = key(`authority ${name}`, keyKind);
  const { usages = ['keyCertSign', 'cRLSign'], purposes = above ? ['codeSigning'] : [] } = knobs;
  return certificate({
    name: distinguishedName(name),
    key: own,
    issuer: above ? above.name : distinguishedName(name),
    issuerKey: above ? above.key : own,
    from,
    to,
    serial: serialOf(`authority ${name}`),
    extensions: [
      ...(usages.length > 0 ? [keyUsage(...usages)] : []),
      ...(purposes.length > 0 ? [extendedKeyUsage(purposes)] : []),
      ...(ca === null ? [] : [basicConstraints(ca, ca ? pathLength : undefined)]),
      subjectKeyIdentifier(own),
      ...(above ? [authorityKeyIdentifier(above.key)] : []),
    ],
  });
}

/** RFC 6962, 3.1: the logs sign the certificate as it will be, without their timestamps. */
function issueLeaf(issuer: Certificate, knobs: LeafKnobs): Certificate {
  const {
    key: own = key('signer'),
    names = [{ kind: 'uri', value: WORKFLOW }],
    fulcio = FULCIO_EXTENSIONS,
    raw = {},
    usages = ['digitalSignature'],
    purposes = ['codeSigning'],
  } = knobs;
  const extensions = [
    ...(usages.length > 0 ? [keyUsage(...usages)] : []),
    ...(purposes.length > 0 ? [extendedKeyUsage(purposes)] : []),
    ...(knobs.ca === undefined ? [] : [basicConstraints(knobs.ca)]),
    subjectKeyIdentifier(own),
    authorityKeyIdentifier(issuer.key),
    ...(names.length > 0 ? [subjectAlternativeName(names)] : []),
    ...Object.entries(raw).map(([number, text]) => fulcioRaw(Number(number), text)),
    ...Object.entries(fulcio).map(([number, text]) => fulcioString(Number(number), text)),
    ...(knobs.extensions ?? []),
  ];
  const parts = {
    name: knobs.subject ?? distinguishedName(),
    key: own,
    issuer: issuer.name,
    issuerKey: issuer.key,
    from: knobs.from ?? after(-MINUTE),
    to: knobs.to ?? after(9 * MINUTE),
    serial: serialOf(`leaf ${digest('sha256', own.spki, ...extensions).toString('hex')}`),
    extensions,
  };
  const precertificate = { tbs: toBeSigned(parts), issuerSpki: issuer.key.spki };
  const stamps = knobs.timestamps?.(precertificate) ?? [];
  return certificate({
    ...parts,
    extensions: stamps.length > 0 ? [...extensions, timestampList(stamps)] : extensions,
  });
}
