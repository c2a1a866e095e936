import { SaxesParser, type SaxesTagNS } from 'saxes';
import { DOCUMENT_DEPTH } from '../../limits.ts';
import { convert, type Element, listRule, NOT_READ, ruleOf } from './cyclonedx-element.ts';
import { rulesOf, type Rule } from './cyclonedx-rules.ts';
import { detached, documentOfValue, InvalidDocument, type JsonDocument } from './json-document.ts';
import { unknownVersion } from './shape.ts';
import type { Decoded } from './text-encoding.ts';

const NAMESPACE = 'http://cyclonedx.org/schema/bom/';
/** How much text is decoded and parsed at a time: the elements of a few components, which are let go before V8 takes them for old. */
const CHUNK_BYTES = 4 * 1024;

/** The lists that grow with the image: their items are read again where they are asked for, and never all in memory. */
const LONG = new Set(['components', 'dependencies']);

/**
 * Reads CycloneDX XML as its JSON form. Document types are refused, so that there are no entities but XML's own five. All of
 * it is parsed at once, so that `InvalidDocument` is thrown here for what is no XML. `encoding` is what the UTF-8 at hand was
 * written in, which it may say of itself.
 */
export function documentOfXml(bytes: Uint8Array, encoding: Decoded['encoding'] = 'utf-8'): JsonDocument {
  const members: Record<string, unknown> = { bomFormat: 'CycloneDX' };
  for (const { member, value, item } of partsOf(bytes, encoding, (name) => !LONG.has(name))) {
    const list = members[member];
    if (!item) members[member] = value;
    else if (Array.isArray(list)) list.push(value);
  }
  const document = documentOfValue(members);
  return {
    ...document,
    *each(name) {
      if (!LONG.has(name)) yield* document.each(name);
      else if (document.has(name)) {
        for (const part of partsOf(bytes, encoding, (member) => member === name))
          if (part.item) yield detached(part.value);
      }
    },
  };
}

/** A member of the document, an empty list where it is one, and then each item of that. */
interface Part {
  readonly member: string;
  readonly value: unknown;
  readonly item: boolean;
}

/** Parses a document, and gives the members that are wanted; of lists that are not, that they are there. */
function* partsOf(
  bytes: Uint8Array,
  written: Decoded['encoding'],
  wanted: (member: string) => boolean,
): Generator<Part> {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const gathering = gather(() => parser.line, wanted);
  parser.on('error', (error) => {
    throw new InvalidDocument(`it is not well-formed XML: ${error.message}`);
  });
  parser.on('doctype', () => {
    throw new InvalidDocument(`line ${parser.line}: a document type is refused: entities are declared there`);
  });
  parser.on('xmldecl', ({ encoding }) => {
    // A byte order mark says more than the document does, which somebody else has written as UTF-16 since.
    const said = encoding?.toLowerCase().replace('utf8', 'utf-8') ?? written;
    if (said !== 'utf-8' && said !== written) {
      throw new InvalidDocument(`its encoding is ${JSON.stringify(encoding)}; UTF-8 can be read`);
    }
  });
  parser.on('opentag', (tag) => gathering.open(tag));
  parser.on('closetag', () => gathering.close());
  parser.on('text', (text) => gathering.text(text));
  parser.on('cdata', (text) => gathering.text(text));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    parser.write(decoded(decoder, bytes.subarray(at, at + CHUNK_BYTES)));
    yield* gathering.taken();
  }
  parser.write(decoded(decoder, null)).close();
  yield* gathering.taken();
}

function decoded(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array | null): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch {
    throw new InvalidDocument('it is not UTF-8');
  }
}

/** Gathers elements, and hands over each member of `bom` and each item of those that are lists when it is complete. */
function gather(line: () => number, wanted: (member: string) => boolean) {
  let parts: Part[] = [];
  const open: Element[] = [];
  const members = new Set<string>();
  let namespace = '';
  let rules: Rule = {};
  /** How deep it is in elements of other namespaces, which may stand anywhere and say nothing here. */
  let foreign = 0;
  const invalid = (message: string) => new InvalidDocument(`line ${line()}: ${message}`);
  const begin = ({ local, uri, attributes }: SaxesTagNS) => {
    const version = uri.startsWith(NAMESPACE) ? uri.slice(NAMESPACE.length) : null;
    if (local !== 'bom' || version === null) {
      throw invalid(`it is XML of ${JSON.stringify(local)} in ${JSON.stringify(uri)}, not CycloneDX`);
    }
    rules = rulesOf(version) ?? fail(unknownVersion('CycloneDX', version, '1.2 to 1.7'));
    namespace = uri;
    const { serialNumber, version: revision = '1' } = ownAttributes(attributes);
    parts.push({ member: 'specVersion', value: version, item: false });
    parts.push({ member: 'version', value: Number(revision), item: false });
    if (serialNumber !== undefined) parts.push({ member: 'serialNumber', value: serialNumber, item: false });
  };
  const beginMember = (name: string) => {
    if (members.has(name)) throw invalid(`${name} stands twice`);
    if (ruleOf(rules, name) === undefined)
      throw invalid(`CycloneDX has no element ${JSON.stringify(name)} here`);
    members.add(name);
    if (isList(name)) parts.push({ member: name, value: [], item: false });
  };
  const isList = (name: string) => !NOT_READ.has(name) && listRule(ruleOf(rules, name)) !== null;
  const hand = (member: string, element: Element, rule: Rule | null | undefined, item: boolean) => {
    if (!rule || NOT_READ.has(member) || !wanted(member)) return;
    try {
      parts.push({ member, value: convert(element, rule, rules), item });
    } catch (cause) {
      throw cause instanceof InvalidDocument ? invalid(cause.message) : cause;
    }
  };
  return {
    open(tag: SaxesTagNS) {
      if (open.length + foreign > DOCUMENT_DEPTH) throw invalid(`it is nested deeper than ${DOCUMENT_DEPTH}`);
      if (open.length === 0) begin(tag);
      else if (foreign > 0 || tag.uri !== namespace) {
        foreign += 1;
        return;
      }
      if (open.length === 1) beginMember(tag.local);
      open.push({ name: tag.local, attributes: ownAttributes(tag.attributes), children: [], text: '' });
    },
    text(text: string) {
      const element = open.at(-1);
      if (element && foreign === 0) element.text += text;
    },
    close() {
      if (foreign > 0) {
        foreign -= 1;
        return;
      }
      const element = open.pop();
      const [, member] = open;
      if (!element || open.length === 0) return;
      if (member === undefined) {
        if (!isList(element.name)) hand(element.name, element, ruleOf(rules, element.name), false);
      } else if (open.length === 2 && isList(member.name)) {
        hand(member.name, element, listRule(ruleOf(rules, member.name)), true);
      } else {
        open.at(-1)?.children.push(element);
      }
    },
    /** What has become complete since it was asked the last time. */
    taken(): readonly Part[] {
      const taken = parts;
      parts = [];
      return taken;
    },
  };
}

function fail(error: Error): never {
  throw error;
}

/** Attributes without a namespace; all others may stand anywhere and say nothing here. */
function ownAttributes(attributes: SaxesTagNS['attributes']): Record<string, string> {
  const own = Object.values(attributes).filter(({ uri, prefix }) => uri === '' && prefix === '');
  return Object.fromEntries(own.map(({ local, value }) => [local, value]));
}
