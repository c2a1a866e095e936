const MILLISECONDS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  // µ is written with either of two letters, the micro sign and the Greek one.
  '\u00B5s': 1e-3,
  '\u03BCs': 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00B5s|\u03BCs|ms|s|m|h|d|w)/g;

/** Reads a duration as Go writes them, with days and weeks: `90s`, `1h30m`, `7d`. Milliseconds, or null for anything else. */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0;
  const parts = [...text.matchAll(PART)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return null;
  const sum = parts.reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (MILLISECONDS[unit] ?? Number.NaN),
    0,
  );
  return Number.isFinite(sum) ? sum : null;
}
