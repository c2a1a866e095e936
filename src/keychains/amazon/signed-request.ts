import { AwsV4Signer } from 'aws4fetch';

import type { CloudRequest } from '../cloud-client.ts';
import type { AmazonKeys } from './keys.ts';

/** A POST, signed as AWS asks for it (Signature Version 4). */
export async function signedRequest(
  keys: AmazonKeys,
  place: { readonly url: string; readonly service: string; readonly region: string },
  headers: Readonly<Record<string, string>>,
  body: string,
  now: Date,
): Promise<CloudRequest & { readonly body: string }> {
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  const signer = new AwsV4Signer({
    ...place,
    method: 'POST',
    headers: { ...headers },
    body,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    datetime: now.toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
  });
  const signed = await signer.sign();
  return { method: 'POST', url: place.url, headers: Object.fromEntries(signed.headers), body };
}
