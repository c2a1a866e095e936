const RFC3339 = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** A time as RFC 3339 section 5.6 has it, in the upper case that Go reads; null for what is none, or no day of any calendar. */
export function parseTime(text: string): Date | null {
  const [, day, clock, fraction = '', offset = ''] = RFC3339.exec(text) ?? [];
  if (day === undefined || clock === undefined) return null;
  const local = new Date(`${day}T${clock}Z`);
  // A day that does not exist is taken for one of the next month.
  if (Number.isNaN(local.getTime()) || !local.toISOString().startsWith(`${day}T${clock}`)) return null;
  return new Date(`${day}T${clock}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`);
}
