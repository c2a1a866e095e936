import type { Reason } from '../../src/reasons.ts';
import { type Content, MANIFEST } from './content.ts';
import type { Answer, Answers, Behaviour } from './hosts.ts';
import type { Role } from './world.ts';

export const PAYMENT = 'shop/payment';
/** Signed by a `.sig` tag, where the other has a bundle as referrer. */
export const REFUND = 'shop/refund';

/** One misbehaviour, and what comes of an image that is well signed otherwise. */
export interface Row {
  readonly name: string;
  readonly reason: Reason;
  /** `unknown` unless it is said; never `pass`. */
  readonly status?: 'unknown' | 'fail';
  readonly repository?: typeof PAYMENT | typeof REFUND;
  /** The registry that is asked, where it is another. */
  readonly registry?: 'registry.example' | 'corp.example';
  /** The image is asked for by its digest in place of `v1`. */
  readonly byDigest?: boolean;
  readonly content?: (content: Content) => void;
  readonly answers?: Answers;
  readonly auth?: Answers;
  readonly other?: Answers;
  readonly flags?: readonly string[];
  /** Where the registry's credentials may be seen, beside the registry itself. */
  readonly entrusted?: readonly Role[];
}

export const IMAGE = /\/manifests\/v1$/;
export const REFERRERS = /\/referrers\//;
export const MANIFEST_BY_DIGEST = /\/manifests\/sha256:/;
export const SIGNATURE_TAG = /\/manifests\/sha256-[0-9a-f]{64}\.sig$/;
export const BLOB = /\/blobs\//;
export const EVERYTHING = /^\/v2\//;

/** Answers with this status, these headers and this body. */
export const says =
  (
    status: number,
    headers: Readonly<Record<string, string | string[]>> = {},
    body: string | Buffer = '',
  ): Behaviour =>
  (response) =>
    void response.writeHead(status, headers).end(body);

/** The head of a good answer, with these lines in it. */
export const ok = (lines: string): string => `HTTP/1.1 200 OK\r\ncontent-type: ${MANIFEST}\r\n${lines}\r\n`;

/** Answers with these bytes, which need not be HTTP, and then hangs up unless it is to stay. */
export const raw =
  (bytes: string | Buffer, then: 'closes' | 'stays' = 'closes'): Behaviour =>
  ({ socket }) => {
    socket?.write(bytes);
    if (then === 'closes') socket?.end();
  };

/** Answers as it should, with other headers beside. */
export const honestWith =
  (headers: Answer['headers']): Behaviour =>
  (_response, _request, honest) =>
    honest((answer) => ({ ...answer, headers: { ...answer.headers, ...headers } }));

/** Redirects to the same path of another origin. */
export const redirects =
  (origin: string, status = 307): Behaviour =>
  (response, { url = '' }) =>
    void response.writeHead(status, { location: `${origin}${url}` }).end();

/** Sends the same over and over until whoever listens hangs up. */
export const floods =
  (head: string, chunk: string | Buffer): Behaviour =>
  ({ socket }) => {
    const more = (): void => {
      for (let room = true; room;) room = socket?.writable === true && socket.write(chunk);
    };
    socket?.on('drain', more);
    socket?.write(head);
    more();
  };
