import * as fc from 'fast-check';
import type { Node } from './node.ts';

/** One change of one place; numbers pick, so that the library can shrink a counterexample. */
export interface Mutation {
  /** The way down from the whole: which child to take, step by step. */
  readonly way: readonly number[];
  readonly change: number;
  readonly value: number;
  /** Which other evidence lends its parts. */
  readonly donor: number;
}

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  // A byte of a certificate is some twenty steps down.
  way: fc.array(fc.nat({ max: 200 }), { minLength: 1, maxLength: 28, size: 'max' }),
  change: fc.nat({ max: 1000 }),
  value: fc.nat({ max: 100_000 }),
  donor: fc.nat({ max: 1000 }),
});

interface Place {
  readonly siblings: Node[];
  readonly at: number;
  readonly node: Node;
  /** The same place in the donor, if it has one. */
  readonly donor: Node | undefined;
  readonly value: number;
}

/** Each returns whether there was anything to change. */
const CHANGES: readonly ((place: Place) => boolean)[] = [
  // Nodes among their siblings
  (place) => replaced(place, []),
  (place) => replaced(place, [place.node, ...copies(place.node, 1 + (place.value % 3))]),
  (place) => place.value % 50 === 0 && replaced(place, copies(place.node, 40)),
  ({ siblings, at }) => siblings.length > 1 && siblings.push(...siblings.splice(at, 1)) > 0,
  ({ siblings }) =>
    siblings.length > 1 && siblings.splice(0, siblings.length, ...siblings.toReversed()).length > 0,
  (place) => place.donor !== undefined && replaced(place, copies(place.donor, 1)),
  (place) => place.donor !== undefined && replaced(place, copies(place.donor, 1)),
  (place) => place.donor !== undefined && replaced(place, [place.node, ...copies(place.donor, 1)]),
  (place) => place.donor !== undefined && replaced(place, [...copies(place.donor, 1), place.node]),
  (place) => {
    const other = place.siblings[place.value % place.siblings.length];
    return other !== undefined && other !== place.node && replaced(place, copies(other, 1));
  },
  // Nodes as such
  (place) => replaced(place, [{ kind: 'literal', text: pick(LITERALS, place.value) }]),
  (place) => replaced(place, [{ kind: 'text', text: pick(TEXTS, place.value) }]),
  (place) => replaced(place, [{ kind: 'array', items: [place.node] }]),
  (place) => replaced(place, [{ kind: 'object', items: [place.node] }]),
  ({ node, value }) =>
    node.kind === 'object' &&
    node.items.push({
      kind: 'member',
      name: pick(NAMES, value),
      items: [{ kind: 'literal', text: '1' }],
    }) > 0,
  // Names, tags and spellings
  ({ node, value }) => {
    if (node.kind === 'member') node.name = respelled(node.name, value);
    else if (node.kind === 'der') node.tag = (node.tag + 1 + (value % 254)) % 256;
    else if (node.kind === 'base64') node.spelling = value;
    else if (node.kind === 'pem') node.label = respelled(node.label, value);
    else if (node.kind === 'text') node.text = respelled(node.text, value);
    else return false;
    return true;
  },
  ({ node, value }) => {
    if (node.kind === 'der') node.length = 1 + value;
    else if (node.kind === 'base64') node.spelling = 1 + value;
    else return false;
    return true;
  },
  // Contents
  ...[flipped, flipped, flipped, cut, extended].map((change) => (place: Place) => {
    const changed = change(place.node, place.value);
    return changed !== place.node && replaced(place, [changed]);
  }),
  ({ node, value }) => {
    if (node.kind !== 'literal' || !/^\d+$/.test(node.text)) return false;
    node.text = String(BigInt(node.text) + BigInt((value % 5) - 2));
    return true;
  },
  ({ node, value }) => {
    if (node.kind !== 'text' || !/^\d+$/.test(node.text)) return false;
    const more = String(BigInt(node.text) + 1n);
    node.text = pick([more, `0${node.text}`, `+${node.text}`, ` ${node.text}`], value);
    return true;
  },
];

