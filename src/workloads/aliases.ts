import { EVENT_ID } from 'js-yaml';
import type { AliasEvent, Event } from 'js-yaml';
import { DOCUMENT_DEPTH, YAML_ALIASES, YAML_NODES } from '../limits.ts';

/** Why a document is not read although its syntax is right. */
export interface Refusal {
  /** In the text of the document. */
  readonly offset: number;
  readonly reason: 'InputInvalid' | 'LimitExceeded';
  readonly message: string;
}

/** Which node each alias stands for, by the indexes of their events. */
export type AliasTargets = ReadonlyMap<number, number>;

/** A node with all that its aliases bring. */
interface Extent {
  size: number;
  height: number;
}

interface OpenNode extends Extent {
  readonly anchor: Anchor | null;
}

interface Anchor {
  readonly at: number;
  /** null until the node is closed. */
  extent: Extent | null;
}

/**
 * Follows the aliases of one document without building what they stand for, so that aliases of aliases are refused
 * before they cost anything.
 */
export function followAliases(source: string, events: readonly Event[]): AliasTargets | Refusal {
  const targets = new Map<number, number>();
  if (!events.some((event) => event.type === EVENT_ID.ALIAS)) return targets;
  const anchors = new Map<string, Anchor>();
  const open: OpenNode[] = [];
  let aliases = 0;
  let broughtNodes = 0;
  for (const [at, event] of events.entries()) {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        break;
      case EVENT_ID.POP:
        addTo(open, closed(open.pop()));
        break;
      case EVENT_ID.ALIAS: {
        const name = source.slice(event.anchorStart, event.anchorEnd);
        const anchor = anchors.get(name);
        if (anchor === undefined)
          return refused(event, `no anchor &${name} stands before the alias *${name}`);
        if (anchor.extent === null) return refused(event, `the anchor &${name} contains itself`);
        broughtNodes += anchor.extent.size;
        const exceeded = exceededLimit(++aliases, broughtNodes, open.length + anchor.extent.height);
        if (exceeded !== null) return refused(event, exceeded, 'LimitExceeded');
        targets.set(at, anchor.at);
        addTo(open, anchor.extent);
        break;
      }
      default: {
        const anchor = event.anchorStart === -1 ? null : { at, extent: null };
        if (anchor !== null) anchors.set(source.slice(event.anchorStart, event.anchorEnd), anchor);
        const node: OpenNode = { anchor, size: 1, height: 0 };
        if (event.type === EVENT_ID.SCALAR) addTo(open, closed(node));
        else open.push(node);
      }
    }
  }
  return targets;
}

function exceededLimit(aliases: number, nodes: number, depth: number): string | null {
  if (aliases > YAML_ALIASES) return `the document has more than ${YAML_ALIASES} aliases`;
  if (nodes > YAML_NODES) return `the aliases stand for more than ${YAML_NODES} nodes`;
  if (depth > DOCUMENT_DEPTH) return `the aliases nest deeper than ${DOCUMENT_DEPTH} levels`;
  return null;
}

function closed(node: OpenNode | undefined): Extent {
  if (node === undefined) return { size: 0, height: 0 };
  if (node.anchor !== null) node.anchor.extent = node;
  return node;
}

function addTo(open: OpenNode[], { size, height }: Extent): void {
  const parent = open.at(-1);
  if (parent === undefined) return;
  parent.size += size;
  parent.height = Math.max(parent.height, height + 1);
}

function refused(event: AliasEvent, message: string, reason: Refusal['reason'] = 'InputInvalid'): Refusal {
  return { offset: event.anchorStart - 1, reason, message };
}
