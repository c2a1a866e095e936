import { mkdtempSync, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as fc from 'fast-check';
import { honestEvidence } from './corpus.ts';
import { nothingFalseVerifies } from './property.ts';

/**
 * Changes honest evidence for as long as it is told to, and ends with the first that says what nobody has signed.
 * `--seed` and `--path` repeat what an earlier run has found. What kills the process (node:crypto asserts here and there) is found
 * by its number, which stands in a file.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    path: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error('--minutes N: a number above 0');
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const honest = await honestEvidence();
const numberFile = join(mkdtempSync(join(tmpdir(), 'supplychain-fuzz-')), 'case');
const file = openSync(numberFile, 'w');
let cases = 0;
const countCase = (): void => {
  writeSync(file, String(cases), 0);
  cases += 1;
};
console.error(`changing ${honest.length} pieces of evidence for ${minutes} min, --seed ${seed}`);
console.error(`should the process die, its last case is: --seed ${seed} --path $(cat ${numberFile})`);

const result = fc.check(nothingFalseVerifies(honest, countCase), {
  seed,
  includeErrorInReport: true,
  ...(values.path === undefined ? {} : { path: values.path }),
  numRuns: Number.MAX_SAFE_INTEGER,
  interruptAfterTimeLimit: minutes * 60_000,
  // Not every start: the numbers that the library tries first say little here.
  skipAllAfterTimeLimit: minutes * 60_000 * 2,
});
if (result.failed && result.counterexample) {
  console.error(fc.defaultReportMessage(result));
  console.error(`npm run fuzz -- --seed ${result.seed} --path ${result.counterexamplePath}`);
  process.exitCode = 1;
} else {
  console.error(`${result.numRuns} cases, none says what was not signed`);
}
