/** One step of a path from a value to values within it. */
export type Step =
  | { readonly step: 'fields'; readonly names: readonly string[] }
  | { readonly step: 'all' }
  | { readonly step: 'descend' }
  | {
      readonly step: 'slice';
      readonly from: number | null;
      readonly to: number | null;
      readonly stride: number;
    }
  | { readonly step: 'items'; readonly indices: readonly number[] }
  | {
      readonly step: 'filter';
      readonly left: Operand;
      readonly comparison: { readonly operator: Operator; readonly right: Operand } | null;
    };

export type Path = readonly Step[];
export type Operand =
  | { readonly operand: 'path'; readonly path: Path }
  | { readonly operand: 'literal'; readonly value: string | number | boolean };

/** Longer ones first, as `<=` begins with `<`. */
export const OPERATORS = ['==', '!=', '<=', '>=', '<', '>'] as const;
type Operator = (typeof OPERATORS)[number];

/** The values that a path leads to. What is not there is no value: a report need not have every field in every place. */
export function follow(path: Path, from: unknown): readonly unknown[] {
  return path.reduce<readonly unknown[]>((values, step) => take(step, values), [from]);
}

/** Of several names or indices the first is taken of all values, then the next, as in kubectl. */
function take(step: Step, values: readonly unknown[]): readonly unknown[] {
  switch (step.step) {
    case 'fields':
      return step.names.flatMap((name) => values.flatMap((value) => field(value, name)));
    case 'items':
      return step.indices.flatMap((index) => lists(values).flatMap((list) => item(list, index)));
    case 'all':
      return values.flatMap(inner);
    case 'descend':
      return values.flatMap(descend);
    case 'slice':
      return lists(values).flatMap((list) => slice(list, step));
    case 'filter':
      return lists(values).flatMap((list) => list.filter((one) => holds(step, one)));
  }
}

function lists(values: readonly unknown[]): (readonly unknown[])[] {
  return values.filter((value) => Array.isArray(value));
}

function inner(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

/** A field by its whole name; where there is none, a dot goes one level down, as in kubectl's `['metadata.name']`. */
function field(value: unknown, name: string): unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const found = new Map<string, unknown>(Object.entries(value));
  if (found.has(name)) return [found.get(name)];
  const dot = name.indexOf('.');
  if (dot === -1) return [];
  return field(value, name.slice(0, dot)).flatMap((one) => field(one, name.slice(dot + 1)));
}

/** A value and all that is in it, outermost first. */
function descend(value: unknown): unknown[] {
  return [value, ...inner(value).flatMap((one) => descend(one))];
}

function item(list: readonly unknown[], index: number): unknown[] {
  const at = index < 0 ? list.length + index : index;
  return at >= 0 && at < list.length ? [list[at]] : [];
}

function slice(list: readonly unknown[], { from, to, stride }: Extract<Step, { step: 'slice' }>): unknown[] {
  return list.slice(from ?? 0, to ?? list.length).filter((_one, index) => index % stride === 0);
}

function holds({ left, comparison }: Extract<Step, { step: 'filter' }>, value: unknown): boolean {
  const lefts = valuesOf(left, value);
  if (comparison === null) return lefts.length > 0;
  const rights = valuesOf(comparison.right, value);
  const [one] = lefts;
  const [other] = rights;
  return lefts.length === 1 && rights.length === 1 && compare(one, comparison.operator, other);
}

function valuesOf(operand: Operand, value: unknown): readonly unknown[] {
  return operand.operand === 'literal' ? [operand.value] : follow(operand.path, value);
}

/** Values of different kinds are not equal, and neither is less than the other. */
function compare(left: unknown, operator: Operator, right: unknown): boolean {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (typeof left === 'number' && typeof right === 'number') return ordered(left - right, operator);
  if (typeof left !== 'string' || typeof right !== 'string') return false;
  if (left === right) return ordered(0, operator);
  return ordered(left < right ? -1 : 1, operator);
}

function ordered(difference: number, operator: '<' | '<=' | '>' | '>='): boolean {
  switch (operator) {
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
  }
}
