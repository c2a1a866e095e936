import { QUERY_LIST_BYTES } from '../src/limits.ts';
import { compileQuery, type QueryValues } from '../src/sweep/compile-query.ts';
import type { Query } from '../src/sweep/query.ts';
import type { Vulnerability } from '../src/sweep/vulnerability.ts';
import { type Io, UsageError } from './command.ts';
import type { SweepFlags } from './sweep-flags.ts';

const LISTS = [
  'digest',
  'image',
  'signer',
  'issuer',
  'source-repository',
  'builder',
  'package',
  'vulnerability',
] as const;

/** The query that the flags make, with the lists that stand on standard input. `find` has the records of vulnerabilities. Throws `UsageError`. */
export async function readQuery(
  flags: SweepFlags,
  io: Io,
  find: (ids: readonly string[]) => Promise<readonly Vulnerability[]>,
): Promise<Query> {
  const readers = [
    ...LISTS.filter((flag) => flags[flag].includes('-')).map((flag) => `--${flag}`),
    ...(flags.filename.includes('-') ? ['-f'] : []),
  ];
  const [reader] = readers;
  if (readers.length > 1)
    throw new UsageError(`${readers.join(' and ')}: standard input can be read once; give the others a file`);
  const listed = reader === undefined || reader === '-f' ? [] : await readList(reader, io);
  const values = Object.fromEntries(
    LISTS.map((flag) => [flag, flags[flag].flatMap((value) => (value === '-' ? listed : [value]))]),
  );
  const [from, below, through, ecosystem] = (['from', 'below', 'through', 'ecosystem'] as const).map((flag) =>
    onlyOne(flag, flags[flag]),
  );
  const { range, accept = null } = flags;
  const { package: packages = [], vulnerability: ids = [], ...others } = values;
  const vulnerability = ids.length === 0 ? [] : await find([...new Set(ids.map((id) => id.trim()))]);
  const bounds = { from: from ?? null, below: below ?? null, through: through ?? null, range };
  const compiled = compileQuery({
    ...NONE,
    ...others,
    unsigned: flags.unsigned,
    packages: { package: packages, vulnerability, ecosystem: ecosystem ?? null, accept, ...bounds },
  });
  if (compiled.ok) return compiled.query;
  throw new UsageError(compiled.messages.join('\n       '));
}

/** What is asked for would not be what was typed, if the last one of several counted. Throws `UsageError`. */
export function onlyOne(flag: string, values: readonly string[]): string | null {
  const [first = null, ...others] = new Set(values);
  if (others.length === 0) return first;
  const hint =
    flag === 'from' || flag === 'below' || flag === 'through' ? '; several ranges are several --range' : '';
  throw new UsageError(`--${flag} stands more than once; name one value${hint}`);
}

const NONE: Omit<QueryValues, 'unsigned'> = {
  digest: [],
  image: [],
  signer: [],
  issuer: [],
  'source-repository': [],
  builder: [],
};

/** A value on each line; empty lines and those that begin with # say nothing. */
async function readList(flag: string, io: Io): Promise<readonly string[]> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of io.stdin()) {
    bytes += chunk.length;
    if (bytes > QUERY_LIST_BYTES)
      throw new UsageError(
        `${flag} -: the list has more than ${QUERY_LIST_BYTES} bytes; ask for parts of it`,
      );
    chunks.push(chunk);
  }
  const lines = Buffer.concat(chunks)
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  // An empty list would ask for nothing, and be answered with "not affected".
  if (lines.length === 0)
    throw new UsageError(`${flag} -: standard input names nothing; write a value on each line`);
  return lines;
}
