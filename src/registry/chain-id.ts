import { digestOf } from './digest.ts';

/**
 * Names each stack of layers from the bottom by all that is in it (image-spec, config.md, "Layer ChainID"). `diffIds` are the digests of
 * the layers' contents; the last name is that of all of them.
 */
export function chainIds(diffIds: readonly string[]): readonly string[] {
  const chain: string[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : digestOf(Buffer.from(`${below} ${diffId}`)));
  }
  return chain;
}
