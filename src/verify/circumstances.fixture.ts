import { failed } from '../reasons.ts';
import type { Circumstances } from './verifier.ts';

/** For evidence whose verdict depends on none of it. */
export const ANYWHERE: Circumstances = {
  repository: 'registry.example.com/acme/app',
  judgedAt: new Date('2026-03-01T12:00:00Z'),
  ask: () => failed('RevocationUnknown', 'nobody is asked here'),
};
