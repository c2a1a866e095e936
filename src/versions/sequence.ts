/** Compares numbers of any length by their decimal digits; leading zeros say nothing. */
export function compareNumbers(left: string, right: string): number {
  const [a, b] = [withoutZeros(left), withoutZeros(right)];
  return a.length - b.length || compareTexts(a, b);
}

function withoutZeros(digits: string): string {
  return digits.replace(/^0+/, '');
}

/** Compares texts by their code points, as a comparison of their UTF-8 bytes does; UTF-16's own order is another. */
export function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  if (ASCII.test(left) && ASCII.test(right)) return left < right ? -1 : 1;
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

const ASCII = /^[\x20-\x7e]*$/;

/** Whether a text is decimal digits and nothing else. */
export function isNumber(text: string): boolean {
  return /^[0-9]+$/.test(text);
}

/** Compares lists from their beginning; the shorter one goes on with `padding`, or, without one, is the smaller. */
export function compareLists<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (left: T, right: T) => number,
  padding?: T,
): number {
  const length = Math.max(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const [a, b] = [left[at] ?? padding, right[at] ?? padding];
    if (a === undefined || b === undefined) return left.length - right.length;
    const order = compare(a, b);
    if (order !== 0) return order;
  }
  return 0;
}
