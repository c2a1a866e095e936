import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import {
  CLUSTER_PAGE_BYTES,
  CLUSTER_REQUESTS,
  ERROR_BODY_BYTES,
  RETRIES,
  RETRY_AFTER_MS,
} from '../limits.ts';
import { failed, type Fault, type Outcome } from '../reasons.ts';
import type { Identity } from './identity.ts';
import { unreachable } from './unreachable.ts';

/** A question to the API server that is answered by JSON. */
interface ApiRequest {
  /** As `/api/v1/namespaces/shop/pods`. */
  readonly path: string;
  /** A list is a parameter that is given several times. */
  readonly query?: Readonly<Record<string, string | readonly string[]>> | undefined;
  readonly accept?: string | undefined;
  /** An object to be made there; nothing is made without it. */
  readonly object?: unknown;
  /** Bytes of the answer that are read. */
  readonly limit: number;
  /** Aborted when the answer is no longer waited for. */
  readonly signal?: AbortSignal | undefined;
}

/** An answer, or why there is none. `status` is that of the API server; null where it did not answer. */
type ApiAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly status: number | null; readonly fault: Fault };

/** The API of one cluster. */
export interface ClusterApi {
  /** The cluster's name in the kubeconfig; null where nothing names it. */
  readonly cluster: string | null;
  /** The namespace of the context. */
  readonly namespace: string;
  /** As it stands in reports. */
  readonly host: string;
  get(request: Omit<ApiRequest, 'object'>): Promise<ApiAnswer>;
  /** Makes an object. `presync --events` alone asks for that; everything else here only reads. */
  create(path: string, object: unknown): Promise<ApiAnswer>;
  close(): Promise<void>;
}

export interface ApiOptions {
  readonly cluster: string | null;
  readonly namespace: string;
  readonly server: URL;
  /** Asked for again once where the cluster refuses it: what plugins give expires. */
  readonly identify: () => Promise<Outcome<Identity>>;
  readonly userAgent: string;
  readonly requestMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onRequest?: ((method: string, url: string, status: number, ms: number) => void) | undefined;
  readonly clock: () => Date;
}

/** Statuses that a later attempt may turn into another answer. */
const PASSING = new Set([429, 500, 502, 503, 504]);
const FIRST_PAUSE_MS = 250;

/** Requests over pooled connections, as one user, with limits on bytes, time and retries. */
export function createClusterApi(options: ApiOptions): ClusterApi {
  const limit = pLimit(CLUSTER_REQUESTS);
  let identity: Promise<Outcome<Identity>> | null = null;
  const known = (): Promise<Outcome<Identity>> => (identity ??= options.identify());

  const once = async (request: ApiRequest, who: Outcome<Identity>): Promise<Exchange> => {
    if (!who.ok) return { ok: false, status: null, passing: false, fault: who.fault };
    return exchange(options, request, who.value);
  };

  const ask = async (request: ApiRequest): Promise<ApiAnswer> => {
    let renewed = false;
    const signal = ended(options, request);
    for (let attempt = 0; ;) {
      const used = known();
      const answer = await once(request, await used);
      if (answer.ok) return answer;
      if (answer.status === 401 && !renewed) {
        renewed = true;
        // Another request may have renewed it in the meantime.
        if (identity === used) identity = null;
        continue;
      }
      const { passing, pause = FIRST_PAUSE_MS * 2 ** attempt, ...rest } = answer;
      if (!passing || attempt >= RETRIES || pause > RETRY_AFTER_MS || signal.aborted) return rest;
      attempt += 1;
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  };

  return {
    cluster: options.cluster,
    namespace: options.namespace,
    host: options.server.host,
    get: (request) => limit(() => ask(request)),
    create: (path, object) => limit(() => ask({ path, object, limit: CLUSTER_PAGE_BYTES })),
    async close() {
      const who = await identity;
      if (who?.ok) await who.value.dispatcher.destroy();
    },
  };
}

/** The end of the run, or of the waiting for this answer. */
function ended({ signal: run }: ApiOptions, { signal }: ApiRequest): AbortSignal {
  return AbortSignal.any([run, signal].filter((one) => one !== undefined));
}

type Exchange =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly status: number | null;
      readonly passing: boolean;
      readonly pause?: number;
      readonly fault: Fault;
    };

