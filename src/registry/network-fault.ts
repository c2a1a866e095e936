import { failed, type Fault, type Reason } from '../reasons.ts';
import { printableUrl } from './printable.ts';

interface Cause {
  readonly reason: Reason;
  readonly words: string;
  readonly remediation: string;
  /** Whether the same request may well succeed a moment later. */
  readonly passing?: boolean;
}

const CERTIFICATE =
  'put the CA that signed the certificate into ~/.config/containers/certs.d/HOST/ca.crt, or let NODE_EXTRA_CA_CERTS name it, or name the host with --insecure-registry';
const NETWORK = 'check the host name, the network and the proxy';

const REFUSED: Cause = {
  reason: 'RegistryUnreachable',
  words: 'the connection was refused',
  remediation: NETWORK,
};
const UNKNOWN_HOST: Cause = {
  reason: 'RegistryUnreachable',
  words: 'the host name is not known to DNS',
  remediation: NETWORK,
};
const NO_ROUTE: Cause = {
  reason: 'RegistryUnreachable',
  words: 'there is no route to the host',
  remediation: NETWORK,
};
const RESET: Cause = {
  reason: 'RegistryUnreachable',
  words: 'the connection was closed before an answer',
  remediation: NETWORK,
  passing: true,
};
const SLOW: Cause = {
  reason: 'TimedOut',
  words: 'there was no answer in time',
  remediation: 'try again, or allow more time',
};
const NO_TLS: Cause = {
  reason: 'RegistryUnreachable',
  words: 'the host does not speak TLS',
  remediation: 'if the registry has plain HTTP only, name it with --plain-http',
};
const STOPPED: Cause = {
  reason: 'Interrupted',
  words: 'the run was interrupted',
  remediation: 'run it again',
};

const MALFORMED: Cause = {
  reason: 'RegistryResponseInvalid',
  words: 'the answer is no HTTP that can be read, or has more headers than are read',
  remediation: 'check that the address is a registry and that no proxy answers in its place',
};

const CAUSES: ReadonlyMap<string, Cause> = new Map([
  ['ECONNREFUSED', REFUSED],
  ['ENOTFOUND', UNKNOWN_HOST],
  ['EAI_AGAIN', { ...UNKNOWN_HOST, words: 'DNS did not answer' }],
  ['EHOSTUNREACH', NO_ROUTE],
  ['ENETUNREACH', NO_ROUTE],
  ['ECONNRESET', RESET],
  ['EPIPE', RESET],
  ['UND_ERR_SOCKET', RESET],
  ['ETIMEDOUT', SLOW],
  ['UND_ERR_CONNECT_TIMEOUT', SLOW],
  ['UND_ERR_HEADERS_TIMEOUT', SLOW],
  ['UND_ERR_BODY_TIMEOUT', SLOW],
  ['EPROTO', NO_TLS],
  ['ERR_SSL_WRONG_VERSION_NUMBER', NO_TLS],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', NO_TLS],
  ['UND_ERR_DESTROYED', STOPPED],
  ['UND_ERR_CLOSED', STOPPED],
  ...certificate('CERT_HAS_EXPIRED', 'its certificate has expired'),
  ...certificate('CERT_NOT_YET_VALID', 'its certificate is not valid yet'),
  ...certificate('DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'),
  ...certificate('SELF_SIGNED_CERT_IN_CHAIN', 'its certificate comes from a CA that is not trusted here'),
  ...certificate(
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'its certificate comes from a CA that is not trusted here',
  ),
  ...certificate(
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'its certificate comes from a CA that is not trusted here',
  ),
  ...certificate('ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host'),
]);

export interface NetworkFault {
  readonly fault: Fault;
  readonly passing: boolean;
}

/** Says in words why a request had no answer, or broke off within it. */
export function networkFault(
  error: unknown,
  url: URL,
  withinBody: boolean,
  proxy: string | null = null,
): NetworkFault {
  const code = codeOf(error);
  const refusal = proxy === null ? null : proxyRefusal(error);
  if (refusal !== null) {
    const message = `${printableUrl(url)}: the proxy ${proxy} answered the request for a tunnel with HTTP ${refusal}`;
    const remediation = 'check HTTPS_PROXY and the credentials in it, or name the host in NO_PROXY';
    return { passing: false, fault: failed('RegistryUnreachable', message, remediation).fault };
  }
  const through = proxy === null ? '' : `, through the proxy ${proxy}`;
  const cause = CAUSES.get(code);
  if (withinBody && (cause === RESET || isMalformed(code))) {
    const message = `the answer of ${printableUrl(url)} broke off before its end`;
    return {
      passing: true,
      fault: failed(
        'RegistryResponseInvalid',
        message,
        'try again; if it stays so, look at the proxies on the way',
      ).fault,
    };
  }
  const { reason, words, remediation, passing } =
    cause ?? (isMalformed(code) ? MALFORMED : unknownCause(code));
  return {
    passing: passing ?? false,
    fault: failed(reason, `${printableUrl(url)}: ${words}${through}`, remediation).fault,
  };
}

/** What a request gives that ran into the run's own end. */
export function interruptedFault(url: URL, reason: unknown): Fault {
  const timedOut = reason instanceof Error && reason.name === 'TimeoutError';
  const cause = timedOut ? SLOW : STOPPED;
  return failed(cause.reason, `${printableUrl(url)}: ${cause.words}`, cause.remediation).fault;
}

/** The status by which a proxy refused a tunnel; undici tells it in its message alone. */
function proxyRefusal(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  return (
    /Proxy (?:response \((\d{3})\)|Authentication Required \((407)\))/
      .exec(error.message)
      ?.slice(1)
      .find(Boolean) ?? null
  );
}

/** Not all errors of undici's parser have a code. */
function isMalformed(code: string): boolean {
  return (
    code.startsWith('HPE_') ||
    ['HTTPParserError', 'UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'].includes(code)
  );
}

function unknownCause(code: string): Cause {
  return {
    reason: 'RegistryUnreachable',
    words: `the connection failed (${code})`,
    remediation: NETWORK,
  };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error.cause !== undefined) return codeOf(error.cause);
  return error.name;
}

function certificate(code: string, words: string): [string, Cause][] {
  return [[code, { reason: 'RegistryUnreachable', words, remediation: CERTIFICATE }]];
}
