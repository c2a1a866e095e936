import { z } from 'zod';

/**
 * Bytes in base64, padded and in the only spelling that they have (RFC 4648 sections 4 and 3.5). Decoded and encoded again rather
 * than matched: attestations have megabytes.
 */
export const base64Bytes = bytesIn('base64');

/** Bytes in base64url, without padding and in the only spelling that they have (RFC 4648 section 5, RFC 7515 section 2). */
export const base64urlBytes = bytesIn('base64url');

function bytesIn(encoding: 'base64' | 'base64url') {
  return z.string().transform((text, context) => {
    const bytes = Buffer.from(text, encoding);
    if (bytes.toString(encoding) === text) return bytes;
    context.addIssue({ code: 'custom', message: `is not ${encoding}` });
    return z.NEVER;
  });
}
