import type { Check } from '../check.ts';
import { tooOld } from '../age.ts';
import { demandOf } from '../demand.ts';
import type { Evaluate, Judgement } from '../finding.ts';
import { worst } from '../finding.ts';
import { notSupported } from '../not-supported.ts';
import type { AttestationFile } from '../schema.ts';
import type { Definitions } from '../check.ts';
import { judgeVouching, mayAttest } from '../vouching.ts';
import { statedTimes } from './stated-times.ts';

/** Whether there are attestations of the predicate types that the rule names, each by an accepted signer. */
export const attestationsCheck: Check = {
  name: 'attestation',
  vouches: true,
  compile({ attestations }, definitions) {
    if (!attestations) return null;
    const demands = attestations.map((asked) => demandFor(asked, definitions));
    return (image, judgedAt) => gravest(demands.map((evaluate) => evaluate(image, judgedAt)));
  },
};

function demandFor(asked: AttestationFile, { authorities }: Definitions): Evaluate {
  if (asked.conditions) return notSupported(`attestations.conditions of ${asked.predicateType}`);
  const demand = demandOf(asked.signedBy, authorities);
  const { predicateType, maxAge } = asked;
  return (image, judgedAt) =>
    judgeVouching(image, {
      demand,
      counts: ({ content }) => content.kind === 'attestation' && content.predicateType === predicateType,
      mayCount: mayAttest,
      lacks: ({ claim }) =>
        maxAge === undefined ? null : tooOld(claim, statedTimes(claim), maxAge, judgedAt),
      missing: () => ({
        reason: 'AttestationMissing',
        message: `there is no attestation of type ${predicateType}`,
        remediation: `attest it by digest: cosign attest --type ${predicateType} --predicate FILE NAME@DIGEST`,
      }),
      holds: ([first]) => ({
        reason: 'AttestationAccepted',
        message: `${predicateType} attested by ${first?.authority.name ?? 'an accepted signer'}`,
        details: { predicateType },
      }),
    });
}

/** Of several demands the one that is worst off speaks for all. */
function gravest(judgements: readonly Judgement[]): Judgement {
  const status = worst(judgements.map((one) => one.status));
  const found = judgements.find((one) => one.status === status);
  if (!found) throw new Error('a rule asks for no attestation at all');
  return found;
}
