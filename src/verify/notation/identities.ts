import type { Certificate } from '../x509/certificate.ts';
import { type DistinguishedName, formatName, parseName, shortName } from '../x509/distinguished-name.ts';

/** The attributes of a distinguished name by their short names (RFC 4514 section 3), each once. */
export type Attributes = ReadonlyMap<string, string>;

/** `*`, or the names of which one has to be a part of the signer's. */
export type TrustedIdentities = '*' | readonly Attributes[];

/** "Trusted Identities Constraints": without these nobody is named. `S` is another name of `ST`. */
const MANDATORY = ['C', 'ST', 'O'] as const;
const PREFIX = 'x509.subject:';

/**
 * Reads an identity, as `x509.subject: C=US, ST=WA, O=acme.io` (trust-store-trust-policy.md, "Trusted Identities Constraints").
 * Returns what is wrong with it as a clause.
 */
export function parseIdentity(
  text: string,
): { readonly ok: true; readonly attributes: Attributes } | { readonly ok: false; readonly why: string } {
  const refuse = (why: string) => ({ ok: false, why }) as const;
  if (text === '') return refuse('is empty');
  if (!text.startsWith(PREFIX)) return refuse(`is neither "*" nor begins with "${PREFIX}"`);
  const name = text.slice(PREFIX.length);
  if (name.includes('=#')) return refuse('has a value in hexadecimal (=#), which Notation does not read');
  const parts = splitName(name);
  if (parts === null) return refuse('is no distinguished name of RFC 4514');
  const attributes = new Map<string, string>();
  for (const [type, value] of parts) {
    const key = type === 'S' ? 'ST' : type;
    if (value === '') return refuse(`has no value for ${type}`);
    if (attributes.has(key)) return refuse(`has ${key} twice`);
    attributes.set(key, value);
  }
  const missing = MANDATORY.find((key) => !attributes.has(key));
  return missing === undefined ? { ok: true, attributes } : refuse(`has no ${missing}`);
}

/**
 * "overlapping if there exists a certificate for which multiple DNs evaluate true": whoever fits the one may fit the other as well, unless
 * they want two values of one attribute.
 */
export function overlap(one: Attributes, other: Attributes): boolean {
  return [...one].every(([type, value]) => (other.get(type) ?? value) === value);
}

/** Why the certificate is none of the identities, which are `named` so; null if it is one. */
export function identityFault(
  { subject }: Certificate,
  identities: TrustedIdentities,
  named: string,
): string | null {
  if (identities === '*') return null;
  const name = parseName(subject);
  const attributes = attributesOf(name);
  const who = `its signer ${JSON.stringify(formatName(name))}`;
  if (typeof attributes === 'string') return `${who} cannot be one of ${named}: its subject ${attributes}`;
  if (identities.some((identity) => isPartOf(identity, attributes))) return null;
  const wanted = identities.map((identity) => JSON.stringify(described(identity))).join(', ');
  return `${who} is none of ${named}: ${wanted}`;
}

/** An identity as people write it. */
function described(identity: Attributes): string {
  return [...identity].map(([type, value]) => `${type}=${value}`).join(', ');
}

function isPartOf(part: Attributes, whole: Attributes): boolean {
  return [...part].every(([type, value]) => whole.get(type) === value);
}

/** A subject as identities are compared with; a clause where it cannot be, as Notation has it. */
function attributesOf(name: DistinguishedName): Attributes | string {
  const attributes = new Map<string, string>();
  for (const { type: id, value } of name.flat()) {
    const type = shortName(id);
    if (type === null) return `has the attribute ${id}, which no identity can name`;
    if (value === null) return `has a value of ${type} that is no text`;
    if (attributes.has(type)) return `has ${type} twice`;
    attributes.set(type, value);
  }
  const missing = MANDATORY.find((type) => !attributes.get(type));
  return missing === undefined ? attributes : `has no ${missing}`;
}

const TYPE = /^[A-Za-z][A-Za-z0-9-]*$|^\d+(?:\.\d+)*$/;

/** RFC 4514 section 3, with the spaces around separators that RFC 2253 allowed; null for what is no name, or has several in one part. */
function splitName(text: string): readonly (readonly [type: string, value: string])[] | null {
  const parts: (readonly [string, string])[] = [];
  for (const part of splitAt(text, /[,;]/)) {
    const equals = part.indexOf('=');
    const type = withoutSpaces(part.slice(0, Math.max(equals, 0)));
    const value = unescaped(part.slice(equals + 1));
    if (!TYPE.test(type) || value === null) return null;
    parts.push([type, value]);
  }
  return parts;
}

/** Without the spaces at both ends; tabs and line breaks are none. */
function withoutSpaces(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ') end -= 1;
  return text.slice(0, end).replace(/^ +/, '');
}

/** Splits where a separator is not escaped. */
function splitAt(text: string, separator: RegExp): readonly string[] {
  const parts = [''];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (sign === '\\') {
      parts.push(`${parts.pop() ?? ''}${text.slice(at, at + 2)}`);
      at += 1;
    } else if (separator.test(sign)) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${sign}`);
  }
  return parts;
}

const ESCAPABLE = ' "#+,;<=>\\';

/** A value without its escapes; null where a sign stands that has to be escaped, or an escape that is none. */
function unescaped(raw: string): string | null {
  const text = raw.replace(/^ +/, '');
  const bytes: number[] = [];
  /** How much of it is not merely spaces at the end. */
  let kept = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (sign === '\\') {
      const next = text.charAt(at + 1);
      const pair = text.slice(at + 1, at + 3);
      if (/^[0-9A-Fa-f]{2}$/.test(pair)) bytes.push(Number.parseInt(pair, 16));
      else if (next !== '' && ESCAPABLE.includes(next)) bytes.push(next.charCodeAt(0));
      else return null;
      at += /^[0-9A-Fa-f]{2}$/.test(pair) ? 2 : 1;
      kept = bytes.length;
    } else {
      if ('"+<>'.includes(sign)) return null;
      const code = text.codePointAt(at) ?? 0;
      bytes.push(...Buffer.from(String.fromCodePoint(code)));
      if (code > 0xffff) at += 1;
      if (sign !== ' ') kept = bytes.length;
    }
  }
  return Buffer.from(bytes.slice(0, kept)).toString('utf8');
}
