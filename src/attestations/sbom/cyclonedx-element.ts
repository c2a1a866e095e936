import type { Rule } from './cyclonedx-rules.ts';
import { InvalidDocument } from './json-document.ts';

/** An XML element of CycloneDX's namespace, its children likewise. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** Elements that repeat without one around them, though JSON has a list; some are also the names of one around others. */
const REPEATED = new Set([
  'url',
  'contact',
  'omniborId',
  'swhid',
  'identity',
  'data',
  'sensitiveData',
  'details',
  'openCre',
]);

/** Elements that XSD lets repeat, of which JSON has one: the first is read. */
const FIRST_OF = new Set(['email', 'phone']);

/** Under which name JSON has the text of an element that has attributes or is an item of a list. */
const TEXT_MEMBERS = ['content', 'value', 'text', 'classification', 'expression', 'url', 'id', 'name'];

/** Attributes and elements whose JSON names are others. */
const MEMBERS: Readonly<Record<string, string>> = {
  'content-type': 'contentType',
  'license-identifier': 'licenseIdentifier',
  details: 'expressionDetails',
  responses: 'response',
};

/** Parts that say nothing of which packages there are, and whose XML is unlike their JSON: they are not held against rules. */
export const NOT_READ = new Set([
  'formulation',
  'declarations',
  'cryptoProperties',
  'modelCard',
  'patentAssertions',
]);

/**
 * An element as the JSON form has it, by the rule for its place: attributes and elements are members alike, an element
 * around others is a list, and text is a text, number or truth value, or one member of an object. `root` is the rule of the
 * whole document.
 */
export function convert(element: Element, rule: Rule, root: Rule): unknown {
  if (element.name === 'licenses') return licencesOf(element, root);
  if (element.name === 'dataflow') return dataflowOf(element, rule, root);
  const known = resolved(rule, element, root);
  if (known.properties?.['dependsOn']) return dependencyOf(element);
  if (isList(known)) {
    const items = itemsOf(known);
    return element.children.map((child) => convert(child, items, root));
  }
  return known.properties ? objectOf(element, known, root) : scalarOf(element, known);
}

/** The rule for a member; undefined of one that is not known. */
export function ruleOf({ properties }: Rule, member: string): Rule | undefined {
  return properties && Object.hasOwn(properties, member) ? properties[member] : undefined;
}

/** The rule for the items of a list; null of what is none. */
export function listRule(rule: Rule | undefined): Rule | null {
  return rule && isList(rule) ? itemsOf(rule) : null;
}

function isList({ type, items }: Rule): boolean {
  return type === 'array' || items !== undefined;
}

/** A list of rules is one for each place, as only expressions of licences have it. */
function itemsOf({ items }: Rule): Rule {
  return items !== undefined && isRule(items) ? items : {};
}

function isRule(items: Rule | readonly Rule[]): items is Rule {
  return !Array.isArray(items);
}

function objectOf(element: Element, known: Rule, root: Rule): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  const lists = new Map<string, unknown[]>();
  for (const [name, value] of Object.entries(element.attributes)) {
    const member = MEMBERS[name] ?? name;
    const rule = ruleOf(known, member);
    // Attributes that are not known may stand everywhere.
    if (rule) object[member] = scalar(value, resolved(rule, element, root));
  }
  for (const child of element.children.filter(({ name }) => !NOT_READ.has(name))) {
    const member = MEMBERS[child.name] ?? child.name;
    const rule = ruleOf(known, member);
    const given = object[member];
    const item = rule && repeatedItem(child, rule, root);
    if (item) {
      const list = lists.get(member) ?? [];
      list.push(convert(child, item, root));
      lists.set(member, list);
      object[member] = list;
      continue;
    }
    if (given !== undefined && FIRST_OF.has(child.name)) continue;
    if (given !== undefined) throw new InvalidDocument(`${child.name} stands twice in ${element.name}`);
    // What is not known is left for the rules to refuse.
    object[member] = rule ? convert(child, rule, root) : child.text;
  }
  const text = element.text.trim();
  const member = TEXT_MEMBERS.find((name) => ruleOf(known, name) && !Object.hasOwn(object, name));
  if (text !== '' && member !== undefined) object[member] = text;
  return object;
}

