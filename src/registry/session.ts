import { failed, ok, type Fault, type Outcome } from '../reasons.ts';
import { answerFault } from './answer-fault.ts';
import type { Authorization, Grant } from './authorization.ts';
import { conceal, secretsOfHeader } from './conceal.ts';
import type { Endpoint } from './endpoint.ts';
import { parseRepository } from './reference.ts';
import type { Transport, TransportRequest } from './transport.ts';
import type { WireResponse } from './wire.ts';

interface RepositoryRequest {
  readonly method?: 'GET' | 'HEAD';
  /** The full name, as `Registry` takes it. */
  readonly repository: string;
  /** What follows `/v2/<name>/`, or a whole address on the same registry, as a Link gives it. */
  readonly target: string | URL;
  readonly accept: string;
  readonly limit: number;
  readonly excess?: 'fault' | 'cut';
  readonly seeOther?: 'follow' | 'answer';
}

/** An answer, and what is needed to say what it means. */
export interface Answer extends WireResponse {
  /** Whether a registry answered, rather than a storage that it redirected to. */
  readonly speaksForRegistry: boolean;
  /** What a status that is no success means. */
  fault(): Fault;
}

export interface Session {
  get(request: RepositoryRequest): Promise<Outcome<Answer>>;
}

/** Requests to repositories, with the authorization that each registry asks for. */
export function createSession(
  transport: Transport,
  authorization: Authorization,
  endpointOf: (registry: string) => Promise<Outcome<Endpoint>>,
): Session {
  return {
    async get(request) {
      const name = parseRepository(request.repository);
      if (name === null) {
        return failed(
          'ImageReferenceInvalid',
          `${JSON.stringify(request.repository)} is no repository of a registry`,
        );
      }
      const endpoint = await endpointOf(name.registry);
      if (!endpoint.ok) return endpoint;
      const url =
        typeof request.target === 'string'
          ? new URL(`/v2/${name.path}/${request.target}`, endpoint.value.base)
          : request.target;

      // A page that another host answered goes on there, without what this registry gave for itself.
      const entitled = url.origin === endpoint.value.base.origin;
      const known = entitled ? await authorization.known(endpoint.value, name.path) : ok(null);
      if (!known.ok) return known;
      let grant = known.value;
      for (let attempt = 1; ; attempt += 1) {
        const response = await transport.follow(requestOf(request, url, endpoint.value, grant));
        if (!response.ok) return { ok: false, fault: concealed(response.fault, grant) };
        const { status, url: answering } = response.value;
        const refused =
          (status === 401 || (status === 403 && grant !== null)) &&
          answering.origin === endpoint.value.base.origin;
        if (!refused) {
          // A registry that is out of order says nothing about credentials.
          if (grant !== null && (status < 400 || status === 404))
            authorization.accept(endpoint.value, name.path, grant);
          return ok(toAnswer(response.value, grant));
        }
        const next = await authorization.answer(endpoint.value, name.path, response.value, grant, attempt);
        if (!next.ok) return next;
        if (next.value?.header == null) return ok(toAnswer(response.value, next.value ?? grant));
        grant = next.value;
      }
    },
  };
}

function requestOf(
  request: RepositoryRequest,
  url: URL,
  endpoint: Endpoint,
  grant: Grant | null,
): TransportRequest {
  const { method = 'GET', accept, limit, excess = 'fault', seeOther = 'follow' } = request;
  const headers = grant?.header == null ? { accept } : { accept, authorization: grant.header };
  return { method, url, headers, limit, excess, seeOther, registry: endpoint.base.host };
}

function toAnswer(response: WireResponse, grant: Grant | null): Answer {
  const refusing = response.status === 401 || response.status === 403;
  return {
    ...response,
    // Front ends as registry.k8s.io redirect to other registries, others to a storage, which has no such paths.
    speaksForRegistry: response.url.pathname.startsWith('/v2/'),
    fault: () =>
      refusing && grant?.missing != null
        ? grant.missing
        : concealed(answerFault(response, grant?.source ?? null), grant),
  };
}

function concealed(fault: Fault, grant: Grant | null): Fault {
  return conceal(fault, secretsOfHeader(grant?.header ?? null));
}
