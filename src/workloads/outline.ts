import { EVENT_ID, SCALAR_STYLE, getScalarValue } from 'js-yaml';
import type { Event } from 'js-yaml';
import { DOCUMENT_DEPTH, YAML_ALIASES, YAML_NODES } from '../limits.ts';

export type Path = readonly (string | number)[];

/** Why a document is not read although its syntax is right. */
export interface Refusal {
  readonly offset: number;
  readonly reason: 'InputInvalid' | 'LimitExceeded';
  readonly message: string;
}

interface OpenNode {
  readonly at: number;
  readonly mapping: boolean;
  readonly anchored: boolean;
  children: number;
  /** Nodes and levels in it, those behind aliases included. */
  size: number;
  height: number;
}

interface Extent {
  readonly size: number;
  readonly height: number;
}

const MERGE = '<<';
const ROOT = 1;

/**
 * Where every field of one document stands. It keeps offsets and key names in flat arrays instead of the parser's
 * events, which take some ten times the memory.
 */
export class Outline {
  readonly #source: string;
  readonly #starts: Int32Array;
  /** The index of the event behind the node that begins at this index. */
  readonly #ends: Int32Array;
  readonly #names: (string | undefined)[] = [];
  readonly #mappings = new Set<number>();
  readonly #targets = new Map<number, number>();
  readonly #entries = new Map<number, ReadonlyMap<string | number, number>>();
  readonly #extents = new Map<number, Extent>();
  readonly #lateMerges: { mapping: number; key: number }[] = [];
  readonly refusal: Refusal | null;

  /** `events` are those of one document, from its DOCUMENT event to its POP. */
  constructor(source: string, events: readonly Event[]) {
    this.#source = source;
    this.#starts = new Int32Array(events.length).fill(-1);
    this.#ends = new Int32Array(events.length);
    this.refusal = this.#read(events) ?? this.#contradictingMerge();
  }

  /**
   * The offset of a field's key or of a list's item, or of the nearest parent that is there. What comes from an alias
   * or a merge key stands where that is used, since the anchor may be used by many.
   */
  offsetOf(path: Path): number {
    let node = ROOT;
    let offset = this.#start(ROOT) ?? 0;
    for (const step of path) {
      const entries = this.#entriesOf(node);
      const entry = entries.get(this.#mappings.has(node) ? String(step) : step);
      if (entry === undefined) return this.#start(entries.get(MERGE)) ?? offset;
      offset = this.#start(entry) ?? offset;
      node = this.#mappings.has(node) ? this.#end(entry) : entry;
    }
    return offset;
  }

  /** The name of the key that begins at an offset. */
  keyAt(offset: number): string | undefined {
    return this.#names.find((name, index) => name !== undefined && this.#starts[index] === offset);
  }

  #start(index: number | undefined): number | undefined {
    const start = index === undefined ? undefined : this.#starts[index];
    return start === -1 ? undefined : start;
  }

