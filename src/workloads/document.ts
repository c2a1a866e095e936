import { EVENT_ID, YAMLException, constructFromEvents, parseEvents } from 'js-yaml';
import type { Event } from 'js-yaml';
import { DOCUMENT_DEPTH, YAML_NODES } from '../limits.ts';
import { documentStretches } from './document-boundaries.ts';
import type { Stretch } from './document-boundaries.ts';
import { KUBECTL_SCHEMA } from './kubectl-schema.ts';
import { lineTable } from './line-table.ts';
import type { Position } from './line-table.ts';
import { Outline } from './outline.ts';
import type { Path, Refusal } from './outline.ts';

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
  const positionOf = lineTable(text);
  for (const stretch of documentStretches(text)) {
    for (const parsed of parse(text, stretch)) {
      const index = documents.length + faults.length + 1;
      if ('message' in parsed) {
        const { reason, message, offset } = parsed;
        faults.push({ ...positionOf(stretch.start + offset), document: index, reason, message });
      } else if (parsed.value !== null) {
        const lineOf = (path: Path): number => positionOf(stretch.start + parsed.outline.offsetOf(path)).line;
        documents.push({ file: fileName, index, line: lineOf([]), value: parsed.value, lineOf });
      }
    }
  }
  return { documents, faults };
}

type Parsed = { readonly value: unknown; readonly outline: Outline } | Refusal;

function parse(text: string, { start, end }: Stretch): Parsed[] {
  const source = text.slice(start, end);
  try {
    return eachDocument(parseEvents(source, { maxDepth: DOCUMENT_DEPTH })).map((events) =>
      construct(source, events),
    );
  } catch (error) {
    return [refusal(error)];
  }
}

/** A stretch has one document, except where a byte order mark or a lone carriage return divides it. */
function eachDocument(events: Event[]): Event[][] {
  const starts = events.flatMap((event, index) => (event.type === EVENT_ID.DOCUMENT ? [index] : []));
  if (starts.length < 2) return starts.length === 0 ? [] : [events];
  return starts.map((start, index) => events.slice(start, starts[index + 1]));
}

function construct(source: string, events: Event[]): Parsed {
  const outline = new Outline(source, events);
  if (outline.refusal !== null) return outline.refusal;
  try {
    const [value] = constructFromEvents(events, {
      source,
      schema: KUBECTL_SCHEMA,
      maxTotalMergeKeys: YAML_NODES,
    });
    return { value, outline };
  } catch (error) {
    const fault = refusal(error);
    if (!fault.message.startsWith('duplicated mapping key')) return fault;
    return {
      ...fault,
      message: `the key ${JSON.stringify(outline.keyAt(fault.offset) ?? '')} is given twice`,
    };
  }
}

function refusal(error: unknown): Refusal {
  if (!(error instanceof YAMLException))
    return { offset: 0, reason: 'InputInvalid', message: 'the document cannot be read' };
  const offset = error.mark?.position ?? 0;
  if (error.reason.startsWith('nesting exceeded'))
    return {
      offset,
      reason: 'LimitExceeded',
      message: `the document nests deeper than ${DOCUMENT_DEPTH} levels`,
    };
  if (error.reason.startsWith('merge keys exceeded'))
    return { offset, reason: 'LimitExceeded', message: `the merge keys set more than ${YAML_NODES} fields` };
  return { offset, reason: 'InputInvalid', message: error.reason };
}
