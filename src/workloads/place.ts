import type { Document, Path } from './document.ts';
import type { Gap, Location } from './source.ts';

/** A value within a document, with what is needed to say where it stands. */
export interface Place {
  readonly document: Document;
  readonly path: Path;
  /** How much of the path leads to the object that the value belongs to: a List holds many. */
  readonly origin: number;
  readonly value: unknown;
}

/** The whole of a document. */
export function whole(document: Document): Place {
  return { document, path: [], origin: 0, value: document.value };
}

/** The place as an object of its own, whose fields are named from here on. */
export function asObject(place: Place): Place {
  return { ...place, origin: place.path.length };
}

/** A field some steps further in; its value is undefined where it is absent. */
export function field(place: Place, ...steps: Path): Place {
  let { value } = place;
  for (const step of steps) value = own(value, step);
  return { document: place.document, path: place.path.concat(steps), origin: place.origin, value };
}

/** The items of a list, none if the value is no list. */
export function items(place: Place): Place[] {
  return isList(place.value) ? place.value.map((_, index) => field(place, index)) : [];
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** kubectl drops null fields, so null is as good as absent. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** As `spec.template.spec.containers[0].image`. */
export function fieldName(path: Path): string {
  const text = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    return /^[\w-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return text.join('').replace(/^\./, '');
}

export function locationOf({ document, path }: Place): Location {
  return { file: document.file, line: document.lineOf(path), document: document.index };
}

/** The gap for a value that is not what it must be; `must` reads on from the field's name. */
export function wrongInput(place: Place, must: string, remediation: string): Gap {
  const { file, line } = locationOf(place);
  const name = place.path.length === 0 ? 'the document' : fieldName(place.path);
  return {
    scope: 'file',
    name: file,
    cluster: null,
    wrongInput: true,
    reason: 'InputInvalid',
    message: `${file}:${line}: ${name} ${must}, found ${described(place.value)}`,
    remediation,
  };
}

/** Inherited properties are no fields: an object without a field "constructor" has none. */
function own(value: unknown, step: string | number): unknown {
  if (isList(value)) return typeof step === 'number' ? value[step] : undefined;
  return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

function described(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (value === '') return 'an empty text';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  if (typeof value === 'number' || typeof value === 'boolean') return `the ${typeof value} ${value}`;
  return 'an object';
}