  #end(index: number): number {
    return this.#ends[index] ?? this.#ends.length;
  }

  #read(events: readonly Event[]): Refusal | null {
    const anchors = new Map<string, number>();
    const interned = new Map<string, string>();
    const open: OpenNode[] = [];
    let aliases = 0;
    let behindAliases = 0;
    const add = (extent: Extent): void => {
      const parent = open.at(-1);
      if (parent === undefined) return;
      parent.children++;
      parent.size += extent.size;
      parent.height = Math.max(parent.height, extent.height + 1);
    };
    for (const [at, event] of events.entries()) {
      if (event.type === EVENT_ID.DOCUMENT) continue;
      if (event.type === EVENT_ID.POP) {
        const node = open.pop();
        if (node === undefined) continue;
        this.#ends[node.at] = at + 1;
        if (node.anchored) this.#extents.set(node.at, node);
        add(node);
        continue;
      }
      this.#ends[at] = at + 1;
      this.#starts[at] = startOf(event);
      const parent = open.at(-1);
      const isKey = parent !== undefined && parent.mapping && parent.children % 2 === 0;
      if (event.type === EVENT_ID.ALIAS) {
        if (++aliases > YAML_ALIASES)
          return limit(event.anchorStart, `the document has more than ${YAML_ALIASES} aliases`);
        const name = this.#source.slice(event.anchorStart, event.anchorEnd);
        const target = anchors.get(name);
        const extent = target === undefined ? { size: 1, height: 0 } : this.#extents.get(target);
        if (extent === undefined)
          return {
            offset: event.anchorStart,
            reason: 'InputInvalid',
            message: `the anchor &${name} contains itself`,
          };
        behindAliases += extent.size;
        if (behindAliases > YAML_NODES)
          return limit(event.anchorStart, `the aliases stand for more than ${YAML_NODES} nodes`);
        if (open.length + extent.height > DOCUMENT_DEPTH)
          return limit(event.anchorStart, `the aliases nest deeper than ${DOCUMENT_DEPTH} levels`);
        if (target !== undefined) this.#targets.set(at, target);
        if (isKey && target !== undefined) this.#names[at] = this.#names[target];
        add(extent);
        continue;
      }
      const anchored = event.anchorStart !== -1;
      if (anchored) anchors.set(this.#source.slice(event.anchorStart, event.anchorEnd), at);
      if (event.type === EVENT_ID.SCALAR) {
        if (isKey) {
          const text = getScalarValue(this.#source, event);
          const name = interned.get(text) ?? text;
          interned.set(name, name);
          this.#names[at] = name;
          if (name === MERGE && event.style === SCALAR_STYLE.PLAIN && parent.children > 0)
            this.#lateMerges.push({ mapping: parent.at, key: at });
        }
        if (anchored) this.#extents.set(at, { size: 1, height: 0 });
        add({ size: 1, height: 0 });
        continue;
      }
      const mapping = event.type === EVENT_ID.MAPPING;
      if (mapping) this.#mappings.add(at);
      open.push({ at, mapping, anchored, children: 0, size: 1, height: 0 });
    }
    return null;
  }

  #entriesOf(node: number): ReadonlyMap<string | number, number> {
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

  /**
   * A merge key behind a field that it sets as well: by YAML's rule the field holds, kubectl lets the merge key win.
   * Whichever was taken, an image could be judged that is not the one that runs.
   */
  #contradictingMerge(): Refusal | null {
    for (const { mapping, key } of this.#lateMerges) {
      const merged = this.#mergedNames(this.#end(key));
      for (const [name, at] of this.#entriesOf(mapping)) {
        if (at < key && merged.has(name)) {
          const message = `the merge key << sets ${JSON.stringify(name)} again; it must stand before the fields that override it`;
          return { offset: this.#start(key) ?? 0, reason: 'InputInvalid', message };
        }
      }
    }
    return null;
  }

  #mergedNames(
    node: number,
    known = new Set<string | number>(),
    seen = new Set<number>(),
  ): Set<string | number> {
    const target = this.#targets.get(node) ?? node;
    if (seen.has(target)) return known;
    seen.add(target);
    for (const [name, at] of this.#entriesOf(target)) {
      if (!this.#mappings.has(target)) this.#mergedNames(at, known, seen);
      else if (name === MERGE) this.#mergedNames(this.#end(at), known, seen);
      else known.add(name);
    }
    return known;
  }
}

function limit(offset: number, message: string): Refusal {
  return { offset, reason: 'LimitExceeded', message };
}

function startOf(event: Exclude<Event, { type: typeof EVENT_ID.DOCUMENT | typeof EVENT_ID.POP }>): number {
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart;
  const content = event.type === EVENT_ID.SCALAR ? event.valueStart : event.start;
  const properties = [event.tagStart, event.anchorStart, content].filter((offset) => offset !== -1);
  return properties.length === 0 ? -1 : Math.min(...properties);
}
