import { readFileSync } from 'node:fs';
import { ECOSYSTEMS, findEcosystems } from '../../src/versions/ecosystems.ts';
import { readTable, violationOf } from './version-table.ts';

/** `versions ECOSYSTEM FILE`: prints each line of the table that does not hold. Exits with 0 if all hold, 1 if not, 2 on wrong usage. */
function main([name, path, ...more]: readonly string[]): number {
  if (name === undefined || path === undefined || more.length > 0)
    return wrongUsage('usage: versions ECOSYSTEM FILE');
  // The corpus has one table for all that follow Semantic Versioning.
  const [ecosystem] = findEcosystems(name.toLowerCase() === 'semver' ? 'npm' : name);
  if (!ecosystem) {
    const known = ECOSYSTEMS.map((one) => one.name).join(', ');
    return wrongUsage(`unknown ecosystem ${JSON.stringify(name)}; known are ${known}`);
  }
  const text = read(path);
  if (text === null) return wrongUsage(`cannot read ${JSON.stringify(path)}`);
  const rows = readTable(text);
  if (rows.length === 0) return wrongUsage(`${JSON.stringify(path)} has no line of the form A < B`);
  const violations = rows.flatMap((row) => violationOf(row, ecosystem.versioning) ?? []);
  for (const violation of violations) process.stdout.write(`${violation}\n`);
  return violations.length === 0 ? 0 : 1;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function wrongUsage(message: string): number {
  process.stderr.write(`${message}\n`);
  return 2;
}

process.exitCode = main(process.argv.slice(2));
