import type { Check } from './check.ts';
import { registriesCheck } from './checks/registries.ts';
import { signatureCheck } from './checks/signature.ts';
import { tagsCheck } from './checks/tags.ts';

/** Everything a rule can ask. */
export const CHECKS: readonly Check[] = [signatureCheck, registriesCheck, tagsCheck];
