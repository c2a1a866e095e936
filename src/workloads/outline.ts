import { EVENT_ID, getScalarValue } from 'js-yaml';
import type { Event } from 'js-yaml';
import type { AliasTargets } from './aliases.ts';

export type Path = readonly (string | number)[];

type Entries = ReadonlyMap<string | number, number>;

interface OpenNode {
  readonly at: number;
  readonly mapping: boolean;
  children: number;
}

export const MERGE_KEY = '<<';
const ROOT = 1;

/**
 * Where every field of one document stands. It keeps offsets and key names, each by the index of the node's event,
 * instead of the parser's events themselves, which take some ten times the memory.
 */
export class Outline {
  /** -1 for a value that is left out. */
  readonly #starts: number[] = [];
  /** The index of the first event behind the node. */
  readonly #ends: number[] = [];
  readonly #names: (string | undefined)[] = [];
  readonly #mappings = new Set<number>();
  /** The mappings that have a merge key. */
  readonly #merging = new Set<number>();
  readonly #entries = new Map<number, Entries>();
  readonly #targets: AliasTargets;

  /** `events` are those of one document, from its DOCUMENT event to its POP. */
  constructor(source: string, events: readonly Event[], targets: AliasTargets) {
    this.#targets = targets;
    const interned = new Map<string, string>();
    const open: OpenNode[] = [];
    for (const event of events) {
      const at = this.#starts.length;
      this.#starts.push(startOf(event));
      this.#ends.push(at + 1);
      if (event.type === EVENT_ID.POP) {
        this.#names.push(undefined);
        const node = open.pop();
        if (node !== undefined) this.#ends[node.at] = at + 1;
        continue;
      }
      const parent = open.at(-1);
      const isKey = parent !== undefined && parent.mapping && parent.children++ % 2 === 0;
      const name = isKey ? this.#nameOf(source, event, at, interned) : undefined;
      this.#names.push(name);
      if (parent !== undefined && name === MERGE_KEY) this.#merging.add(parent.at);
      if (event.type === EVENT_ID.SCALAR || event.type === EVENT_ID.ALIAS) continue;
      const mapping = event.type === EVENT_ID.MAPPING;
      if (mapping) this.#mappings.add(at);
      open.push({ at, mapping, children: 0 });
    }
  }

  /**
   * The offset of a field's key or of a list's item, or of the nearest parent that is there. What comes from an alias
   * or a merge key stands where that is used, since the anchor may be used by many.
   */
  offsetOf(path: Path): number {
    let node = ROOT;
    let offset = this.#start(ROOT) ?? 0;
    for (const step of path) {
      const mapping = this.#mappings.has(node);
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
    return this.#names.find((name, at) => name !== undefined && this.#starts[at] === offset);
  }

  /**
   * A merge key that sets what was set before it. By YAML's rule the first holds, and kubectl takes the last:
   * whichever was taken here, an image could be judged that is not the one that runs.
   */
  contradictingMerge(): { readonly offset: number; readonly name: string } | null {
    for (const mapping of this.#merging) {
      const names = new Set<string>();
      for (let key = mapping + 1; key < this.#end(mapping) - 1; key = this.#end(this.#end(key))) {
        const name = this.#names[key] ?? '';
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

  #nameOf(source: string, event: Event, at: number, interned: Map<string, string>): string | undefined {
    if (event.type === EVENT_ID.ALIAS) return this.#names[this.#targets.get(at) ?? -1];
    if (event.type !== EVENT_ID.SCALAR) return undefined;
    const text = getScalarValue(source, event);
    const name = interned.get(text) ?? text;
    interned.set(name, name);
    return name;
  }

  #start(at: number | undefined): number | undefined {
    const start = at === undefined ? undefined : this.#starts[at];
    return start === -1 ? undefined : start;
  }

  #end(at: number): number {
    return this.#ends[at] ?? this.#ends.length;
  }

  #entriesOf(node: number): Entries {
    const known = this.#entries.get(node);
    if (known !== undefined) return known;
    const entries = new Map<string | number, number>();
    const mapping = this.#mappings.has(node);
    const end = this.#end(node) - 1;
    for (let at = node + 1; at < end; at = this.#end(mapping ? this.#end(at) : at))
      entries.set(mapping ? (this.#names[at] ?? '') : entries.size, at);
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

function startOf(event: Event): number {
  if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return -1;
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart - 1;
  const content = event.type === EVENT_ID.SCALAR ? event.valueStart : event.start;
  if (event.tagStart === -1 && event.anchorStart === -1) return content;
  return Math.min(...[event.tagStart, event.anchorStart, content].filter((offset) => offset !== -1));
}
