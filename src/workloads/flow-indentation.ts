import { YAMLException, parseEvents } from 'js-yaml';
import type { Event } from 'js-yaml';
import { DOCUMENT_DEPTH } from '../limits.ts';

/** How many more characters may be parsed for the documents of one file, since each repair parses anew. */
export interface RepairBudget {
  characters: number;
}

/** What the parser made of a document: its events, or what it threw. */
export interface Parse {
  readonly events: Event[] | null;
  readonly error: unknown;
  /** The text that offsets refer to: the original with some lines indented further. */
  readonly source: string;
  /** The offset in the original text of one in `source`. */
  originalOffset(offset: number): number;
}

/** More than any field is indented. */
const PADDING = ' '.repeat(256);

/**
 * Parses one document, and lets brackets and quoted texts go on in lines that are indented no further than their
 * field, as in `command: [` with the closing bracket below "command". YAML wants them further in and the parser insists
 * on that; kubectl reads them, and people write them. Within brackets and quotes the indentation of a line means
 * nothing, so the lines that the parser complains of are indented and the document is parsed again.
 */
export function parseFlowLeniently(text: string, budget: RepairBudget): Parse {
  const padded: number[] = [];
  let source = text;
  const originalOffset = (offset: number): number => {
    const before = padded.map((start) => Math.min(PADDING.length, Math.max(0, offset - start)));
    return before.reduce((rest, width) => rest - width, offset);
  };
  for (;;) {
    try {
      return {
        events: parseEvents(source, { maxDepth: DOCUMENT_DEPTH }),
        error: null,
        source,
        originalOffset,
      };
    } catch (error) {
      const line = deficientLine(source, error);
      if (line === null || line === padded.at(-1) || budget.characters < source.length)
        return { events: null, error, source, originalOffset };
      budget.characters -= source.length;
      padded.push(line);
      source = source.slice(0, line) + PADDING + source.slice(line);
    }
  }
}

function deficientLine(source: string, error: unknown): number | null {
  if (!(error instanceof YAMLException) || error.mark === undefined) return null;
  if (error.reason !== 'deficient indentation') return null;
  return source.lastIndexOf('\n', error.mark.position - 1) + 1;
}
