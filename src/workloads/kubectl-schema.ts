import {
  NOT_RESOLVED,
  Schema,
  boolYaml11Tag,
  defineScalarTag,
  mapTag,
  mergeTag,
  nullYaml11Tag,
  seqTag,
  strTag,
} from 'js-yaml';

const INTEGER = /^[-+]?(?:0[xX][\da-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9]\d*)$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const NUMBER_STARTS = '+-.0123456789'.split('');
const SPECIAL = new Map([
  ['.inf', Infinity],
  ['+.inf', Infinity],
  ['-.inf', -Infinity],
  ['.nan', NaN],
]);

/** `0644` and `0o644` are both octal, and underscores are no part of the number. */
function integer(text: string): number | typeof NOT_RESOLVED {
  const plain = text.replaceAll('_', '');
  if (!INTEGER.test(plain)) return NOT_RESOLVED;
  const sign = plain.startsWith('-') ? -1 : 1;
  const digits = plain.replace(/^[-+]/, '').replace(/^0(?=[0-7])/, '0o');
  return sign * Number(digits);
}

/** `12:30:45` is text: kubectl knows no numbers to the base of sixty. */
function float(text: string): number | typeof NOT_RESOLVED {
  const plain = text.replaceAll('_', '');
  if (FLOAT.test(plain)) return Number(plain);
  return SPECIAL.get(text.toLowerCase()) ?? NOT_RESOLVED;
}

function never(): boolean {
  return false;
}

const plainKeys = new WeakMap<object, Set<unknown>>();

/**
 * Objects whose keys may be numbers and booleans, which become text. The parser tells a key that overrides a merged
 * one from a duplicate by its type as well, so keys that are no text need a count of their own.
 */
const objectTag: typeof mapTag = {
  ...mapTag,
  has: (object, key) =>
    typeof key === 'string' ? mapTag.has(object, key) : plainKeys.get(object)?.has(key) === true,
  addPair: (object, key, value) => {
    if (typeof key !== 'string') plainKeys.set(object, (plainKeys.get(object) ?? new Set()).add(key));
    return mapTag.addPair(object, key, value);
  },
};

/**
 * Reads scalars as kubectl, Helm and Argo CD read them: `yes`, `on` and `y` are booleans, `<<` merges, dates stay text,
 * and a tag that nobody knows leaves its node as it stands.
 */
export const KUBECTL_SCHEMA = new Schema([
  strTag,
  nullYaml11Tag,
  boolYaml11Tag,
  defineScalarTag('tag:yaml.org,2002:int', {
    implicit: true,
    implicitFirstChars: NUMBER_STARTS,
    resolve: integer,
    identify: never,
  }),
  defineScalarTag('tag:yaml.org,2002:float', {
    implicit: true,
    implicitFirstChars: NUMBER_STARTS,
    resolve: float,
    identify: never,
  }),
  defineScalarTag('tag:yaml.org,2002:binary', {
    resolve: (text) => Buffer.from(text, 'base64').toString('utf8'),
    identify: never,
  }),
  mergeTag,
  seqTag,
  objectTag,
  { ...strTag, tagName: '', matchByTagPrefix: true },
  { ...seqTag, tagName: '', matchByTagPrefix: true },
  { ...objectTag, tagName: '', matchByTagPrefix: true },
]);
