import { failed, type Fault } from '../reasons.ts';

const CERTIFICATE = 'let the kubeconfig name the CA of the cluster, or name it with --certificate-authority';
const NETWORK = 'check the address of the cluster, the network, the VPN and the proxy';

interface Cause {
  readonly words: string;
  readonly remediation: string;
  /** Whether the same request may well succeed a moment later. */
  readonly passing?: boolean;
}

const CAUSES: ReadonlyMap<string, Cause> = new Map([
  ['ECONNREFUSED', { words: 'the connection was refused', remediation: NETWORK }],
  ['ENOTFOUND', { words: 'the host name is not known to DNS', remediation: NETWORK }],
  ['EAI_AGAIN', { words: 'DNS did not answer', remediation: NETWORK, passing: true }],
  ['EHOSTUNREACH', { words: 'there is no route to the host', remediation: NETWORK }],
  ['ENETUNREACH', { words: 'there is no route to the host', remediation: NETWORK }],
  ...many(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'], {
    words: 'the connection was closed before the answer was there',
    remediation: NETWORK,
    passing: true,
  }),
  ...many(['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'], {
    words: 'its certificate comes from a CA that is not trusted here',
    remediation: CERTIFICATE,
  }),
  ...many(['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'], {
    words: 'its certificate comes from a CA that is not trusted here',
    remediation: CERTIFICATE,
  }),
  ['CERT_HAS_EXPIRED', { words: 'its certificate has expired', remediation: CERTIFICATE }],
  ['CERT_NOT_YET_VALID', { words: 'its certificate is not valid yet', remediation: CERTIFICATE }],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    {
      words: 'its certificate is for another host',
      remediation: 'name the host of its certificate with --tls-server-name',
    },
  ],
  ...many(['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'], {
    words: 'the TLS handshake failed',
    remediation: 'check the address of the cluster, and its client certificate',
  }),
]);

/** Says in words why the API server did not answer. `signal` ended the request, and `over` everything, where they are aborted. */
export function unreachable(
  error: unknown,
  shown: string,
  signal: AbortSignal,
  over: AbortSignal,
): { readonly fault: Fault; readonly passing: boolean } {
  if (over.aborted) return { passing: false, ...ended(shown, over) };
  if (signal.aborted)
    return {
      passing: false,
      ...failed(
        'TimedOut',
        `${shown}: there was no answer in time`,
        'allow more time with --request-timeout',
      ),
    };
  const code = codeOf(error);
  if (/TIMEDOUT|_TIMEOUT$/.test(code))
    return {
      passing: true,
      ...failed(
        'TimedOut',
        `${shown}: there was no answer in time`,
        'allow more time with --request-timeout',
      ),
    };
  const {
    words,
    remediation,
    passing = false,
  } = CAUSES.get(code) ?? {
    words: `the connection failed (${code})`,
    remediation: NETWORK,
  };
  return { passing, ...failed('ClusterUnreachable', `${shown}: ${words}`, remediation) };
}

function ended(shown: string, { reason }: AbortSignal): { readonly fault: Fault } {
  return reason instanceof Error && reason.name === 'TimeoutError'
    ? failed(
        'TimedOut',
        `${shown}: the time of the whole run was over before its answer was there`,
        'give it more time with --deadline',
      )
    : failed('Interrupted', `${shown}: the run was interrupted`, 'run it again');
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? error.name : codeOf(error.cause);
}

function many(codes: readonly string[], cause: Cause): [string, Cause][] {
  return codes.map((code) => [code, cause]);
}
