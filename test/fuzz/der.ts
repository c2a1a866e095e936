import type { DerNode, Node } from './node.ts';

const CONSTRUCTED = 0x20;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;

/** Takes one whole element of DER apart, as deep as it goes; null for what is none. */
export function readDer(bytes: Uint8Array): DerNode | null {
  const elements = readElements(bytes);
  const [only] = elements ?? [];
  return elements?.length === 1 && only && only.tag & CONSTRUCTED ? only : null;
}

function readElements(bytes: Uint8Array): DerNode[] | null {
  const elements: DerNode[] = [];
  for (let at = 0; at < bytes.length;) {
    const header = readHeader(bytes, at);
    if (!header) return null;
    const content = bytes.subarray(header.start, header.end);
    elements.push({ kind: 'der', tag: header.tag, length: 0, ...readContent(header.tag, content) });
    at = header.end;
  }
  return elements;
}

function readHeader(bytes: Uint8Array, at: number): { tag: number; start: number; end: number } | null {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined || tag === 0 || (tag & 0x1f) === 0x1f) return null;
  const more = first & 0x80 ? first & 0x7f : 0;
  if (more > 3 || first === 0x80) return null;
  let length = more === 0 ? first : 0;
  for (const octet of bytes.subarray(at + 2, at + 2 + more)) length = length * 256 + octet;
  const start = at + 2 + more;
  return start + length <= bytes.length ? { tag, start, end: start + length } : null;
}

/** Strings of octets and bits hold further DER in certificates and timestamps. */
function readContent(tag: number, content: Uint8Array): Pick<DerNode, 'before' | 'items'> {
  const before = content.subarray(0, tag === BIT_STRING ? 1 : 0);
  const rest = content.subarray(before.length);
  const nested =
    tag & CONSTRUCTED
      ? readElements(rest)
      : tag === BIT_STRING || tag === OCTET_STRING
        ? wrapped(readDer(rest))
        : null;
  return { before, items: nested ?? [{ kind: 'bytes', bytes: rest }] };
}

const wrapped = (node: DerNode | null): DerNode[] | null => node && [node];

/** The octets of an element; `contentOf` gives those of what is in it. */
export function writeDer(node: DerNode, contentOf: (node: Node) => Uint8Array): Uint8Array {
  const content = Buffer.concat([node.before, ...node.items.map((item) => contentOf(item))]);
  const write = LENGTHS[node.length % LENGTHS.length] ?? minimal;
  const end = node.length % LENGTHS.length === INDEFINITE ? Buffer.alloc(2) : Buffer.alloc(0);
  return Buffer.concat([Buffer.of(node.tag), write(content.length), content, end]);
}

function minimal(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  if (length < 0x100) return Buffer.of(0x81, length);
  if (length < 0x10000) return Buffer.of(0x82, length >> 8, length & 0xff);
  return Buffer.of(0x83, length >> 16, (length >> 8) & 0xff, length & 0xff);
}

const INDEFINITE = 2;
/** X.690, 8.1.3: longer than needed, indefinite, one too short, one too long, and of a size that no memory has. */
const LENGTHS: readonly ((length: number) => Buffer)[] = [
  minimal,
  (length) => Buffer.of(0x84, 0, length >> 16, (length >> 8) & 0xff, length & 0xff),
  () => Buffer.of(0x80),
  (length) => minimal(Math.max(0, length - 1)),
  (length) => minimal(length + 1),
  () => Buffer.of(0x84, 0xff, 0xff, 0xff, 0xff),
  () => Buffer.of(0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
];
