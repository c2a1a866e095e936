import { Ajv, type ValidateFunction } from 'ajv';
import { quoted } from '../quoted.ts';
import v12 from './cyclonedx-schemas/1.2.json' with { type: 'json' };
import v13 from './cyclonedx-schemas/1.3.json' with { type: 'json' };
import v14 from './cyclonedx-schemas/1.4.json' with { type: 'json' };
import v15 from './cyclonedx-schemas/1.5.json' with { type: 'json' };
import v16 from './cyclonedx-schemas/1.6.json' with { type: 'json' };
import v17 from './cyclonedx-schemas/1.7.json' with { type: 'json' };
import cryptography from './cyclonedx-schemas/cryptography-defs.json' with { type: 'json' };
import jsf from './cyclonedx-schemas/jsf.json' with { type: 'json' };
import spdx from './cyclonedx-schemas/spdx.json' with { type: 'json' };
import { InvalidDocument, type JsonDocument } from './json-document.ts';
import { unknownVersion } from './shape.ts';

/** What of JSON Schema (draft 7) says of which kind a part is; the rest is for the validator. */
export interface Rule {
  readonly [keyword: string]: unknown;
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Rule>>;
  readonly items?: Rule | readonly Rule[];
  readonly oneOf?: readonly Rule[];
  readonly anyOf?: readonly Rule[];
  readonly definitions?: Readonly<Record<string, Rule>>;
}

interface Schema extends Rule {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, Rule>>;
}

/** The rules of each version, which `scripts/cyclonedx-schemas.ts` makes of the specification's JSON schemas. */
const SCHEMAS: Readonly<Record<string, Schema>> = {
  '1.2': v12,
  '1.3': v13,
  '1.4': v14,
  '1.5': v15,
  '1.6': v16,
  '1.7': v17,
};

const BASE = 'http://cyclonedx.org/schema/';

/**
 * Where somebody has taken the time and the serial number out, so that two runs give the same, there are none, which is no
 * reason not to read the rest.
 */
const REDACTED = /^(timestamp:|urn:uuid:)?redacted$/;

/** RFC 3339, section 5.6; XML Schema's dateTime may do without an offset. */
const DATE_TIME =
  /^(timestamp:)?redacted$|^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})?$/;

/** The rules of a version; null of one that is not known. */
export function rulesOf(version: string): Rule | null {
  return Object.hasOwn(SCHEMAS, version) ? (SCHEMAS[version] ?? null) : null;
}

/** A compiled rule for each part of a version: only what documents hold is ever compiled. */
const compiled = new Map<string, ValidateFunction>();
const engines = new Map<string, Ajv>();

/**
 * Holds a CycloneDX document against the rules of its version while it is read: each member and each item of a list when it
 * is asked for. Throws `InvalidDocument` with the first part that is not what it must be.
 */
export function checkedCyclonedx(document: JsonDocument): {
  readonly specVersion: string;
  readonly document: JsonDocument;
} {
  const version = document.value('specVersion');
  const schema =
    typeof version === 'string' && Object.hasOwn(SCHEMAS, version) ? SCHEMAS[version] : undefined;
  if (typeof version !== 'string' || schema === undefined)
    throw unknownVersion('CycloneDX', version, '1.2 to 1.7');
  for (const name of schema.required)
    if (!document.has(name)) throw new InvalidDocument(`${name}: it is missing`);
  const known: Readonly<Record<string, object>> = schema.properties;
  for (const name of document.names) {
    if (!Object.hasOwn(known, name)) {
      throw new InvalidDocument(`${quoted(name)}: CycloneDX ${version} has no such member`);
    }
  }
  const read = new Set<string>();
  const references = new Set<string>();
  const checked: JsonDocument = {
    ...document,
    value(name) {
      const value = document.value(name);
      const redacted = name === 'serialNumber' && typeof value === 'string' && REDACTED.test(value);
      if (value === undefined || redacted) return value;
      check(version, `properties/${name}`, value, name);
      if (!read.has(name) && name !== 'formulation') gatherReferences(value, references);
      read.add(name);
      return value;
    },
    *each(name) {
      let index = 0;
      for (const item of document.each(name)) {
        check(version, `properties/${name}/items`, item, `${name}[${index}]`);
        if (!read.has(name)) gatherReferences(item, references);
        index += 1;
        yield item;
      }
      read.add(name);
    },
  };
  return { specVersion: version, document: checked };
}

/**
 * CycloneDX, bom-ref: "Every bom-ref must be unique within the BOM." Only formulation, which tells how something was made,
 * names one thing at several places in the specification's own examples. The depth of a document is limited where it
 * is parsed.
 */
function gatherReferences(value: unknown, references: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  const reference: unknown = 'bom-ref' in value ? value['bom-ref'] : undefined;
  if (typeof reference === 'string') {
    if (references.has(reference)) throw new InvalidDocument(`the bom-ref ${quoted(reference)} stands twice`);
    references.add(reference);
  }
  for (const one of Object.values(value)) gatherReferences(one, references);
}

function check(version: string, part: string, value: unknown, place: string): void {
  const validate = ruleFor(version, part);
  if (validate(value)) return;
  // Of alternatives that all fail, the innermost error says most.
  const [error] = (validate.errors ?? []).toSorted(
    (a, b) => depthOf(b.instancePath) - depthOf(a.instancePath),
  );
  const path = `${place}${(error?.instancePath ?? '').replaceAll('/', '.')}`;
  const { data, message = 'is invalid', params } = error ?? {};
  const additional: unknown = params?.['additionalProperty'];
  const what = typeof data === 'string' ? quoted(data) : 'it';
  const named = typeof additional === 'string' ? `: ${quoted(additional)}` : '';
  throw new InvalidDocument(`${path.slice(0, 200)}: ${what} ${message}${named}`);
}

function depthOf(path: string): number {
  return path.split('/').length;
}

function ruleFor(version: string, part: string): ValidateFunction {
  const key = `${version} ${part}`;
  const known = compiled.get(key);
  if (known) return known;
  const validate = engineOf(version).compile({ $ref: `${BASE}${version}.json#/${part}` });
  compiled.set(key, validate);
  return validate;
}

/** One to a version: all of one share what is compiled of its definitions. */
function engineOf(version: string): Ajv {
  const known = engines.get(version);
  if (known) return known;
  const ajv = new Ajv({
    strict: false,
    inlineRefs: false,
    // The value stands in the message.
    verbose: true,
    formats: {
      'date-time': DATE_TIME,
      // Tools write addresses and links as they find them in packages; that says nothing of what is in the image.
      email: true,
      'idn-email': true,
      // With a scheme: a signature's algorithm is either one of a list or a URI.
      uri: /^[a-z][a-z0-9+.-]*:/i,
      date: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
      'iri-reference': true,
      iri: true,
      'uri-reference': true,
    },
  });
  ajv.addSchema(spdx, `${BASE}spdx.SNAPSHOT.schema.json`);
  ajv.addSchema(jsf, `${BASE}jsf-0.82.SNAPSHOT.schema.json`);
  ajv.addSchema(cryptography, `${BASE}cryptography-defs.SNAPSHOT.schema.json`);
  const schema = SCHEMAS[version];
  if (schema) ajv.addSchema({ ...schema, $id: `${BASE}${version}.json` });
  engines.set(version, ajv);
  return ajv;
}
