import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { reducedSchema, SOURCES } from '../../../scripts/cyclonedx-schemas.ts';

it.each(Object.entries(SOURCES))("%s is what the specification's own schemas make", (name, source) => {
  const kept = readFileSync(resolve(import.meta.dirname, `cyclonedx-schemas/${name}.json`), 'utf8');
  expect(JSON.parse(kept)).toStrictEqual(reducedSchema(source));
});
