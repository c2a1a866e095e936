import type { NotationCase } from './case.ts';
import { certificateCases } from './certificate-cases.ts';
import { envelopeCases } from './envelope-cases.ts';
import { headerCases } from './header-cases.ts';
import { nameCases } from './name-cases.ts';
import { timestampCases } from './timestamp-cases.ts';
import { trustCases } from './trust-cases.ts';

/** All signatures that are judged by what lies on disk alone. */
export function allCases(): readonly NotationCase[] {
  return [
    ...envelopeCases(),
    ...headerCases().map((one) => ({ ...one, name: `header: ${one.name}` })),
    ...certificateCases().map((one) => ({ ...one, name: `certificate: ${one.name}` })),
    ...nameCases().map((one) => ({ ...one, name: `name: ${one.name}` })),
    ...trustCases(),
    ...timestampCases(),
  ];
}
