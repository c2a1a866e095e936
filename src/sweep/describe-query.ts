import type { Asked } from './query.ts';

const FLAGS = [
  ['image', '--image'],
  ['digest', '--digest'],
  ['signer', '--signer'],
  ['issuer', '--issuer'],
  ['sourceRepository', '--source-repository'],
  ['builder', '--builder'],
] as const;

/** A query as it would be typed: `--image ghcr.io/acme/** --digest sha256:…`. */
export function describeQuery(asked: { readonly [field in keyof Asked]: Asked[field] | undefined }): string {
  const values = FLAGS.flatMap(([field, flag]) => (asked[field] ?? []).map((value) => `${flag} ${value}`));
  return [...values, ...(asked.unsigned ? ['--unsigned'] : [])].join(' ');
}
