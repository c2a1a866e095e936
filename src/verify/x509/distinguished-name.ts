import { isUtf8 } from 'node:buffer';
import { childrenOf, type Der, DerError, readDer, TAG } from './der.ts';
import { oidOf } from './der-values.ts';

/** One attribute of a distinguished name: its type by object identifier, and its value as text; null where that is no text. */
interface NameAttribute {
  readonly type: string;
  readonly value: string | null;
}

/** A name as its relative distinguished names, each of one attribute or more (RFC 5280 section 4.1.2.4). */
export type DistinguishedName = readonly (readonly NameAttribute[])[];

/** The short names of RFC 4514 section 3, and those that certificates have beside them. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'SERIALNUMBER',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.17': 'POSTALCODE',
};

/** The short name of an attribute's type; null for one that has none here. */
export function shortName(type: string): string | null {
  return SHORT_NAMES[type] ?? null;
}

/** Reads a name from its DER. Throws `DerError`. */
export function parseName(der: Buffer): DistinguishedName {
  return childrenOf(readDer(der), TAG.sequence).map((rdn) =>
    childrenOf(rdn, TAG.set).map((attribute): NameAttribute => {
      const [type, value, ...more] = childrenOf(attribute, TAG.sequence);
      if (!value || more.length > 0) throw new DerError('an attribute of a name without its value');
      return { type: oidOf(type), value: textOf(value) };
    }),
  );
}

/** RFC 4514 section 2: the last attribute first, with what would be read as a mark of the syntax escaped. */
export function formatName(name: DistinguishedName): string {
  return name
    .toReversed()
    .map((rdn) => rdn.map(formatAttribute).join('+'))
    .join(',');
}

function formatAttribute({ type, value }: NameAttribute): string {
  const escaped = (value ?? '?').replaceAll(/[\\,+"<>;=]/g, String.raw`\$&`).replaceAll(/^[ #]| $/g, '\\$&');
  return `${shortName(type) ?? type}=${escaped}`;
}

function textOf({ tag, contents }: Der): string | null {
  switch (tag) {
    case TAG.utf8String:
      return isUtf8(contents) ? contents.toString('utf8') : null;
    case TAG.printableString:
    case TAG.teletexString:
    case TAG.ia5String:
    case TAG.numericString:
      return contents.every((byte) => byte < 0x80) ? contents.toString('latin1') : null;
    case TAG.bmpString:
      return contents.length % 2 === 0 ? Buffer.from(contents).swap16().toString('utf16le') : null;
    default:
      return null;
  }
}
