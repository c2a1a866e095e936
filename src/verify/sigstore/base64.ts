import { z } from 'zod';

/**
 * Bytes in base64, padded and in the only spelling that they have (RFC 4648 sections 4 and 3.5). Decoded and encoded again rather
 * than matched: attestations have megabytes.
 */
export const base64Bytes = z.string().transform((text, context) => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') === text) return bytes;
  context.addIssue({ code: 'custom', message: 'is not base64' });
  return z.NEVER;
});
