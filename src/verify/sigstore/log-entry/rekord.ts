import { z } from 'zod';
import { base64Bytes } from '../../base64.ts';
import { type EntryKind, hexDigest, pemVerifier } from './entry-kind.ts';

/** A signature over bytes that the log was sent whole (rekor, pkg/types/rekord/v0.0.1), as the oldest clients did. */
export const rekord001: EntryKind = {
  kind: 'rekord',
  version: '0.0.1',
  rekor: 1,
  body: z
    .object({
      spec: z.object({
        data: z.object({ hash: hexDigest }),
        signature: z.object({
          format: z.literal('x509'),
          content: base64Bytes,
          publicKey: z.object({ content: pemVerifier }),
        }),
      }),
    })
    .transform(({ spec: { data, signature } }) => ({
      signature: signature.content,
      verifier: signature.publicKey.content,
      digests: [{ part: 'signed' as const, ...data.hash }],
    })),
};
