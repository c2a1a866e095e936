import type { Evidence } from '../../src/evidence/collector.ts';
import { readDer, writeDer } from './der.ts';
import type { JsonNode, Node } from './node.ts';

/** Takes evidence apart: its bytes, then its annotations. */
export function takeApart(evidence: Evidence): Node {
  const bytes = Buffer.from(evidence.bytes).toString('utf8');
  const annotations = Object.entries(evidence.annotations).map(([name, value]): Node => ({
    kind: 'member',
    name,
    items: [readText(value)],
  }));
  return { kind: 'array', items: [readText(bytes), { kind: 'object', items: annotations }] };
}

/** Puts it together again. What has become of the annotations is read as a collector would: strings under names. */
export function putTogether(node: Node, like: Evidence): Evidence {
  const [bytes, annotations] = 'items' in node ? node.items : [];
  const named = annotations && 'items' in annotations ? annotations.items : [];
  return {
    ...like,
    bytes: bytes ? contentOf(bytes) : Buffer.alloc(0),
    annotations: Object.fromEntries(
      named.flatMap((member) =>
        member.kind === 'member' && member.items[0]
          ? [[member.name, Buffer.from(contentOf(member.items[0])).toString('utf8')]]
          : [],
      ),
    ),
  };
}

/** What is in a string, as far as it can be told. */
function readText(text: string): Node {
  const json = /^[[{]/.test(text) ? readJson(text) : null;
  if (json) return { kind: 'json', items: [json] };
  const block = /^-----BEGIN ([A-Z ]+)-----\n([\sA-Za-z0-9+/=]+)-----END \1-----\n$/.exec(text);
  if (block?.[1] !== undefined && block[2] !== undefined) {
    return {
      kind: 'pem',
      label: block[1],
      items: [readBytes(Buffer.from(block[2], 'base64'))],
    };
  }
  if (/^(?:[A-Za-z0-9+/]{4}){2,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
    return { kind: 'base64', spelling: 0, items: [readBytes(Buffer.from(text, 'base64'))] };
  if (text.includes('\n')) {
    const lines = text.split('\n').map((line): Node => ({ kind: 'text', text: line }));
    return { kind: 'lines', items: lines };
  }
  return { kind: 'text', text };
}

function readBytes(bytes: Buffer): Node {
  const text = bytes.toString('utf8');
  if (/^[[{]|^-----BEGIN/.test(text) && Buffer.from(text).equals(bytes)) {
    const inside = readText(text);
    if (inside.kind !== 'text') return inside;
  }
  return readDer(bytes) ?? { kind: 'bytes', bytes };
}

/** The bytes that a node stands for. */
function contentOf(node: Node): Uint8Array {
  switch (node.kind) {
    case 'text':
      return Buffer.from(node.text);
    case 'bytes':
      return node.bytes;
    case 'json':
      return Buffer.concat(node.items.map((item) => Buffer.from(writeJson(item))));
    case 'base64':
      return Buffer.from(spell(Buffer.concat(node.items.map((item) => contentOf(item))), node.spelling));
    case 'pem': {
      const content = Buffer.concat(node.items.map((item) => contentOf(item))).toString('base64');
      const lines = content.match(/.{1,64}/g) ?? [];
      return Buffer.from(`-----BEGIN ${node.label}-----\n${lines.join('\n')}\n-----END ${node.label}-----\n`);
    }
    case 'lines':
      return Buffer.from(node.items.map((item) => Buffer.from(contentOf(item)).toString()).join('\n'));
    case 'der':
      return writeDer(node, contentOf);
    case 'object':
    case 'array':
    case 'member':
    case 'literal':
      return Buffer.from(writeJson(node));
  }
}

/** RFC 4648 allows one spelling; readers allow more. */
const SPELLINGS: readonly ((base64: string) => string)[] = [
  (base64) => base64,
  (base64) => base64.replaceAll('+', '-').replaceAll('/', '_'),
  (base64) => base64.replaceAll('=', ''),
  (base64) => `${base64}=`,
  (base64) => `${base64.slice(0, 4)}\n${base64.slice(4)}`,
  (base64) => ` ${base64} `,
  (base64) => `${base64}AAAA`,
  (base64) => `${base64.slice(0, 5)}*${base64.slice(5)}`,
  // The bits behind the last byte, which no reader looks at.
  (base64) => base64.replace(/([AEIMQUYcgkosw048])(=+)$/, (_, last: string, pad: string) => next(last) + pad),
];

const next = (character: string): string => String.fromCodePoint((character.codePointAt(0) ?? 0) + 1);

function spell(bytes: Buffer, spelling: number): string {
  return SPELLINGS[spelling % SPELLINGS.length]?.(bytes.toString('base64')) ?? '';
}

/** Takes JSON apart, and what is in its strings; null for what is no JSON. */
function readJson(text: string): JsonNode | null {
  try {
    const node = ofValue(JSON.parse(text));
    return node.kind === 'object' || node.kind === 'array' ? node : null;
  } catch {
    return null;
  }
}

function ofValue(value: unknown): Node {
  if (typeof value === 'string') return readText(value);
  if (Array.isArray(value)) return { kind: 'array', items: value.map((item) => ofValue(item)) };
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value);
    return {
      kind: 'object',
      items: members.map(([name, item]) => ({ kind: 'member', name, items: [ofValue(item)] })),
    };
  }
  return { kind: 'literal', text: JSON.stringify(value) };
}

/** Every node as JSON text: what is none of JSON's own becomes a string. */
function writeJson(node: Node): string {
  switch (node.kind) {
    case 'object': {
      const members = node.items.map((item) => (item.kind === 'member' ? '' : '"x":') + writeJson(item));
      return `{${members.join(',')}}`;
    }
    case 'member':
      return `${JSON.stringify(node.name)}:${node.items.map((item) => writeJson(item)).join(',')}`;
    case 'array':
      return `[${node.items.map((item) => writeJson(item)).join(',')}]`;
    case 'literal':
      return node.text;
    default:
      return JSON.stringify(Buffer.from(contentOf(node)).toString('utf8'));
  }
}
