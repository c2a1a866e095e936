import { z } from 'zod';
import { base64Bytes } from '../../base64.ts';
import { type EntryKind, hexDigest, pemVerifier } from './entry-kind.ts';

/**
 * An attestation as cosign logged it before 2.2 (rekor, pkg/types/intoto/v0.0.1). It holds no signature: what binds it is the hash
 * of the whole envelope, byte for byte.
 */
export const intoto001: EntryKind = {
  kind: 'intoto',
  version: '0.0.1',
  rekor: 1,
  body: z
    .object({
      spec: z.object({
        content: z.object({ hash: hexDigest, payloadHash: hexDigest.optional() }),
        publicKey: pemVerifier,
      }),
    })
    .transform(({ spec: { content, publicKey } }) => ({
      signature: null,
      verifier: publicKey,
      digests: [
        { part: 'envelope' as const, ...content.hash },
        ...(content.payloadHash ? [{ part: 'payload' as const, ...content.payloadHash }] : []),
      ],
    })),
};

/** The log encodes the base64 of signatures once more. */
const twiceEncoded = base64Bytes.transform((text) => text.toString('latin1')).pipe(base64Bytes);

/** rekor, pkg/types/intoto/v0.0.2. */
export const intoto002: EntryKind = {
  kind: 'intoto',
  version: '0.0.2',
  rekor: 1,
  body: z
    .object({
      spec: z.object({
        content: z.object({
          payloadHash: hexDigest,
          envelope: z.object({
            signatures: z.tuple([z.object({ sig: twiceEncoded, publicKey: pemVerifier })]),
          }),
        }),
      }),
    })
    .transform(
      ({
        spec: {
          content: {
            payloadHash,
            envelope: {
              signatures: [logged],
            },
          },
        },
      }) => ({
        signature: logged.sig,
        verifier: logged.publicKey,
        digests: [{ part: 'payload' as const, ...payloadHash }],
      }),
    ),
};
