import { z } from 'zod';
import { type ComponentFacts, type ComponentList, linesWith, namesOf } from './component-list.ts';
import { type KeptTexts, type Place, placeSchema } from './kept-texts.ts';

const text = z.string();
const maybe = text.nullable();

/** A component, without the names of what it is: there are hundreds in each of thousands of SBOMs. */
const rowSchema = z.tuple([maybe, maybe, maybe, maybe, maybe, maybe, maybe, maybe, z.array(text)]);

/**
 * All components of a file, each once, however many images have it: a line of their names, a row of what is known of each, and where the
 * rows begin, in four bytes each.
 */
export const tableSchema = z.object({ names: placeSchema, rows: placeSchema, starts: placeSchema });

/** The components of one SBOM: where the numbers of their lines in the table are, in four bytes each. */
export const listSchema = placeSchema;

const NUMBER_BYTES = 4;

/** Puts the components of a file into one table. */
export function writeTable(behind: KeptTexts): {
  readonly list: (components: ComponentList) => z.input<typeof listSchema>;
  readonly table: () => z.input<typeof tableSchema>;
} {
  const lines = new Map<string, number>();
  const names: string[] = [];
  const lineOf = (component: ComponentFacts): number => {
    const row = JSON.stringify(columnsOf(component));
    const line = lines.get(row) ?? lines.size;
    if (line === lines.size) {
      lines.set(row, line);
      names.push(namesOf(component));
    }
    return line;
  };
  const addNumbers = (numbers: readonly number[]) => behind.add(bytesOf(numbers), 'latin1');
  return {
    list: ({ all }) => addNumbers(Array.from(all(), lineOf)),
    table() {
      const rows = [...lines.keys()];
      let end = 0;
      const starts = rows.map((row) => (end += Buffer.byteLength(row)) - Buffer.byteLength(row));
      return {
        names: behind.add(names.join('\n')),
        rows: behind.add(rows.join('')),
        starts: addNumbers([...starts, end]),
      };
    },
  };
}

/** Reads lists of components out of the table of their file; a name is looked for once for all of them. */
export function readTable(
  behind: Buffer,
  { names, rows, starts }: z.output<typeof tableSchema>,
): (list: z.output<typeof listSchema>) => ComponentList {
  const read = new Map<number, ComponentFacts>();
  const component = (line: number): ComponentFacts => {
    const known = read.get(line) ?? rowAt(behind, rows, starts, line);
    read.set(line, known);
    return known;
  };
  let allNames: string | null = null;
  const found = new Map<string, ReadonlySet<number>>();
  const linesNamed = (key: string): ReadonlySet<number> => {
    allNames ??= behind.toString('utf8', ...names);
    const lines = found.get(key) ?? new Set(linesWith(allNames, key));
    found.set(key, lines);
    return lines;
  };
  return ([from, to]) => {
    const count = (to - from) / NUMBER_BYTES;
    return {
      count,
      named(key) {
        const wanted = linesNamed(key);
        const named: ComponentFacts[] = [];
        if (wanted.size === 0) return named;
        for (let at = 0; at < count; at += 1) {
          const line = numberAt(behind, from, at);
          if (wanted.has(line)) named.push(component(line));
        }
        return named;
      },
      *all() {
        for (let at = 0; at < count; at += 1) yield component(numberAt(behind, from, at));
      },
    };
  };
}

function bytesOf(numbers: readonly number[]): string {
  const bytes = Buffer.alloc(numbers.length * NUMBER_BYTES);
  numbers.forEach((number, at) => bytes.writeUInt32LE(number, at * NUMBER_BYTES));
  return bytes.toString('latin1');
}

function numberAt(behind: Buffer, from: number, at: number): number {
  return behind.readUInt32LE(from + at * NUMBER_BYTES);
}

function rowAt(behind: Buffer, [first]: Place, [from]: Place, line: number): ComponentFacts {
  const [start, end] = [numberAt(behind, from, line), numberAt(behind, from, line + 1)];
  const row = rowSchema.parse(JSON.parse(behind.toString('utf8', first + start, first + end)));
  const [name, version, purl, ecosystem, distro, source, sourceVersion, layer, locations] = row;
  return {
    name,
    version,
    purl,
    ecosystem,
    distro,
    source: source === null ? null : { name: source, version: sourceVersion },
    locations,
    layer,
  };
}

function columnsOf(component: ComponentFacts): z.input<typeof rowSchema> {
  const { name, version, purl, ecosystem, distro, source, locations, layer } = component;
  return [
    name,
    version,
    purl,
    ecosystem,
    distro,
    source?.name ?? null,
    source?.version ?? null,
    layer,
    [...locations],
  ];
}
