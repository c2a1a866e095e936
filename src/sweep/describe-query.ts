import type { Asked } from './query.ts';

const FLAGS = [
  ['image', '--image'],
  ['digest', '--digest'],
  ['signer', '--signer'],
  ['issuer', '--issuer'],
  ['sourceRepository', '--source-repository'],
  ['builder', '--builder'],
  ['package', '--package'],
  ['vulnerability', '--vulnerability'],
] as const;

/** A query as it would be typed: `--image ghcr.io/acme/** --digest sha256:…`. */
export function describeQuery(asked: { readonly [field in keyof Asked]: Asked[field] | undefined }): string {
  const values = FLAGS.flatMap(([field, flag]) => (asked[field] ?? []).map((value) => `${flag} ${value}`));
  return [
    ...values,
    ...(asked.range === undefined ? [] : [`--range '${asked.range}'`]),
    ...(asked.ecosystem === undefined ? [] : [`--ecosystem ${asked.ecosystem}`]),
    ...(asked.accept === undefined ? [] : [`--accept ${asked.accept}`]),
    ...(asked.unsigned ? ['--unsigned'] : []),
  ].join(' ');
}
