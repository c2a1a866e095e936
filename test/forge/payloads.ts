/** The image that all is signed for. */
export const DIGEST = `sha256:${'a1'.repeat(32)}`;
export const OTHER_DIGEST = `sha256:${'b2'.repeat(32)}`;

export const IN_TOTO = 'application/vnd.in-toto+json';
export const COSIGN_SIGN = 'https://sigstore.dev/cosign/sign/v1';
export const SLSA = 'https://slsa.dev/provenance/v1';

/** An in-toto statement (spec/v1/statement.md), by default the one that `cosign sign` writes. */
export function statement(
  parts: {
    readonly digest?: string;
    readonly signedFor?: string;
    readonly predicateType?: string;
    readonly predicate?: unknown;
  } = {},
): string {
  const { digest = DIGEST, signedFor = digest, predicateType = COSIGN_SIGN, predicate = {} } = parts;
  const [algorithm = '', hex = ''] = signedFor.split(':');
  return JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { [algorithm]: hex } }],
    predicateType,
    predicate,
  });
}

/** A simple-signing payload, as cosign writes it. */
export function simpleSigning(digest: string = DIGEST): string {
  return JSON.stringify({
    critical: {
      identity: { 'docker-reference': 'registry.example.com/acme/app' },
      image: { 'docker-manifest-digest': digest },
      type: 'cosign container image signature',
    },
    optional: null,
  });
}
