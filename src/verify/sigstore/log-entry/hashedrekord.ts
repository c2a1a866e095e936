import { z } from 'zod';
import { base64Bytes } from '../../base64.ts';
import { derVerifier, type EntryKind, hashOutput, hexDigest, pemVerifier } from './entry-kind.ts';

/** A signature over bytes of which the log has seen the digest alone (rekor, pkg/types/hashedrekord/v0.0.1). */
export const hashedRekord001: EntryKind = {
  kind: 'hashedrekord',
  version: '0.0.1',
  rekor: 1,
  body: z
    .object({
      spec: z.object({
        signature: z.object({ content: base64Bytes, publicKey: z.object({ content: pemVerifier }) }),
        data: z.object({ hash: hexDigest }),
      }),
    })
    .transform(({ spec: { signature, data } }) => ({
      signature: signature.content,
      verifier: signature.publicKey.content,
      digests: [{ part: 'signed' as const, ...data.hash }],
    })),
};

/** The same in Rekor v2 (rekor-tiles, api/proto/rekor/v2/hashedrekord.proto); for a DSSE envelope, over its encoding. */
export const hashedRekord002: EntryKind = {
  kind: 'hashedrekord',
  version: '0.0.2',
  rekor: 2,
  body: z
    .object({
      spec: z.object({
        hashedRekordV002: z.object({
          data: hashOutput,
          signature: z.object({ content: base64Bytes, verifier: derVerifier }),
        }),
      }),
    })
    .transform(
      ({
        spec: {
          hashedRekordV002: { data, signature },
        },
      }) => ({
        signature: signature.content,
        verifier: signature.verifier,
        digests: [{ part: 'signed' as const, ...data }],
      }),
    ),
};
