import { EVENT_ID, getScalarValue } from 'js-yaml';
import type { Event } from 'js-yaml';
import type { AliasTargets } from './aliases.ts';

export type Path = readonly (string | number)[];

type Entries = ReadonlyMap<string | number, number>;

export const MERGE_KEY = '<<';
const ROOT = 1;

/**
 * Where every field of one document stands. Most documents are asked for a few fields, and many for none: what a question
 * needs is worked out when it is asked.
 */
export class Outline {
  readonly #source: string;
  readonly #events: readonly Event[];
  readonly #targets: AliasTargets;
  /** By the index of a node's event the index of the first event behind it. */
  #ends: Int32Array | null = null;
  readonly #entries = new Map<number, Entries>();

  /** `events` are those of one document, from its DOCUMENT event to its POP. */
  constructor(source: string, events: readonly Event[], targets: AliasTargets) {
    this.#source = source;
    this.#events = events;
    this.#targets = targets;
  }

  /**
   * The offset of a field's key or of a list's item, or of the nearest parent that is there. What comes from an alias
   * or a merge key stands where that is used, since the anchor may be used by many.
   */
  offsetOf(path: Path): number {
    let node = ROOT;
    let offset = this.#start(ROOT) ?? 0;
    for (const step of path) {
      const mapping = this.#isMapping(node);
      const entries = this.#entriesOf(node);
      const entry = entries.get(mapping ? String(step) : step);
      if (entry === undefined) return this.#start(entries.get(MERGE_KEY)) ?? offset;
      offset = this.#start(entry) ?? offset;
      node = mapping ? this.#end(entry) : entry;
    }
    return offset;
  }

  /** The name of the key that begins at an offset. */
  keyAt(offset: number): string | undefined {
    const at = this.#events.findIndex((event) => isName(event) && startOf(event) === offset);
    return at === -1 ? undefined : this.#nameOf(at);
  }

  /**
   * A merge key that sets what was set before it. By YAML's rule the first holds, and kubectl takes the last:
   * whichever was taken here, an image could be judged that is not the one that runs.
   */
  contradictingMerge(): { readonly offset: number; readonly name: string } | null {
    // Between quotes it may be written with escapes.
    if (!/<<|\\/.test(this.#source)) return null;
    for (const mapping of this.#events.keys()) {
      if (!this.#isMapping(mapping) || !this.#entriesOf(mapping).has(MERGE_KEY)) continue;
      const names = new Set<string>();
      for (let key = mapping + 1; key < this.#end(mapping) - 1; key = this.#end(this.#end(key))) {
        const name = this.#nameOf(key) ?? '';
        const brought = name === MERGE_KEY ? this.#mergedNames(this.#end(key)) : [];
        for (const again of brought) {
          if (names.has(again)) return { offset: this.#start(key) ?? 0, name: again };
          names.add(again);
        }
        names.add(name);
      }
    }
    return null;
  }

  /** The text of a scalar, or of the scalar that an alias stands for. */
  #nameOf(at: number): string | undefined {
    const event = this.#events[this.#targets.get(at) ?? at];
    return event?.type === EVENT_ID.SCALAR ? getScalarValue(this.#source, event) : undefined;
  }

  #isMapping(at: number): boolean {
    return this.#events[at]?.type === EVENT_ID.MAPPING;
  }

  #start(at: number | undefined): number | undefined {
    const event = at === undefined ? undefined : this.#events[at];
    const start = event === undefined ? -1 : startOf(event);
    return start === -1 ? undefined : start;
  }

  #end(at: number): number {
    this.#ends ??= endsOf(this.#events);
    return this.#ends[at] ?? this.#events.length;
  }

  #entriesOf(node: number): Entries {
    const known = this.#entries.get(node);
    if (known !== undefined) return known;
    const entries = new Map<string | number, number>();
    const mapping = this.#isMapping(node);
    const end = this.#end(node) - 1;
    for (let at = node + 1; at < end; at = this.#end(mapping ? this.#end(at) : at))
      entries.set(mapping ? (this.#nameOf(at) ?? '') : entries.size, at);
    this.#entries.set(node, entries);
    return entries;
  }

  #mergedNames(node: number, names = new Set<string>(), seen = new Set<number>()): ReadonlySet<string> {
    const target = this.#targets.get(node) ?? node;
    if (seen.has(target)) return names;
    seen.add(target);
    for (const [name, at] of this.#entriesOf(target)) {
      if (typeof name === 'number') this.#mergedNames(at, names, seen);
      else if (name === MERGE_KEY) this.#mergedNames(this.#end(at), names, seen);
      else names.add(name);
    }
    return names;
  }
}

/** Whether it can be the key of a field: a scalar, or an alias of one. */
function isName(event: Event): boolean {
  return event.type === EVENT_ID.SCALAR || event.type === EVENT_ID.ALIAS;
}

function endsOf(events: readonly Event[]): Int32Array {
  const ends = new Int32Array(events.length);
  const open: number[] = [];
  for (const [at, { type }] of events.entries()) {
    ends[at] = at + 1;
    if (type === EVENT_ID.POP) ends[open.pop() ?? at] = at + 1;
    else if (type !== EVENT_ID.SCALAR && type !== EVENT_ID.ALIAS) open.push(at);
  }
  return ends;
}

function startOf(event: Event): number {
  if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return -1;
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart - 1;
  const content = event.type === EVENT_ID.SCALAR ? event.valueStart : event.start;
  if (event.tagStart === -1 && event.anchorStart === -1) return content;
  return Math.min(...[event.tagStart, event.anchorStart, content].filter((offset) => offset !== -1));
}
