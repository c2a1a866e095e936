import type { ConfiguredBuilder } from '../../attestations/slsa/builders.ts';
import { provenanceLevel, type ProvenanceLevel } from '../../attestations/slsa/level.ts';
import { type Provenance, readProvenance, slsaPredicate } from '../../attestations/slsa/provenance.ts';
import { normaliseSourceGlob } from '../../attestations/slsa/source-uri.ts';
import type { Fault } from '../../reasons.ts';
import type { Claim } from '../../verify/verifier.ts';
import { tooOld } from '../age.ts';
import type { Check, Definitions } from '../check.ts';
import { type Demand, demandOf } from '../demand.ts';
import { glob, patternList } from '../glob.ts';
import { notSupported } from '../not-supported.ts';
import type { SlsaFile } from '../schema.ts';
import { judgeVouching, mayAttest, type Vouched } from '../vouching.ts';

/** Whether provenance by an accepted signer shows the SLSA level, source and builder that the rule asks for. */
export const slsaCheck: Check = {
  name: 'slsa',
  vouches: true,
  compile({ slsa }, definitions) {
    if (!slsa) return null;
    if (slsa.parameters) return notSupported('slsa.parameters');
    const demand = demandOf(slsa.signedBy, definitions.authorities);
    const examine = examiner(slsa, demand, definitions);
    return (image, judgedAt) =>
      judgeVouching(image, {
        demand,
        counts: isProvenance,
        mayCount: mayAttest,
        lacks: ({ claim }) => examine(claim, judgedAt),
        missing: () => ({
          reason: 'ProvenanceMissing',
          message: 'nothing that was attested is SLSA provenance: level 0',
          remediation: ATTEST,
        }),
        holds: (vouched) => holds(vouched, demand, definitions.builders),
      });
  },
};

const ATTEST =
  'have the builder attest provenance, as slsa-github-generator and actions/attest-build-provenance do';

function isProvenance({ content }: Claim): boolean {
  return content.kind === 'attestation' && slsaPredicate(content.predicateType) !== null;
}

function matcher(patterns: readonly string[] | undefined): (text: string) => boolean {
  return patterns ? patternList(patterns, (pattern) => glob(pattern)) : () => true;
}

type Examine = (claim: Claim, judgedAt: Date) => Fault | null;

function examiner(asked: SlsaFile, demand: Demand, { builders }: Definitions): Examine {
  const sourceAllowed = matcher(asked.sources.map(normalisePattern));
  const builderAllowed = matcher(asked.builders);
  const refAllowed = matcher(asked.sourceRefs);
  const typeAllowed = matcher(asked.buildTypes);
  return (claim, judgedAt) => {
    const read = readClaim(claim, demand, builders);
    if ('reason' in read) return read;
    const { provenance, concluded } = read;
    const [contradiction] = concluded.contradictions;
    if (contradiction !== undefined)
      return {
        reason: 'ProvenanceContradictsCertificate',
        message: `the provenance contradicts its certificate: ${contradiction}`,
        remediation: 'do not run this image before you know who wrote this provenance',
      };
    if (!builderAllowed(concluded.builder))
      return {
        reason: 'BuilderNotTrusted',
        message: `it was built by ${concluded.builder}, and the rule accepts ${asked.builders?.join(', ')}`,
      };
    if (concluded.level < asked.level)
      return {
        reason: 'SlsaLevelTooLow',
        message: `its provenance shows level ${concluded.level}, and the rule asks for ${asked.level}: ${concluded.why}`,
        remediation: 'build it with a builder of that level, or name its builder under spec.builders',
      };
    const foreign = concluded.sources.find((source) => !sourceAllowed(source));
    if (foreign !== undefined || concluded.sources.length === 0)
      return {
        reason: 'SourceNotTrusted',
        message: `it was built from ${foreign ?? 'a source that nobody names'}, and the rule accepts ${asked.sources.join(', ')}`,
      };
    if (asked.sourceRefs && (concluded.sourceRef === null || !refAllowed(concluded.sourceRef)))
      return {
        reason: 'SourceNotTrusted',
        message: `it was built from ${concluded.sourceRef ?? 'a reference that nobody names'}, and the rule accepts ${asked.sourceRefs.join(', ')}`,
      };
    if (!typeAllowed(provenance.buildType))
      return {
        reason: 'BuildTypeNotAccepted',
        message: `its build type is ${provenance.buildType}, and the rule accepts ${asked.buildTypes?.join(', ')}`,
      };
    const stated = [provenance.startedOn, provenance.finishedOn].filter((time) => time !== null);
    return asked.maxAge === undefined ? null : tooOld(claim, stated, asked.maxAge, judgedAt);
  };
}

/** `sources` are compared as sources are, without `git+`, `.git` and `@ref`; an exclude keeps its mark. */
function normalisePattern(pattern: string): string {
  return pattern.startsWith('!') ? `!${normaliseSourceGlob(pattern.slice(1))}` : normaliseSourceGlob(pattern);
}

interface Read {
  readonly provenance: Provenance;
  readonly concluded: ProvenanceLevel;
}

function readClaim(claim: Claim, demand: Demand, builders: readonly ConfiguredBuilder[]): Read | Fault {
  if (claim.content.kind !== 'attestation')
    return { reason: 'ProvenanceUnreadable', message: 'it is no attestation' };
  const { predicateType, statement } = claim.content;
  const provenance = readProvenance(predicateType, statement.predicate);
  if (!provenance.ok)
    return {
      reason: 'ProvenanceUnreadable',
      message: `the provenance cannot be read: ${provenance.message}`,
    };
  const acceptedBy = demand.accepted.filter(({ accepts }) => accepts(claim)).map(({ name }) => name);
  return {
    provenance: provenance.value,
    concluded: provenanceLevel(claim, provenance.value, builders, acceptedBy),
  };
}

function holds(
  [first]: readonly Vouched[],
  demand: Demand,
  builders: readonly ConfiguredBuilder[],
): { reason: 'ProvenanceAccepted'; message: string; details: Record<string, unknown> } {
  const read = first ? readClaim(first.claim, demand, builders) : null;
  if (!read || 'reason' in read)
    return { reason: 'ProvenanceAccepted', message: 'provenance was accepted', details: {} };
  const { level, why, builder, source, sourceRef } = read.concluded;
  const message = `SLSA level ${level} (${why}), built from ${source ?? 'an unnamed source'} by ${builder}`;
  const details = {
    level,
    why,
    builder,
    sourceRepository: source,
    sourceRef,
    buildType: read.provenance.buildType,
  };
  return { reason: 'ProvenanceAccepted', message, details };
}
