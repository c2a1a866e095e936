import type { Signers } from './demand.ts';
import type { RuleFile } from './schema.ts';

/** Every list of authorities in a rule, with its field. */
export function signersIn(
  rule: RuleFile,
): readonly { readonly field: readonly PropertyKey[]; readonly signers: Signers }[] {
  const { signature, sbom, slsa, vulnerabilities, attestations = [] } = rule;
  const lists = [
    { field: ['signature'], signers: signature },
    { field: ['sbom', 'signedBy'], signers: sbom?.signedBy },
    { field: ['slsa', 'signedBy'], signers: slsa?.signedBy },
    { field: ['vulnerabilities', 'signedBy'], signers: vulnerabilities?.signedBy },
    { field: ['vulnerabilities', 'vex', 'signedBy'], signers: vulnerabilities?.vex?.signedBy },
    ...attestations.map(({ signedBy }, index) => ({
      field: ['attestations', index, 'signedBy'],
      signers: signedBy,
    })),
  ];
  return lists.flatMap(({ field, signers }) => (signers ? [{ field, signers }] : []));
}
