import { z } from 'zod';

import { failed, ok, type Outcome } from '../../reasons.ts';

/** What requests to AWS are signed with. */
export interface AmazonKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** For messages: where they come from. */
  readonly source: string;
}

/** What all services answer that give out keys for a time: container agents, instance metadata. */
export const temporaryKeysSchema = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  Token: z.string().min(1),
});

/** Keys as they were read; `null` where there are none. */
export function amazonKeys(
  id: string | undefined,
  secret: string | undefined,
  token: string | undefined,
  source: string,
): Outcome<AmazonKeys | null> {
  if (!id && !secret) return ok(null);
  if (!id || !secret)
    return failed(
      'CredentialsRejected',
      `${source}: of an access key and its secret there is only one`,
      'set both, or none',
    );
  if ([id, secret, token ?? ''].some((part) => !/^[\x21-\x7e]*$/.test(part)))
    return failed('CredentialsRejected', `${source}: a key has line breaks or blanks`, 'set it again');
  return ok({
    accessKeyId: id,
    secretAccessKey: secret,
    ...(token ? { sessionToken: token } : {}),
    source,
  });
}
