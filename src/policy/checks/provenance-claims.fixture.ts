import { RELEASE, REPOSITORY, v1, workflow } from '../../attestations/slsa/provenance.fixture.ts';
import type { Claim, Signer } from '../../verify/verifier.ts';
import { compileBuilder } from '../builder.ts';
import { image } from '../judged-image.fixture.ts';
import type { SlsaFile } from '../schema.ts';
import type { JudgedImage } from '../subject.ts';
import { attached, attested, DEFINITIONS, judgeBy, said } from './attested.fixture.ts';
import { slsaCheck } from './slsa.ts';

/** Provenance of a GitHub workflow, honest and not, and the check that judges it. */

export const V1 = 'https://slsa.dev/provenance/v1';
export const CI = workflow(RELEASE);
export const OWN = 'https://ci.acme.example/builder';

type Predicate = typeof v1;

/** A v1 predicate with another source, workflow or builder than the one that its certificate names. */
export function saying(
  workflowSays: Partial<Predicate['buildDefinition']['externalParameters']['workflow']>,
  builder = RELEASE,
): Predicate {
  const { externalParameters } = v1.buildDefinition;
  return {
    buildDefinition: {
      ...v1.buildDefinition,
      externalParameters: { workflow: { ...externalParameters.workflow, ...workflowSays } },
    },
    runDetails: { ...v1.runDetails, builder: { id: builder } },
  };
}

export const provenance = (predicate: unknown = v1, signer: Signer = CI) => attested(signer, V1, predicate);
export const GOOD = provenance();
export const FROM_EVIL = workflow(RELEASE, {
  sourceRepository: 'https://github.com/evil/cart',
  sourceRepositoryIdentifier: '6',
  sourceRepositoryOwnerIdentifier: '6',
  buildConfig: 'https://github.com/evil/cart/.github/workflows/release.yml@refs/tags/v1.0.0',
});
export const NO_SOURCE = {
  ...workflow(RELEASE),
  extensions: { buildSigner: RELEASE, runnerEnvironment: 'github-hosted' },
};
export const ASKED: SlsaFile = {
  level: 2,
  signedBy: { anyOf: ['ci', 'release-key'] },
  sources: [REPOSITORY],
};
export const YEAR = 365 * 86_400_000;

export const judge = (judged: JudgedImage, asked: Partial<SlsaFile> = {}, builders: readonly string[] = []) =>
  judgeBy(slsaCheck, { slsa: { ...ASKED, ...asked } }, judged, {
    ...DEFINITIONS,
    builders: builders.map((id) => compileBuilder({ id, signedBy: ['release-key', 'ci'], level: 3 })),
  });
export const judgeClaims = (
  claims: readonly Claim[],
  asked: Partial<SlsaFile> = {},
  builders: readonly string[] = [],
) => said(judge(image(attached('a', ...claims)), asked, builders));
