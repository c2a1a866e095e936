import { CRL_BYTES, CRL_MS, OCSP_BYTES, OCSP_GET_CHARACTERS, OCSP_MS } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { createTransport, type Transport } from '../registry/transport.ts';
import { createWire, type WireOptions } from '../registry/wire.ts';
import { isHttp, type RevocationQuestion } from './revocation-question.ts';

/** Fetches what says whether certificates were revoked. It never judges. */
export interface RevocationClient {
  /**
   * `repository` is the image's whose signature made it necessary. Certificates name these addresses, so a request goes no nearer to
   * this machine than the registry itself is, unless its host was allowed.
   */
  fetch(question: RevocationQuestion, repository: string): Promise<Outcome<Buffer>>;
  /** The hosts that were contacted, sorted. */
  hosts(): readonly string[];
  close(): Promise<void>;
}

/** A client over pooled connections, with a time and size for each kind of question. */
export function createRevocationClient(options: Omit<WireOptions, 'transferMs'>): RevocationClient {
  const wires = {
    ocsp: createWire({ ...options, transferMs: OCSP_MS }),
    crl: createWire({ ...options, transferMs: CRL_MS }),
  };
  const transports = {
    ocsp: createTransport(wires.ocsp, options.clock, options.signal),
    crl: createTransport(wires.crl, options.clock, options.signal),
  };
  return {
    fetch: (question, repository) => fetchAnswer(transports[question.kind], question, repository),
    hosts: () => [...new Set([...wires.ocsp.hosts(), ...wires.crl.hosts()])].sort(),
    close: async () => {
      await Promise.all([wires.ocsp.close(), wires.crl.close()]);
    },
  };
}

async function fetchAnswer(
  transport: Transport,
  question: RevocationQuestion,
  repository: string,
): Promise<Outcome<Buffer>> {
  if (!isHttp(question.url)) return failed('RevocationUnknown', 'only http is asked');
  const [registry = ''] = repository.split('/');
  const response = await transport.follow({ ...requestOf(question), registry });
  if (!response.ok) return response;
  const { status, body } = response.value;
  if (status !== 200) return failed('RevocationUnknown', `the server answers with the status ${status}`);
  return ok(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
}

/** RFC 6960 appendix A.1: a short request to a responder stands in the address, where caches know it again. */
function requestOf(question: RevocationQuestion) {
  const url = new URL(question.url);
  if (question.kind === 'crl') return { method: 'GET', url, headers: {}, limit: CRL_BYTES } as const;
  const encoded = encodeURIComponent(question.request.toString('base64'));
  const headers = { accept: 'application/ocsp-response' };
  if (encoded.length < OCSP_GET_CHARACTERS) {
    url.pathname = `${url.pathname.replace(/\/$/, '')}/${encoded}`;
    return { method: 'GET', url, headers, limit: OCSP_BYTES } as const;
  }
  const posted = { ...headers, 'content-type': 'application/ocsp-request' };
  return { method: 'POST', url, headers: posted, body: question.request, limit: OCSP_BYTES } as const;
}
