import { EVENT_ID, YAMLException, constructFromEvents } from 'js-yaml';
import type { Event } from 'js-yaml';
import { DOCUMENT_DEPTH, MANIFEST_DOCUMENTS, REPARSED_CHARACTERS, YAML_NODES } from '../limits.ts';
import { followAliases } from './aliases.ts';
import type { Refusal } from './aliases.ts';
import { documentStretches } from './document-boundaries.ts';
import { parseFlowLeniently } from './flow-indentation.ts';
import type { Parse } from './flow-indentation.ts';
import { KUBECTL_SCHEMA } from './kubectl-schema.ts';
import { lineTable } from './line-table.ts';
import type { Position } from './line-table.ts';
import { MERGE_KEY, Outline } from './outline.ts';
import type { Path } from './outline.ts';

export type { Path } from './outline.ts';

/** One YAML or JSON document. Its value is outside data: nothing has looked at its shape yet. */
export interface Document {
  /** The file as the user named it. */
  readonly file: string;
  /** From 1, among the documents of the file that are not empty. */
  readonly index: number;
  /** The line of its first content. */
  readonly line: number;
  readonly value: unknown;
  /**
   * The line of a field's key or of a list's item; of the nearest parent where the path does not exist. What an alias
   * or a merge key brings stands on the line where that is used.
   */
  lineOf(path: Path): number;
}

/** Why a document could not be read. */
export interface DocumentFault extends Position {
  readonly document: number;
  readonly reason: 'InputInvalid' | 'LimitExceeded';
  readonly message: string;
}

export interface Documents {
  readonly documents: readonly Document[];
  readonly faults: readonly DocumentFault[];
}

/**
 * Reads a text of YAML or JSON documents as kubectl reads it, except that duplicate keys are faults. Empty documents
 * are skipped; one that is broken is a fault, and the others are still read.
 */
export function readDocuments(text: string, fileName: string): Documents {
  const documents: Document[] = [];
  const faults: DocumentFault[] = [];
  for (const read of eachDocument(text, fileName)) {
    if ('message' in read) faults.push(read);
    else documents.push(read);
  }
  return { documents, faults };
}

/** As readDocuments, one by one, so that a large file's documents need not be held all at once. */
export function* eachDocument(text: string, fileName: string): Generator<Document | DocumentFault> {
  const positionOf = lineTable(text);
  const budget = { characters: REPARSED_CHARACTERS };
  let index = 0;
  for (const stretch of documentStretches(text)) {
    if (index >= MANIFEST_DOCUMENTS) {
      const message = `there are more than ${MANIFEST_DOCUMENTS} documents; the rest of them is not read`;
      yield { ...positionOf(stretch.start), document: ++index, reason: 'LimitExceeded', message };
      return;
    }
    const parse = parseFlowLeniently(text.slice(stretch.start, stretch.end), budget);
    const at = (offset: number): Position => positionOf(stretch.start + parse.originalOffset(offset));
    for (const built of build(parse)) {
      if ('message' in built) {
        yield { ...at(built.offset), document: ++index, reason: built.reason, message: built.message };
      } else if (built.value !== null) {
        const lineOf = (path: Path): number => at(built.outline.offsetOf(path)).line;
        yield { file: fileName, index: ++index, line: lineOf([]), value: built.value, lineOf };
      }
    }
  }
}

type Built = { readonly value: unknown; readonly outline: Outline } | Refusal;

function build({ events, error, source }: Parse): Built[] {
  return events === null
    ? [refusal(error, source)]
    : divided(events).map((document) => construct(source, document));
}

/** A stretch has one document, except where a byte order mark or a lone carriage return divides it. */
function divided(events: Event[]): Event[][] {
  const starts: number[] = [];
  for (const [index, { type }] of events.entries()) if (type === EVENT_ID.DOCUMENT) starts.push(index);
  if (starts.length < 2) return starts.length === 0 ? [] : [events];
  return starts.map((start, index) => events.slice(start, starts[index + 1]));
}

function construct(source: string, events: Event[]): Built {
  const targets = followAliases(source, events);
  if ('message' in targets) return targets;
  const outline = new Outline(source, events, targets);
  const contradiction = outline.contradictingMerge();
  if (contradiction !== null) {
    const message = `the merge key ${MERGE_KEY} sets ${JSON.stringify(contradiction.name)} again; it must stand before the fields that override it`;
    return { offset: contradiction.offset, reason: 'InputInvalid', message };
  }
  try {
    const [value] = constructFromEvents(events, {
      source,
      schema: KUBECTL_SCHEMA,
      maxTotalMergeKeys: YAML_NODES,
    });
    return { value, outline };
  } catch (error) {
    const fault = refusal(error, source);
    if (!fault.message.endsWith('duplicated mapping key')) return fault;
    return {
      ...fault,
      message: `the key ${JSON.stringify(outline.keyAt(fault.offset) ?? '')} is given twice`,
    };
  }
}

function refusal(error: unknown, source: string): Refusal {
  if (!(error instanceof YAMLException))
    return { offset: 0, reason: 'InputInvalid', message: 'the document cannot be read' };
  // What is missing at the end is missed behind the last text, not at the marker of the next document.
  const offset = Math.min(error.mark?.position ?? 0, source.trimEnd().length);
  if (error.reason.startsWith('nesting exceeded'))
    return {
      offset,
      reason: 'LimitExceeded',
      message: `the document nests deeper than ${DOCUMENT_DEPTH} levels`,
    };
  if (error.reason.startsWith('merge keys exceeded'))
    return { offset, reason: 'LimitExceeded', message: `the merge keys set more than ${YAML_NODES} fields` };
  return { offset, reason: 'InputInvalid', message: `this is not valid YAML: ${error.reason}` };
}
