/** What is validated of a signature (trust-store-trust-policy.md, "Signature Verification details"). */
export const VALIDATIONS = [
  'integrity',
  'authenticity',
  'authenticTimestamp',
  'expiry',
  'revocation',
] as const;
export type Validation = (typeof VALIDATIONS)[number];

export const ACTIONS = ['enforce', 'log', 'skip'] as const;
export type Action = (typeof ACTIONS)[number];

export const LEVELS = ['strict', 'permissive', 'audit', 'skip'] as const;
export type Level = (typeof LEVELS)[number];

/** What each validation is worth. */
export type Enforcement = Readonly<Record<Validation, Action>>;

/** The table of "Signature Verification details". */
export const ENFORCEMENT: Readonly<Record<Level, Enforcement>> = {
  strict: {
    integrity: 'enforce',
    authenticity: 'enforce',
    authenticTimestamp: 'enforce',
    expiry: 'enforce',
    revocation: 'enforce',
  },
  permissive: {
    integrity: 'enforce',
    authenticity: 'enforce',
    authenticTimestamp: 'log',
    expiry: 'log',
    revocation: 'log',
  },
  audit: {
    integrity: 'enforce',
    authenticity: 'log',
    authenticTimestamp: 'log',
    expiry: 'log',
    revocation: 'log',
  },
  skip: {
    integrity: 'skip',
    authenticity: 'skip',
    authenticTimestamp: 'skip',
    expiry: 'skip',
    revocation: 'skip',
  },
};

/**
 * A level with what a statement overrides of it ("Custom Verification Level"). Integrity is never overridden, only revocation may be
 * skipped, and the level skip has nothing to override. Returns what is wrong as a clause.
 */
export function customLevel(
  level: Level,
  override: Readonly<Partial<Record<Validation, Action>>>,
): { readonly ok: true; readonly enforcement: Enforcement } | { readonly ok: false; readonly why: string } {
  const overridden = VALIDATIONS.filter((validation) => override[validation] !== undefined);
  if (overridden.length > 0 && level === 'skip')
    return { ok: false, why: 'nothing of the level skip can be overridden' };
  if (override.integrity !== undefined) return { ok: false, why: 'integrity cannot be overridden' };
  const skipped = overridden.find((one) => one !== 'revocation' && override[one] === 'skip');
  if (skipped !== undefined) return { ok: false, why: `${skipped} cannot be skipped, only revocation can` };
  return { ok: true, enforcement: { ...ENFORCEMENT[level], ...override } };
}
