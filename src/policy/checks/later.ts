import type { Check } from '../check.ts';
import { notSupported } from '../not-supported.ts';

/** Demands of the policy format that have no check yet: read, validated, and answered "unknown". */
export const LATER: readonly Check[] = [
  {
    name: 'vulnerabilities',
    vouches: false,
    compile: ({ vulnerabilities }) => (vulnerabilities ? notSupported('vulnerabilities') : null),
  },
  {
    name: 'base',
    vouches: false,
    compile: ({ baseImages }) => (baseImages ? notSupported('baseImages') : null),
  },
];
