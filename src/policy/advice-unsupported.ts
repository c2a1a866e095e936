import type { Remark, Warning } from './remark.ts';
import type { PolicyFile, RuleFile } from './schema.ts';

/** Warnings of what the format has and this version cannot check: it is answered "unknown", never passed over. */
export const UNSUPPORTED_WARNINGS: readonly Warning[] = [demandsNotSupported, authoritiesNotSupported];

type Steps = readonly (string | number)[];

/** The demands of a rule that have no check yet, as far as it makes them. */
function unsupportedDemands(rule: RuleFile): readonly Steps[] {
  const { slsa, vulnerabilities, baseImages, attestations = [] } = rule;
  const demands: readonly { readonly made: boolean; readonly at: Steps }[] = [
    { made: slsa?.parameters !== undefined, at: ['slsa', 'parameters'] },
    { made: vulnerabilities !== undefined, at: ['vulnerabilities'] },
    { made: baseImages !== undefined, at: ['baseImages'] },
    ...attestations.map(({ conditions }, index) => ({
      made: conditions !== undefined,
      at: ['attestations', index, 'conditions'],
    })),
  ];
  return demands.filter(({ made }) => made).map(({ at }) => at);
}

function demandsNotSupported({ spec }: PolicyFile): Remark[] {
  return spec.rules.flatMap((rule, index) => {
    const enforced = rule.enforcement === 'enforce';
    return unsupportedDemands(rule).map((at): Remark => ({
      at: ['spec', 'rules', index, ...at],
      what: 'this version cannot check what is asked here',
      why: `every image that the rule matches is unknown (NotSupported)${enforced ? ', and the exit code 3' : ''}`,
      instead: `leave it out until it can be checked${enforced ? ', or put it into a rule of its own with enforcement: warn' : ''}`,
    }));
  });
}

function authoritiesNotSupported({ spec }: PolicyFile): Remark[] {
  return (spec.authorities ?? []).flatMap(({ key }, index): Remark[] => {
    if (key?.secret === undefined) return [];
    return [
      {
        at: ['spec', 'authorities', index, 'key', 'secret'],
        what: 'this version cannot verify signatures of this authority',
        why: 'it accepts nothing, and an image that only it could vouch for is unknown (NotSupported)',
        instead: 'a keyless authority or a key in a file, until this one can be verified',
      },
    ];
  });
}
