import { closeSync, openSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Renderer, Screen } from '../src/report/renderer.ts';
import { RENDERERS } from '../src/report/renderers.ts';
import type { Report } from '../src/report/report.ts';
import { type Io, UsageError } from './command.ts';

interface Output {
  readonly renderer: Renderer;
  /** An open file, or null for standard output. */
  readonly file: number | null;
}

/**
 * Reads `-o FORMAT` and `-o FORMAT=PATH`, and opens the files, so that one that cannot be written is known before any work.
 * At most one output goes to stdout; `table` if none is named at all.
 */
export function openOutputs(texts: readonly string[], io: Io): readonly Output[] {
  const outputs = (texts.length === 0 ? ['table'] : texts).map((text) => openOutput(text, io));
  if (outputs.filter(({ file }) => file === null).length > 1) {
    throw new UsageError('only one output can go to stdout; give the others a file, as -o json=report.json');
  }
  return outputs;
}

function openOutput(text: string, io: Io): Output {
  const [format = '', ...rest] = text.split('=');
  const path = rest.join('=');
  const renderer = RENDERERS.find((one) => one.format === format);
  if (!renderer)
    throw new UsageError(
      `unknown output format ${JSON.stringify(format)}; there are: ${RENDERERS.map((one) => one.format).join(', ')}`,
    );
  if (rest.length === 0) return { renderer, file: null };
  try {
    return { renderer, file: openSync(resolve(io.cwd, path), 'w') };
  } catch (cause) {
    throw new UsageError(
      `-o ${text}: cannot write ${JSON.stringify(path)}: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}

/** Writes the report in every form that was asked for. Files get no colours and no line breaks for a screen's sake. */
export function writeOutputs(outputs: readonly Output[], report: Report, screen: Screen, io: Io): void {
  for (const { renderer, file } of outputs) {
    if (file === null) {
      io.stdout(renderer.render(report, screen));
      continue;
    }
    writeFileSync(file, renderer.render(report, { columns: null, color: false }));
    closeSync(file);
  }
}