function replaced({ siblings, at }: Place, by: readonly Node[]): boolean {
  siblings.splice(at, 1, ...by);
  return true;
}

const LITERALS = ['null', 'true', '0', '-1', '1.5', '1e400', '9007199254740993', '9'.repeat(400), '{}', '[]'];
const TEXTS = [
  '',
  '0',
  '-1',
  '0x1',
  '1e3',
  '18446744073709551616',
  '9'.repeat(5000),
  '\u0000',
  '__proto__',
  'AA==',
];
const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'x',
  'PayloadType',
  'tlog_entries',
  'certificate',
  'publicKey',
];

/** Changes a tree in place. */
export function mutate(root: Node, { way, change, value }: Mutation, donor: Node): void {
  let siblings = 'items' in root ? root.items : [];
  let others = 'items' in donor ? donor.items : undefined;
  let place: Place | null = null;
  for (const step of way) {
    if (siblings.length === 0) break;
    const at = step % siblings.length;
    const node = siblings[at];
    if (!node) break;
    const same = counterpart(node, at, others);
    place = { siblings, at, node, donor: same, value };
    siblings = 'items' in node ? node.items : [];
    others = same && 'items' in same ? same.items : undefined;
  }
  if (!place) return;
  // The first change from here on that the place allows.
  for (let tried = 0; tried < CHANGES.length; tried++) {
    if (CHANGES[(change + tried) % CHANGES.length]?.(place)) return;
  }
}

/** The node of the same name, or at the same place. */
function counterpart(node: Node, at: number, others: readonly Node[] | undefined): Node | undefined {
  if (node.kind !== 'member') return others?.[at];
  return others?.find((other) => other.kind === 'member' && other.name === node.name);
}

const pick = (from: readonly string[], value: number): string => from[value % from.length] ?? '';
const copies = (node: Node, count: number): Node[] =>
  Array.from({ length: count }, () => structuredClone(node));

/** Other spellings that some readers take for the same. */
function respelled(text: string, value: number): string {
  const at = value % Math.max(1, text.length);
  const other = [
    text.toUpperCase(),
    text.toLowerCase(),
    text.slice(0, at) + swapCase(text.charAt(at)) + text.slice(at + 1),
    text.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    `${text} `,
    `${text}\u0000`,
    text.replace('s', 'ſ'),
    text.replace('k', '\u212A'),
  ];
  return other[value % other.length] ?? text;
}

const swapCase = (letter: string): string =>
  letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase();

function flipped(node: Node, value: number): Node {
  if (node.kind === 'bytes') {
    const bytes = Buffer.from(node.bytes);
    const at = Math.floor(value / 8) % Math.max(1, bytes.length);
    if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << (value % 8));
    return { kind: 'bytes', bytes };
  }
  if (node.kind === 'text' && node.text !== '') {
    const at = value % node.text.length;
    const code = node.text.charCodeAt(at) ^ (1 << (value % 7));
    return {
      kind: 'text',
      text: node.text.slice(0, at) + String.fromCharCode(code) + node.text.slice(at + 1),
    };
  }
  return node;
}

function cut(node: Node, value: number): Node {
  if (node.kind === 'bytes')
    return { kind: 'bytes', bytes: node.bytes.slice(0, value % (node.bytes.length + 1)) };
  if (node.kind === 'text') return { kind: 'text', text: node.text.slice(0, value % (node.text.length + 1)) };
  return node;
}

function extended(node: Node, value: number): Node {
  if (node.kind === 'bytes')
    return { kind: 'bytes', bytes: Buffer.concat([node.bytes, Buffer.alloc(1 + (value % 40), value % 256)]) };
  if (node.kind === 'text') return { kind: 'text', text: `${node.text}${String.fromCharCode(value % 128)}` };
  return node;
}
