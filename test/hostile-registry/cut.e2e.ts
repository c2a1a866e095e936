import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Content, imageOf, INDEX, listingOf, MANIFEST, signedImage } from './content.ts';
import { type Behaviour, startHosts } from './hosts.ts';
import { buildProgram, type Program } from './program.ts';
import { PAYMENT } from './row.ts';

let program: Program;
beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => program.remove());

/** Answers with as many bytes as the repository's name says, and then ends the connection. */
const cut =
  (answer: Buffer, end: 'closes' | 'resets'): Behaviour =>
  ({ socket }, { url = '' }) => {
    const length = Number(/\/cut\/(\d+)\//.exec(url)?.[1]);
    socket?.write(answer.subarray(0, length), () => {
      if (end === 'closes') socket.end();
      else socket.resetAndDestroy();
    });
  };

function answerOf(type: string, body: Buffer): Buffer {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${String(body.length)}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

interface Cut {
  readonly what: string;
  readonly path: RegExp;
  /** The connection ends after 0, n, 2n … bytes. */
  readonly step: number;
  readonly answer: (content: Content) => Buffer;
}

const CUTS: readonly Cut[] = [
  {
    what: 'image',
    path: /\/manifests\/v1$/,
    step: 1,
    answer: (content) => answerOf(MANIFEST, content.blobs.get(imageOf(content)) ?? Buffer.alloc(0)),
  },
  {
    what: 'list of referrers',
    path: /\/referrers\//,
    step: 7,
    answer: (content) => answerOf(INDEX, listingOf(content, imageOf(content))),
  },
];

it.each(CUTS.flatMap((one) => (['closes', 'resets'] as const).map((end) => ({ ...one, end }))))(
  'a connection that $end at any byte of the $what',
  async ({ path, step, answer, end }) => {
    const content = signedImage(PAYMENT);
    const whole = answer(content);
    const hosts = await startHosts(content, { registry: [[path, cut(whole, end)]] }, program.certificate);
    try {
      const lengths = Array.from({ length: Math.ceil(whole.length / step) }, (_, at) => at * step);
      const images = lengths.map((length) => `registry.example/cut/${String(length)}:v1`);
      const flags = ['--plain-http=registry.example', '--concurrency=200', '--timeout=60s'];
      const { findings } = await program.verify(hosts, images, flags);
      const told = findings.map(({ status, reason }) => `${status} ${reason}`);
      expect(told).toHaveLength(images.length);
      expect(new Set(told)).toEqual(
        new Set(['unknown RegistryResponseInvalid', 'unknown RegistryUnreachable']),
      );
    } finally {
      hosts.close();
    }
  },
);
