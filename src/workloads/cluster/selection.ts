/** What of a cluster is asked for: everything that runs, whole kinds, or objects by name. */
export type Selection =
  | { readonly kind: 'all' }
  | { readonly kind: 'types'; readonly types: readonly string[] }
  | { readonly kind: 'names'; readonly names: readonly NamedObject[] };

interface NamedObject {
  readonly type: string;
  readonly name: string;
}

/**
 * Reads `TYPE`, `TYPE,TYPE`, `TYPE NAME...` and `TYPE/NAME...` as kubectl get does (cli-runtime, resource.Builder); an invalid
 * mixture is told in words. `all` is what runs pods, as without words.
 */
export function readSelection(words: readonly string[]): Selection | { readonly invalid: string } {
  const [first, ...rest] = words;
  if (first === undefined) return { kind: 'all' };
  if (words.some((word) => word.includes('/'))) {
    const names = words.map(splitName);
    const wrong = words.find((_, index) => names[index] === null);
    if (wrong !== undefined)
      return { invalid: `${JSON.stringify(wrong)} is no TYPE/NAME, and TYPE/NAME goes with nothing else` };
    return { kind: 'names', names: names.flatMap((one) => one ?? []) };
  }
  const types = [...new Set(first.split(','))];
  if (types.includes('')) return { invalid: `${JSON.stringify(first)} is no list of TYPE,TYPE` };
  if (rest.length === 0) return types.includes('all') ? { kind: 'all' } : { kind: 'types', types };
  if (types.includes('all')) return { invalid: 'all goes with no names' };
  return { kind: 'names', names: types.flatMap((type) => rest.map((name) => ({ type, name }))) };
}

function splitName(word: string): NamedObject | null {
  const [type = '', name = '', ...more] = word.split('/');
  return type === '' || name === '' || type.includes(',') || more.length > 0 ? null : { type, name };
}
