import type { Reading } from '../attestations/reading.ts';
import { type Ecosystem, ECOSYSTEMS, findEcosystems } from '../versions/ecosystems.ts';
import { packageQuery } from './package-query.ts';
import type { PackageQuestion } from './package-search.ts';
import { readPackageName } from './package-name.ts';
import type { Asked, Predicate } from './query.ts';
import {
  type BoundValues,
  type Ranges,
  rangesText,
  readRanges,
  withinRanges,
  wrongRange,
} from './version-bounds.ts';
import { type Vulnerability, vulnerabilityQuestions } from './vulnerability.ts';

/** The values of the flags about packages, as they were typed; of a vulnerability the records that speak of it. */
export interface PackageValues extends BoundValues {
  readonly package: readonly string[];
  readonly ecosystem: string | null;
  readonly vulnerability: readonly Vulnerability[];
  readonly accept: string | null;
}

/** A query that is not about packages. */
export const NO_PACKAGES: PackageValues = {
  package: [],
  from: null,
  below: null,
  through: null,
  range: [],
  ecosystem: null,
  vulnerability: [],
  accept: null,
};

/** The part of a query that is about packages. */
interface Compiled {
  readonly predicates: readonly Predicate[];
  readonly asked: Pick<Asked, 'package' | 'range' | 'ecosystem' | 'vulnerability' | 'accept'>;
  readonly notes: readonly string[];
}

/** Reads the flags about packages; `report` takes everything that is wrong with them. */
export function compilePackages(values: PackageValues, report: (message: string) => void): Compiled {
  const { accept, vulnerability } = values;
  const typed = [...new Set(values.package)].toSorted();
  const ranges = rangesOf(values, report);
  const ecosystems = ecosystemsOf(values, report);
  if (accept !== null && accept !== 'unsigned')
    report(
      `--accept: ${JSON.stringify(accept)} is unknown; unsigned takes the word of SBOMs that nobody has signed`,
    );
  if (accept !== null && typed.length + vulnerability.length === 0)
    report('--accept goes with --package or --vulnerability');
  const accepting = { unsigned: accept === 'unsigned' };
  const questions = typed.flatMap((text) => questionOf(text.trim(), ecosystems, ranges, report) ?? []);
  const found = vulnerability.flatMap((one) => {
    const compiled = vulnerabilityQuestions(one);
    if (!compiled.ok) report(`--vulnerability: ${compiled.message}`);
    return compiled.ok ? [compiled.value] : [];
  });
  return {
    predicates: [
      ...(questions.length > 0 ? [packageQuery('package', questions, accepting)] : []),
      ...(found.length > 0
        ? [
            packageQuery(
              'vulnerability',
              found.flatMap((one) => one.questions),
              accepting,
              found.map(({ advisories }) => advisories),
            ),
          ]
        : []),
    ],
    asked: {
      ...(typed.length > 0 && { package: typed }),
      ...(ranges.length > 0 && { range: rangesText(ranges) }),
      ...(values.ecosystem !== null && { ecosystem: values.ecosystem }),
      ...(vulnerability.length > 0 && { vulnerability: vulnerability.map(({ id }) => id).toSorted() }),
      ...(accept === 'unsigned' && { accept }),
    },
    notes: [...found.flatMap(({ notes }) => notes), ...(typed.length + found.length > 0 ? [BOUNDED] : [])],
  };
}

const BOUNDED =
  'an SBOM is what its tool saw: what is copied into other archives, renamed or built in is in it only as far as the tool knows it';

function rangesOf(values: PackageValues, report: (message: string) => void): Ranges {
  const ranges = readRanges(values);
  if (!ranges.ok) {
    report(ranges.message);
    return [];
  }
  if (ranges.value.length > 0 && values.package.length === 0)
    report('--from, --below, --through and --range are versions of a --package');
  return ranges.value;
}

function ecosystemsOf({ ecosystem, package: packages }: PackageValues, report: (message: string) => void) {
  if (ecosystem === null) return null;
  if (packages.length === 0) report('--ecosystem goes with --package');
  const found = findEcosystems(ecosystem);
  if (found.length > 0) return found;
  report(
    `--ecosystem: ${JSON.stringify(ecosystem)} is unknown; known are ${ECOSYSTEMS.map(({ name }) => name).join(', ')}`,
  );
  return null;
}

function questionOf(
  text: string,
  ecosystems: readonly Ecosystem[] | null,
  ranges: Ranges,
  report: (message: string) => void,
): PackageQuestion | null {
  const named: Reading<PackageQuestion['package']> = readPackageName(text, ecosystems);
  if (!named.ok) {
    report(`--package: ${named.message}`);
    return null;
  }
  const { version } = named.value;
  if (version !== null && ranges.length > 0) {
    report(`--package: ${JSON.stringify(text)} names a version already; leave it out to ask for a range`);
    return null;
  }
  const own: Ranges = version === null ? ranges : [[{ sign: '=', version }]];
  const wrong = own.length === 0 ? null : wrongRange(own, named.value.ecosystems);
  if (wrong !== null) {
    report(`--package ${text}: ${wrong}`);
    return null;
  }
  return {
    asked: text,
    names: [],
    package: named.value,
    judge: own.length === 0 ? null : (ecosystem, of) => withinRanges(own, ecosystem, of),
  };
}
