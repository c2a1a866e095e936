import type { Check } from './check.ts';
import { attestationsCheck } from './checks/attestations.ts';
import { driftCheck } from './checks/drift.ts';
import { ageCheck } from './checks/image-age.ts';
import { LATER } from './checks/later.ts';
import { registriesCheck } from './checks/registries.ts';
import { sbomCheck } from './checks/sbom.ts';
import { signatureCheck } from './checks/signature.ts';
import { slsaCheck } from './checks/slsa.ts';
import { tagsCheck } from './checks/tags.ts';

/** Everything a rule can ask. */
export const CHECKS: readonly Check[] = [
  signatureCheck,
  registriesCheck,
  tagsCheck,
  driftCheck,
  ageCheck,
  sbomCheck,
  slsaCheck,
  attestationsCheck,
  ...LATER,
];
