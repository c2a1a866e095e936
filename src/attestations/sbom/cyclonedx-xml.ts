import { SaxesParser, type SaxesTagNS } from 'saxes';
import { DOCUMENT_DEPTH } from '../../limits.ts';
import { rulesOf, type Rule } from './cyclonedx-rules.ts';
import { convert, type Element, listRule, NOT_READ } from './cyclonedx-element.ts';
import { InvalidDocument } from './json-document.ts';
import { unknownVersion } from './shape.ts';

const NAMESPACE = 'http://cyclonedx.org/schema/bom/';
/** How much text is decoded and parsed at a time. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Rewrites CycloneDX XML into the bytes of its JSON form, element by element, so that the tree of a whole document is never
 * in memory. Document types are refused, so that there are no entities but XML's own five. Throws `InvalidDocument`.
 */
export function jsonOfXml(bytes: Uint8Array): Uint8Array {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const writer = bomWriter(() => parser.line);
  parser.on('error', (error) => {
    throw new InvalidDocument(`it is not well-formed XML: ${error.message}`);
  });
  parser.on('doctype', () => {
    throw new InvalidDocument(`line ${parser.line}: it has a document type, which is refused: entities can be declared there`);
  });
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) {
      throw new InvalidDocument(`its encoding is ${JSON.stringify(encoding)}; UTF-8 can be read`);
    }
  });
  parser.on('opentag', (tag) => writer.open(tag));
  parser.on('closetag', () => writer.close());
  parser.on('text', (text) => writer.text(text));
  parser.on('cdata', (text) => writer.text(text));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      parser.write(decoder.decode(bytes.subarray(at, at + CHUNK_BYTES), { stream: true }));
    }
    parser.write(decoder.decode()).close();
  } catch (cause) {
    if (cause instanceof TypeError) throw new InvalidDocument('it is not UTF-8');
    throw cause;
  }
  return writer.done();
}

/** Gathers elements and writes each as JSON as soon as it is complete: members of `bom`, and items of those that are lists. */
function bomWriter(line: () => number) {
  const written: Buffer[] = [];
  const open: Element[] = [];
  let rules: { readonly version: string; readonly schema: Rule } | null = null;
  /** How deep it is in elements of other namespaces, which may stand anywhere and say nothing here. */
  let foreign = 0;
  const members = new Set<string>();
  let items = 0;
  const write = (text: string) => void written.push(Buffer.from(text));
  const placed = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      if (cause instanceof InvalidDocument) throw new InvalidDocument(`line ${line()}: ${cause.message}`);
      throw cause;
    }
  };
  const listOf = (name: string): Rule | null => {
    return NOT_READ.has(name) ? null : listRule(rules?.schema.properties?.[name]);
  };
  const begin = (tag: SaxesTagNS) => {
    if (tag.local !== 'bom' || !tag.uri.startsWith(NAMESPACE)) {
      throw new InvalidDocument(`it is XML of ${JSON.stringify(tag.local)} in ${JSON.stringify(tag.uri)}, not CycloneDX`);
    }
    const version = tag.uri.slice(NAMESPACE.length);
    const schema = rulesOf(version);
    if (schema === null) throw unknownVersion('CycloneDX', version, '1.2 to 1.7');
    rules = { version, schema };
    const { serialNumber, version: revision } = attributesOf(tag);
    write(JSON.stringify({ bomFormat: 'CycloneDX', specVersion: version, version: Number(revision ?? 1), serialNumber }).slice(0, -1));
  };
  return {
    open(tag: SaxesTagNS) {
      if (open.length + foreign > DOCUMENT_DEPTH) throw new InvalidDocument(`it is nested deeper than ${DOCUMENT_DEPTH}`);
      if (rules === null) placed(() => begin(tag));
      else if (foreign > 0 || tag.uri !== NAMESPACE + rules.version) {
        foreign += 1;
        return;
      }
      const element: Element = { name: tag.local, attributes: attributesOf(tag), children: [], text: '' };
      if (open.length === 1) {
        if (members.has(tag.local)) throw new InvalidDocument(`line ${line()}: ${tag.local} stands twice`);
        members.add(tag.local);
        items = 0;
        if (listOf(tag.local)) write(`,${JSON.stringify(tag.local)}:[`);
      }
      open.push(element);
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
      const parent = open.at(-1);
      if (!element || !parent || !rules) return;
      const { schema } = rules;
      const [, member] = open;
      const item = member && listOf(member.name);
      placed(() => {
        if (open.length === 2 && item && member) {
          write(`${items === 0 ? '' : ','}${JSON.stringify(convert(element, item, schema))}`);
          items += 1;
        } else if (open.length === 1) {
          const rule = schema.properties?.[element.name];
          if (rule && NOT_READ.has(element.name)) return;
          if (!rule) throw new InvalidDocument(`${JSON.stringify(element.name)}: CycloneDX has no such element here`);
          if (listOf(element.name)) write(']');
          else write(`,${JSON.stringify(element.name)}:${JSON.stringify(convert(element, rule, schema))}`);
        } else {
          parent.children.push(element);
        }
      });
    },
    done(): Uint8Array {
      write('}');
      return Buffer.concat(written);
    },
  };
}

/** Attributes without a namespace; all others may stand anywhere and say nothing here. */
function attributesOf(tag: SaxesTagNS): Record<string, string> {
  const own = Object.values(tag.attributes).filter(({ uri, prefix }) => uri === '' && prefix === '');
  return Object.fromEntries(own.map(({ local, value }) => [local, value]));
}
