import type { Evidence } from '../evidence/collector.ts';
import { parseStatement } from '../verify/in-toto.ts';
import { type Identity, readIdentity } from '../verify/sigstore/identity.ts';
import { readSigned } from '../verify/sigstore/signed-entity.ts';
import type { Content } from '../verify/verifier.ts';

/** What a piece of evidence says of itself. Nobody vouches for a word of it. */
export interface Stated {
  /** `unreadable` may be anybody. */
  readonly signer:
    | { readonly kind: 'certificate'; readonly identity: Identity }
    | { readonly kind: 'key' | 'notation' | 'nobody' | 'unreadable' };
  /** What is said to be signed; null where it cannot be read. */
  readonly content: Content | null;
}

/** Reads evidence that does not verify, to know whether it would matter if it did. */
export function statedBy(evidence: Evidence): Stated {
  switch (evidence.format) {
    case 'notation':
      return { signer: { kind: 'notation' }, content: null };
    case 'sbom':
      return { signer: { kind: 'nobody' }, content: SIGNATURE };
    case 'statement':
      return { signer: { kind: 'nobody' }, content: tryTo(() => attestationOf(evidence.bytes)) };
    case 'sigstore-bundle':
    case 'simple-signing':
    case 'dsse-envelope':
      return signedBy(evidence);
  }
}

/** Says nothing of a build. */
const SIGNATURE: Content = { kind: 'signature', annotations: {}, dockerReference: null };

function signedBy(evidence: Evidence): Stated {
  const signed = tryTo(() => readSigned(evidence, null));
  if (!signed) return { signer: { kind: 'unreadable' }, content: null };
  const { certificate } = signed;
  const identity = certificate && tryTo(() => readIdentity(certificate));
  const content = tryTo(signed.readContent);
  if (!certificate) return { signer: { kind: 'key' }, content };
  return { signer: identity ? { kind: 'certificate', identity } : { kind: 'unreadable' }, content };
}

function attestationOf(bytes: Uint8Array): Content {
  const statement = parseStatement(bytes);
  return { kind: 'attestation', predicateType: statement.predicateType, statement };
}

/** What the readers of outside data throw says why, which the refusal of the evidence has said already. */
function tryTo<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
