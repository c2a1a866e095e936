import type { ConfiguredBuilder } from '../attestations/slsa/builders.ts';
import { glob } from './glob.ts';
import type { BuilderFile } from './schema.ts';

/** Compiles a policy's builder: its id is a glob, and its provenance counts only from its own signers. */
export function compileBuilder({ id, signedBy, level }: BuilderFile): ConfiguredBuilder {
  return { matches: glob(id), signedBy, level };
}
