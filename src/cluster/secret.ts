import { z } from 'zod';
import { SECRET_BYTES } from '../limits.ts';
import { failed, type Fault } from '../reasons.ts';
import type { ClusterApi } from './api.ts';

/** A Secret, as the API gives it: the values of `data` are base64, and stand in no message. */
interface Secret {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
  /** With `resourceVersion` it tells this content from any other, without a word of it. */
  readonly uid: string;
  readonly resourceVersion: string;
}

/** A Secret, `null` where there is none; or why it was not read, with the status of the API server, `null` where it did not answer. */
type ReadSecret =
  | { readonly ok: true; readonly value: Secret | null }
  | { readonly ok: false; readonly status: number | null; readonly fault: Fault };

const secretSchema = z.looseObject({
  type: z.string().catch(''),
  data: z.record(z.string(), z.string()).nullish(),
  metadata: z.looseObject({ uid: z.string().catch(''), resourceVersion: z.string().catch('') }),
});

/** Reads one Secret by its name. Secrets are never listed: who may list them may read them all. */
export async function readSecret(api: ClusterApi, namespace: string, name: string): Promise<ReadSecret> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
  const answer = await api.get({ path, limit: SECRET_BYTES });
  if (!answer.ok) return answer.status === 404 ? { ok: true, value: null } : answer;
  const parsed = secretSchema.safeParse(answer.value);
  if (!parsed.success) {
    const { fault } = failed('ClusterError', `${api.host}${path} did not answer with a Secret`);
    return { ok: false, status: null, fault };
  }
  const { type, data, metadata } = parsed.data;
  const { uid, resourceVersion } = metadata;
  return { ok: true, value: { namespace, name, type, data: data ?? {}, uid, resourceVersion } };
}
