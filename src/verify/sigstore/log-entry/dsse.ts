import { z } from 'zod';
import { base64Bytes } from '../../base64.ts';
import { derVerifier, type EntryKind, hashOutput, hexDigest, pemVerifier } from './entry-kind.ts';

/** A DSSE envelope (rekor, pkg/types/dsse/v0.0.1). The envelope's own hash is over an encoding that nobody keeps. */
export const dsse001: EntryKind = {
  kind: 'dsse',
  version: '0.0.1',
  rekor: 1,
  body: z
    .object({
      spec: z.object({
        payloadHash: hexDigest,
        signatures: z.tuple([z.object({ signature: base64Bytes, verifier: pemVerifier })]),
      }),
    })
    .transform(
      ({
        spec: {
          payloadHash,
          signatures: [logged],
        },
      }) => ({
        signature: logged.signature,
        verifier: logged.verifier,
        digests: [{ part: 'payload' as const, ...payloadHash }],
      }),
    ),
};

/** The same in Rekor v2 (rekor-tiles, api/proto/rekor/v2/dsse.proto). */
export const dsse002: EntryKind = {
  kind: 'dsse',
  version: '0.0.2',
  rekor: 2,
  body: z
    .object({
      spec: z.object({
        dsseV002: z.object({
          payloadHash: hashOutput,
          signatures: z.tuple([z.object({ content: base64Bytes, verifier: derVerifier })]),
        }),
      }),
    })
    .transform(
      ({
        spec: {
          dsseV002: {
            payloadHash,
            signatures: [logged],
          },
        },
      }) => ({
        signature: logged.content,
        verifier: logged.verifier,
        digests: [{ part: 'payload' as const, ...payloadHash }],
      }),
    ),
};
