import { closeSync, fstatSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Renderer, Screen } from '../src/report/renderer.ts';
import { type ListedRenderer, RENDERERS, TEMPLATES } from '../src/report/renderers.ts';
import type { Report } from '../src/report/report.ts';
import { type Io, UsageError } from './command.ts';

interface Output<Drawn> {
  readonly renderer: Renderer<Drawn>;
  /** An open file, or null for standard output. */
  readonly file: { readonly path: string; readonly descriptor: number } | null;
}

/** Every format as it is typed: `table, …, jsonpath=EXPR`. */
export const FORMATS = [
  ...RENDERERS.map(({ format }) => format),
  ...TEMPLATES.map(({ format, placeholder }) => `${format}=${placeholder}`),
].join(', ');
/** As far as a shell can type them. */
export const FORMAT_VALUES = [
  ...RENDERERS.map(({ format }) => format),
  ...TEMPLATES.map(({ format }) => `${format}=`),
];
const FORMATS_NOT_IN_THIS_VERSION: ReadonlySet<string> = new Set(['sarif', 'junit', 'html']);

/**
 * Reads `-o FORMAT` and `-o FORMAT=PATH`, and opens the files, so that one that cannot be written is known before any work; what
 * they hold stays until there is something new. What stands behind `jsonpath=` and `custom-columns=` is an expression, and goes to
 * stdout: an expression may hold any `=`, so no file can follow. At most one output goes to stdout; `table` if none is named at all.
 */
export function openOutputs(texts: readonly string[], io: Io): Promise<readonly Output<Report>[]> {
  return openAll(texts, async (text) => {
    const [format = '', ...rest] = text.split('=');
    const template = TEMPLATES.find((one) => one.format === format);
    return template
      ? { renderer: await compiled(template, rest.join('=')), file: null }
      : openOutput(text, RENDERERS, FORMATS, io);
  });
}

/** As openOutputs, for a report of another kind, which has formats of its own. */
export function openOutputsOf<Drawn>(
  texts: readonly string[],
  renderers: readonly ListedRenderer<Drawn>[],
  io: Io,
): Promise<readonly Output<Drawn>[]> {
  const formats = renderers.map(({ format }) => format).join(', ');
  return openAll(texts, (text) => openOutput(text, renderers, formats, io));
}

async function openAll<Drawn>(
  texts: readonly string[],
  open: (text: string) => Promise<Output<Drawn>>,
): Promise<readonly Output<Drawn>[]> {
  const outputs: Output<Drawn>[] = [];
  for (const text of texts.length === 0 ? ['table'] : texts) outputs.push(await open(text));
  const paths = outputs.flatMap(({ file }) => (file === null ? [] : [file.path]));
  if (outputs.length - paths.length > 1) {
    throw new UsageError('only one output can go to stdout; give the others a file, as -o json=report.json');
  }
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined)
    throw new UsageError(`two outputs cannot go to one file: ${JSON.stringify(twice)}`);
  return outputs;
}

async function openOutput<Drawn>(
  text: string,
  renderers: readonly ListedRenderer<Drawn>[],
  formats: string,
  io: Io,
): Promise<Output<Drawn>> {
  const [format = '', ...rest] = text.split('=');
  const path = rest.join('=');
  const listed = renderers.find((one) => one.format === format);
  if (!listed) {
    const shown = JSON.stringify(format);
    throw new UsageError(
      FORMATS_NOT_IN_THIS_VERSION.has(format)
        ? `the output format ${shown} is not in this version; there are: ${formats}`
        : `unknown output format ${shown}; there are: ${formats}`,
    );
  }
  const renderer = await listed.load();
  if (rest.length === 0) return { renderer, file: null };
  if (path === '') throw new UsageError(`-o ${text}: name a file behind the =`);
  try {
    const absolute = resolve(io.cwd, path);
    return { renderer, file: { path: absolute, descriptor: openSync(absolute, 'a') } };
  } catch (cause) {
    throw new UsageError(
      `-o ${text}: cannot write ${JSON.stringify(path)}: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}

const EXAMPLES: Readonly<Record<string, string>> = {
  jsonpath: "-o jsonpath='{.verdict.status}'",
  'custom-columns': '-o custom-columns=NAME:.name,STATUS:.status',
};

async function compiled({ format, load }: (typeof TEMPLATES)[number], expression: string): Promise<Renderer> {
  if (expression === '')
    throw new UsageError(`-o ${format}: name what to print behind the =, as ${EXAMPLES[format] ?? format}`);
  const read = (await load()).compile(expression);
  if (read.ok) return read.renderer;
  throw new UsageError(`-o ${format}: ${read.message}: ${expression}`);
}

/** Writes the report in every form that was asked for. Files get no colours and no line breaks for a screen's sake. */
export function writeOutputs<Drawn>(
  outputs: readonly Output<Drawn>[],
  report: Drawn,
  screen: Screen,
  io: Io,
): void {
  for (const { renderer, file } of outputs) {
    if (file === null) {
      io.stdout(renderer.render(report, screen));
      continue;
    }
    const { descriptor } = file;
    if (fstatSync(descriptor).isFile()) ftruncateSync(descriptor);
    writeFileSync(descriptor, renderer.render(report, { ...screen, columns: null, color: false }));
    closeSync(descriptor);
  }
}