/** The rule for one of the elements that repeat; null of an element around others. */
function repeatedItem(child: Element, rule: Rule, root: Rule): Rule | null {
  if (!REPEATED.has(child.name)) return null;
  // A service's data is a list of classifications and flows; a component's stands by itself and has a type.
  if (child.name === 'data' && child.children.every(({ name }) => name !== 'type')) return null;
  const list = [rule, ...(rule.oneOf ?? []), ...(rule.anyOf ?? [])].find(isList);
  if (!list) return null;
  const item = resolved(itemsOf(list), child, root);
  const properties = item.properties ?? {};
  return child.children.every(({ name }) => Object.hasOwn(properties, MEMBERS[name] ?? name)) ? item : null;
}

function scalarOf(element: Element, rule: Rule): unknown {
  // A reference to another element is an attribute of an empty one.
  const { ref } = element.attributes;
  return scalar(element.text.trim() === '' && ref !== undefined ? ref : element.text, rule);
}

const TRUTH: Readonly<Record<string, boolean>> = { true: true, 1: true, false: false, 0: false };

/** Text that is no number or truth value stays text, for the rules to refuse. */
function scalar(text: string, { type }: Rule): unknown {
  const trimmed = text.trim();
  if (type === 'boolean') return TRUTH[trimmed] ?? trimmed;
  if (type !== 'integer' && type !== 'number') return trimmed;
  return /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?$/.test(trimmed) ? Number(trimmed) : trimmed;
}

/** XSD's choice: licences, or one expression; from 1.7 on both. Before 1.6 a licence may have neither id nor name, as it may not in JSON. */
function licencesOf({ children }: Element, root: Rule): unknown {
  const version = /bom-(1\.\d)/.exec(String(root['$id']))?.[1] ?? '';
  const mayMix = version === '1.7';
  const nameless = version < '1.6' ? { name: '' } : {};
  const expressions = children.filter(({ name }) => name !== 'license').length;
  if (!mayMix && expressions > 0 && children.length > 1) {
    throw new InvalidDocument('licenses: an expression stands beside another licence');
  }
  const licence = root.definitions?.['license'] ?? {};
  return children.map((child) => {
    if (child.name === 'license') {
      const named = child.children.some(({ name }) => name === 'id' || name === 'name');
      const converted = objectOf(child, licence, root);
      return { license: named ? converted : { ...nameless, ...converted } };
    }
    if (child.name !== 'expression' && child.name !== 'expression-detailed')
      return { [child.name]: child.text };
    const choice = listRule(root.definitions?.['licenseChoice'])?.oneOf?.[1];
    return objectOf(child, choice ?? EXPRESSION, root);
  });
}

/** Before 1.7 the rule of an expression stands at each list of licences. */
const EXPRESSION: Rule = { properties: { expression: {}, 'bom-ref': {}, acknowledgement: {} } };

function dependencyOf({ attributes, children }: Element): Record<string, unknown> {
  const refs = (name: string) =>
    children.filter((child) => child.name === name).map((child) => child.attributes['ref']);
  const provides = refs('provides');
  return {
    ref: attributes['ref'],
    dependsOn: refs('dependency'),
    ...(provides.length > 0 && { provides }),
  };
}

/** The classification of data is text with the direction of its flow, of which JSON has two members. */
function dataflowOf(element: Element, rule: Rule, root: Rule): Record<string, unknown> {
  const classification = element.children.find(({ name }) => name === 'classification');
  const rest = element.children.filter((child) => child !== classification);
  const object = objectOf({ ...element, children: rest }, resolved(rule, element, root), root);
  return { ...object, flow: classification?.attributes['flow'], classification: classification?.text.trim() };
}

/** Follows references, and takes of alternatives the one whose members the element has. */
function resolved(rule: Rule, element: Element, root: Rule): Rule {
  if (rule.$ref !== undefined) {
    const name = /^#\/definitions\/([^/]+)$/.exec(rule.$ref)?.[1];
    const found = name === undefined ? undefined : root.definitions?.[name];
    return found ? resolved(found, element, root) : {};
  }
  const alternatives = rule.oneOf ?? rule.anyOf ?? [];
  if (rule.properties || isList(rule) || alternatives.length === 0) return rule;
  const candidates = alternatives.map((one) => resolved(one, element, root));
  const names = element.children.map(({ name }) => name);
  const holds = ({ properties }: Rule) =>
    properties && names.every((name) => Object.hasOwn(properties, name));
  return candidates.find(holds) ?? candidates.find(isList) ?? candidates[0] ?? rule;
}