async function exchange(options: ApiOptions, request: ApiRequest, who: Identity): Promise<Exchange> {
  const { server, requestMs, userAgent, onRequest, clock } = options;
  const query = searchOf(request.query).toString();
  // A proxy in front of many clusters has a path of its own.
  const path = `${server.pathname.replace(/\/$/, '')}${request.path}`;
  const shown = `${server.origin}${path}`;
  const over = ended(options, request);
  const signal = AbortSignal.any([over, AbortSignal.timeout(requestMs)]);
  const method = request.object === undefined ? 'GET' : 'POST';
  const started = clock().getTime();
  let status = 0;
  try {
    const response = await who.dispatcher.request({
      origin: server.origin,
      path: query === '' ? path : `${path}?${query}`,
      method,
      ...(request.object === undefined ? {} : { body: JSON.stringify(request.object) }),
      headers: {
        accept: request.accept ?? 'application/json',
        'content-type': 'application/json',
        ...who.headers,
        'user-agent': userAgent,
      },
      signal,
    });
    status = response.statusCode;
    const good = status >= 200 && status < 300;
    const body = await readAtMost(response.body, good ? request.limit : ERROR_BODY_BYTES);
    if (!good) return refusal(response, body, shown, clock);
    if (body === null)
      return {
        ok: false,
        status: 413,
        passing: false,
        fault: failed(
          'LimitExceeded',
          `the answer of ${shown} is longer than the limit of ${request.limit} bytes`,
        ).fault,
      };
    return { ok: true, value: JSON.parse(body) };
  } catch (error) {
    if (error instanceof SyntaxError)
      return {
        ok: false,
        status,
        passing: false,
        fault: failed('ClusterError', `${shown} did not answer with JSON`, 'check the address of the cluster')
          .fault,
      };
    const { passing, fault } = unreachable(error, shown, signal, over);
    return { ok: false, status: null, passing, fault };
  } finally {
    onRequest?.(method, shown, status, clock().getTime() - started);
  }
}

function searchOf(query: ApiRequest['query'] = {}): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of typeof value === 'string' ? [value] : value) search.append(name, one);
  return search;
}

/** null where it is longer. Leaving the loop ends the connection. */
async function readAtMost(body: AsyncIterable<unknown>, limit: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) return null;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** apimachinery, metav1.Status; or google.rpc.Status, as gateways to gRPC answer. */
const statusSchema = z.union([
  z.looseObject({ kind: z.literal('Status'), message: z.string().catch('') }),
  z.looseObject({ code: z.int(), message: z.string() }),
]);
const QUOTE_LENGTH = 300;

function refusal(
  { statusCode: status, headers }: Dispatcher.ResponseData,
  body: string | null,
  shown: string,
  clock: () => Date,
): Exchange {
  const said = statusSchema.safeParse(json(body ?? ''));
  const quote = (said.success ? said.data.message : '').slice(0, QUOTE_LENGTH);
  const message = quote === '' ? `${shown} answered ${status}` : `${shown} answered ${status}: ${quote}`;
  const pause = retryAfter(headers['retry-after'], clock);
  return {
    ok: false,
    status,
    passing: PASSING.has(status),
    ...(pause === null ? {} : { pause }),
    fault: faultOf(status, message),
  };
}

function faultOf(status: number, message: string): Fault {
  switch (status) {
    case 401:
      return failed(
        'ClusterCredentialsRejected',
        message,
        'log in again: the credentials of this context are missing, expired or for another cluster',
      ).fault;
    case 403:
      return failed(
        'Forbidden',
        message,
        'ask for a role that may get and list this, or name a namespace with -n',
      ).fault;
    case 429:
      return failed('RateLimited', message, 'try again later').fault;
    default:
      return failed('ClusterError', message, 'try again; if it stays so, ask whoever runs the cluster').fault;
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** RFC 9110, 10.2.3. */
function retryAfter(value: string | string[] | undefined, clock: () => Date): number | null {
  const text = (typeof value === 'string' ? value : value?.[0])?.trim();
  if (text === undefined) return null;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const until = Date.parse(text);
  return Number.isNaN(until) ? null : Math.max(0, until - clock().getTime());
}
