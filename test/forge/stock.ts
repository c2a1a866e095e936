import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';

/** What the library by the makers of Sigstore asks of a bundle, with its own parsers and nothing of ours. */
export function stockVerifier(
  trustedRoot: Uint8Array,
  timestampThreshold = 1,
): (bundle: Uint8Array, artifact?: Buffer) => void {
  const root = TrustedRoot.fromJSON(JSON.parse(Buffer.from(trustedRoot).toString()));
  const verifier = new Verifier(toTrustMaterial(root), {
    ctlogThreshold: 1,
    tlogThreshold: 1,
    timestampThreshold,
  });
  return (bundle, artifact) => {
    const parsed = bundleFromJSON(JSON.parse(Buffer.from(bundle).toString()));
    verifier.verify(toSignedEntity(parsed, artifact));
  };
}
