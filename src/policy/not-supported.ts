import type { Evaluate } from './finding.ts';

/** A demand that this version cannot check: never passed over, and never more than unknown. */
export function notSupported(field: string): Evaluate {
  return () => ({
    status: 'unknown',
    reason: 'NotSupported',
    message: `the rule asks for ${field}, which this version cannot check`,
    remediation: 'leave the field out until it can be checked, or set enforcement: warn for this rule',
    authority: null,
    subject: null,
    details: { field },
    evidence: [],
  });
}
